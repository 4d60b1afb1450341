import type { Fault } from "../../error.ts";

export type Severity = "error" | "warning";

/** One sentence for a person, in English and Polish. */
export interface Text {
  en: string;
  pl: string;
}

/** A fault a bookkeeper can act on. An `error` means: KSeF or the law refuses the document as it is. */
export interface ValidationFault extends Fault {
  severity: Severity;
  messagePl: string;
  /** What to do about it. */
  advice: string;
  advicePl: string;
  /** libxml2's own sentence or sentences, word for word. */
  original?: string;
}

/** The fault of these sentences. */
export function faultOf(
  code: string,
  severity: Severity,
  message: Text,
  advice: Text,
  at: { path?: string | undefined; line?: number | undefined; original?: string | undefined } = {},
): ValidationFault {
  return {
    code,
    severity,
    ...(at.path === undefined ? {} : { path: at.path }),
    ...(at.line === undefined ? {} : { line: at.line }),
    message: message.en,
    messagePl: message.pl,
    advice: advice.en,
    advicePl: advice.pl,
    ...(at.original === undefined ? {} : { original: at.original }),
  };
}
