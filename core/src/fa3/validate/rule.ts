import type { XmlElement } from "../../xml.ts";
import type { Facts } from "./facts.ts";
import type { Severity } from "./fault.ts";

/** A numbered rule of ours: data for the documentation, and one small pure function. */
export interface Rule {
  /** Stable: `FA3-NIP-01`. */
  code: string;
  /** `error` only where KSeF or the law surely refuses the invoice. */
  severity: Severity;
  /** In production KSeF refuses what it lets pass in its test environments. */
  production?: "error";
  title: string;
  titlePl: string;
  /** The law or the document it stands on, with the article. */
  source: string;
  advice: string;
  advicePl: string;
  /** Local names of the elements it judges. Where the schema refused one of them, the rule stays silent. */
  reads: readonly string[];
  check: (invoice: Facts) => Finding[];
}

/** A place that breaks a rule, and how, in English and Polish. */
export interface Finding {
  at: XmlElement;
  en: string;
  pl: string;
}
