/** For a person: what comes from documents and file names, with its control characters made harmless. */
export { printable } from "../demo/row.ts";

/** JSON that no terminal acts upon: control and format characters are written as escapes. */
export function jsonLine(value: unknown): string {
  return escaped(JSON.stringify(value));
}

/** The same on several lines. */
export function jsonText(value: unknown): string {
  return `${escaped(JSON.stringify(value, null, 2))}\n`;
}

/** XML that says the same with what a terminal might act upon as character references; the rest KSeF forbids anyway. */
export function xmlForTerminal(xml: string): string {
  return xml.replaceAll(
    /[\u{85}\p{Cf}]/gu,
    (character) => `&#x${character.codePointAt(0)?.toString(16).toUpperCase()};`,
  );
}

function escaped(json: string): string {
  return json.replaceAll(/[[\p{Cc}\p{Cf}]--\n]/gv, (character) =>
    Array.from({ length: character.length }, (_, index) => escape(character.charCodeAt(index))).join(""),
  );
}

const escape = (unit: number): string => `\\u${unit.toString(16).padStart(4, "0")}`;
