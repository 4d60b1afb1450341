import * as z from "zod";
import { sentence } from "./sentence.ts";

/**
 * One line of text as the official token types have it: white space is collapsed, and what remains has
 * 1 to `longest` characters (code points, as XML Schema counts them).
 */
export function line(longest: number, shortest = 1): z.ZodString {
  return checked(z.string().overwrite(collapse), shortest, longest);
}

/** Text kept with its line breaks, 1 to `longest` characters. */
export function paragraph(longest: number, shortest = 1): z.ZodString {
  return checked(z.string(), shortest, longest);
}

/** One line of text with a pattern of its own. */
export function pattern(expression: RegExp, message: string): z.ZodString {
  return z.string().regex(expression, message);
}

/** As XML Schema's `whiteSpace="collapse"`: of the four XML blanks only; a no-break space stays. */
export function collapse(text: string): string {
  return blank.test(text) ? text.replaceAll(blanks, " ").replace(/^ /, "").replace(/ $/, "") : text;
}

/** As XML Schema's `whiteSpace="replace"`. */
export function replaceBlanks(text: string): string {
  return text.replaceAll(/[\t\n\r]/g, " ");
}

const blank = /[\t\n\r]|^ | $| {2}/;
const blanks = /[ \t\n\r]+/g;

/**
 * What XML 1.0 cannot carry and what KSeF forbids on top of it: control characters, halves of surrogate pairs,
 * non-characters. U+0085 is allowed. Source: ksef-docs, faktury/weryfikacja-faktury.md.
 */
const forbidden = /[[\p{Cc}--[\t\n\r\u{85}]]\p{Cs}\p{Noncharacter_Code_Point}]/v;

function checked(schema: z.ZodString, shortest: number, longest: number): z.ZodString {
  return schema
    .refine((text) => within(text, shortest, longest), {
      error: sentence(
        `This text must have ${shortest} to ${longest} characters.`,
        `Tekst musi mieć od ${shortest} do ${longest} znaków.`,
      ),
    })
    .refine((text) => !forbidden.test(text), {
      error: sentence(
        "KSeF does not take a character in this text.",
        "W tekście jest znak, którego KSeF nie przyjmuje.",
      ),
    })
    .meta({ minLength: shortest, maxLength: longest });
}

function within(text: string, shortest: number, longest: number): boolean {
  if (text.length < shortest || text.length > 2 * longest) return false;
  if (shortest <= 1 && text.length <= longest) return true;
  let points = 0;
  for (const _ of text) points++;
  return points >= shortest && points <= longest;
}
