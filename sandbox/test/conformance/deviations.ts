import type { Finding } from "./checker.ts";

/** Where the sandbox leaves the document on purpose. */
export interface Deviation {
  /** `METHOD /templated/path`; absent: everywhere. */
  endpoint?: string;
  what: RegExp;
  why: string;
}

/** Every entry occurs in coverage.test.ts, or the test fails there. */
export const deviations: Deviation[] = [
  {
    what: /^response 400: \/exception\/timestamp must match format "date-time"/,
    why: "The document's own example of an exception writes this one date without an offset.",
  },
  {
    endpoint: "POST /testdata/permissions",
    what: /^request: \/(context|authorized)Identifier\/type must be equal to one of the allowed values/,
    why: "The guide writes these types in lower case, the document with a capital: both are taken. Source: ksef-docs, dane-testowe-scenariusze.md.",
  },
  {
    endpoint: "POST /invoices/query/metadata",
    what: /^request: \/dateRange\/(from|to) must match format "date-time"/,
    why: "The description of dateRange allows dates without an offset: they are of Warsaw.",
  },
];

export function deviation({ endpoint, what }: Finding): Deviation | undefined {
  return deviations.find((each) => (each.endpoint ?? endpoint) === endpoint && each.what.test(what));
}
