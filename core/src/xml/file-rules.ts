import { HubError, type ErrorCode } from "../error.ts";

type XmlCode = Extract<ErrorCode, `xml.${string}`>;

/** Throws one of the codes for a file that breaks a rule, with the line. */
export function fail(code: XmlCode, line: number, what: string): never {
  const message = `Line ${line}: ${what}`;
  throw new HubError(code, message, { faults: [{ code, message, line }] });
}

// The ranges KSeF lists: three in the basic plane, and the last two code points of each plane above it. NUL is no
// character of XML at all, and its place at the start would let libxml2 read the bytes as UTF-16.
const forbidden =
  /[\0\u007F-\u0084\u0086-\u009F\uFDD0-\uFDEF]|[\uD83F\uD87F\uD8BF\uD8FF\uD93F\uD97F\uD9BF\uD9FF\uDA3F\uDA7F\uDABF\uDAFF\uDB3F\uDB7F\uDBBF\uDBFF][\uDFFE\uDFFF]/;

/** Throws `xml.character` when the text has one of them; it may be a part of `source` that begins at `from`. */
export function refuseForbidden(text: string, source = "", from = 0): void {
  const found = forbidden.exec(text);
  if (found === null) return;
  const point = found[0].codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
  fail(
    "xml.character",
    lineAt(source, from) + lineAt(text, found.index) - 1,
    `KSeF does not take the character U+${point}.`,
  );
}

/** FA(3) needs 11 levels. */
export const deepest = 64;
export const tooDeep = `more than ${deepest} levels.`;

/** The line of a position, counted from 1. */
export const lineAt = (text: string, at: number): number => text.slice(0, at).split("\n").length;

/** Where the text goes on after the next `end`; its end when there is none. */
export function after(text: string, end: string, from: number): number {
  const at = text.indexOf(end, from);
  return at < 0 ? text.length : at + end.length;
}
