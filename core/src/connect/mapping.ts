import * as z from "zod";
import { rates } from "../model/line.ts";
import { modelPaths, nearestPath } from "./model-paths.ts";

/** Values by the field of the model they are for. */
function byModelPath<Value extends z.ZodType>(value: Value) {
  return z.record(z.string(), value).superRefine((entries, context) => {
    for (const path of Object.keys(entries)) {
      if (modelPaths.has(path)) continue;
      const near = nearestPath(path);
      const message = `The model has no field "${path}"${near === undefined ? "." : `; do you mean "${near}"?`}`;
      context.addIssue({ code: "custom", message, path: [path] });
    }
  });
}

/** How the records of one connection become invoices. Every connection has one, beside what the vendor needs to know. */
export const Mapping = z
  .strictObject({
    defaults: byModelPath(z.union([z.string(), z.boolean()]))
      .default({})
      .describe('What an invoice gets where its record says nothing: `"lines.unit": "szt."` for every line.'),
    fields: byModelPath(z.string().min(1))
      .default({})
      .describe(
        'Where a record has a field: `"buyer.nip": "company.properties.nip"`. Of a line, what begins with `line.` is looked ' +
          "for in the line itself. It goes before what the connector takes by itself.",
      ),
    taxCodes: z
      .record(z.string(), z.enum(rates))
      .default({})
      .describe('The VAT rate or class of each of the vendor\'s tax codes: `"TAX001": "23"`.'),
    units: z
      .record(z.string(), z.string().min(1).max(256))
      .default({})
      .describe('Another name for a unit: `"each": "szt."`.'),
  })
  .describe("How records become invoices.");

export type Mapping = z.output<typeof Mapping>;
