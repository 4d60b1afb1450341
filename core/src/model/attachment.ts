import * as z from "zod";
import { line, paragraph, pattern } from "./text.ts";
import { sentence } from "./sentence.ts";

const metadata = z
  .strictObject({
    key: line(256).describe("What it is."),
    value: line(256).describe("Its value."),
  })
  .describe("A key and its value.");

const cells = () => z.array(line(256, 0)).min(1).max(20);

export const Table = z
  .strictObject({
    metadata: z.array(metadata).max(1000).optional().describe("Keys and values that describe the table."),
    description: line(512).optional().describe("Description of the table."),
    columns: z
      .array(
        z.strictObject({
          name: line(256, 0).describe("Heading of the column; may be empty."),
          type: z
            .enum(["date", "datetime", "dec", "int", "time", "txt"])
            .describe("What the cells hold: date, date and time, decimal, whole number, time, text."),
        }),
      )
      .min(1)
      .max(20)
      .describe("Headings."),
    rows: z
      .array(cells().describe("Cells of a row; a cell may be empty."))
      .min(1)
      .max(1000)
      .describe("Rows of cells."),
    summary: cells().optional().describe("Cells of the summary row."),
  })
  .describe("A table.");

export const AttachmentBlock = z
  .strictObject({
    heading: line(512).optional().describe("Heading of the block."),
    metadata: z.array(metadata).min(1).max(1000).describe("Keys and values that describe the block."),
    paragraphs: z.array(line(512)).max(10).optional().describe("Text."),
    tables: z.array(Table).max(1000).optional().describe("Tables."),
  })
  .describe("A block of an attachment.");

export const Attachment = z
  .strictObject({
    blocks: z.array(AttachmentBlock).min(1).max(1000).describe("Blocks of metadata, text and tables."),
  })
  .describe("Attachment to the invoice; needs a notification to the tax office before it may be used.");

export const Footer = z
  .strictObject({
    texts: z.array(paragraph(3500)).max(3).optional().describe("Footer texts; line breaks are kept."),
    registers: z
      .array(
        z
          .strictObject({
            fullName: line(256).optional().describe("Full name of the entity."),
            krs: pattern(/^\d{10}$/, sentence("A KRS number is ten digits.", "Numer KRS to dziesięć cyfr."))
              .optional()
              .describe("Number in the National Court Register (KRS)."),
            regon: pattern(
              /^(\d{9}|\d{14})$/,
              sentence("A REGON number is 9 or 14 digits.", "Numer REGON ma 9 albo 14 cyfr."),
            )
              .optional()
              .describe("Number in the register of businesses (REGON)."),
            bdo: line(9).optional().describe("Number in the waste database (BDO)."),
          })
          .describe("Numbers of one entity in public registers."),
      )
      .max(100)
      .optional()
      .describe("Numbers in public registers."),
  })
  .describe("Other data at the foot of the invoice.");

export type Table = z.infer<typeof Table>;
export type AttachmentBlock = z.infer<typeof AttachmentBlock>;
export type Attachment = z.infer<typeof Attachment>;
export type Footer = z.infer<typeof Footer>;
