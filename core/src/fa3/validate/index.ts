import { warsawDate } from "../../warsaw.ts";
import type { XmlElement } from "../../xml.ts";
import { factsOf } from "./facts.ts";
import { faultOf, type Severity, type ValidationFault } from "./fault.ts";
import { withFile } from "./file.ts";
import { pathsOf } from "./place.ts";
import type { Finding, Rule } from "./rule.ts";
import { rules } from "./rules/index.ts";
import { judgeBySchema } from "./xsd.ts";

export type { Severity, ValidationFault } from "./fault.ts";
export type { Rule } from "./rule.ts";
export { rules } from "./rules/index.ts";

export interface ValidationOptions {
  /** Warsaw date, `YYYY-MM-DD`; the date of the clock without it. */
  today?: string;
  /** KSeF's production environment also checks the digits of NIP. */
  production?: boolean;
  /** Codes of warnings this tenant wants to be errors. */
  strict?: readonly string[];
  /** A limit below KSeF's own. */
  largestBytes?: number;
}

/**
 * Everything that can be said of an FA (3) document before KSeF sees it; empty when there is nothing to say.
 * Three layers: KSeF's rules for files (`xml.*`, `fa3.form`), the official schema (`FA3-XSD-*`), and the numbered
 * rules. What the schema refused the rules pass over in silence. Bad documents never make it throw; only missing
 * schemas do (`schema.missing`).
 */
export function validate(bytes: Uint8Array, options: ValidationOptions = {}): ValidationFault[] {
  return withFile(bytes, options.largestBytes, (file) => {
    const { faults, refused } = judgeBySchema(file);
    const findings = findingsIn(file.root, options);
    const broken = findings.filter(([rule]) => !rule.reads.some((name) => refused.has(name)));
    if (broken.length === 0) return faults;
    return [...faults, ...faultsOf(file.root, broken, options)];
  });
}

type Found = [Rule, Finding];

function findingsIn(root: XmlElement, options: ValidationOptions): Found[] {
  const facts = factsOf(root, options.today ?? warsawDate(Date.now()));
  const found: Found[] = [];
  for (const rule of rules) for (const finding of rule.check(facts)) found.push([rule, finding]);
  return found;
}

function faultsOf(root: XmlElement, found: Found[], options: ValidationOptions): ValidationFault[] {
  const paths = pathsOf(root, new Set(found.map(([, { at }]) => at)));
  return found.map(([rule, { at, en, pl }]) =>
    faultOf(
      rule.code,
      severityOf(rule, options),
      { en, pl },
      { en: rule.advice, pl: rule.advicePl },
      { path: paths.get(at), line: at.line },
    ),
  );
}

function severityOf({ code, severity, production }: Rule, options: ValidationOptions): Severity {
  if (options.strict?.includes(code) === true) return "error";
  return options.production === true && production !== undefined ? production : severity;
}
