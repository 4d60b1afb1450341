import { HubError, type ErrorCode } from "./error.ts";
import { inspectInvoice, type InvoiceHeader } from "./fa3/inspect.ts";
import { validate, type ValidationFault } from "./fa3/validate/index.ts";
import type { Tenant } from "./tenants.ts";
import { warsawDate } from "./warsaw.ts";

/** Everything the validator has against a document, by the settings of a company. */
export function faultsOf(xml: Uint8Array, { environment, strict }: Tenant, now: number): ValidationFault[] {
  return validate(xml, { today: warsawDate(now), production: environment === "production", strict });
}

/**
 * Lets a document pass that KSeF can be expected to take, with its header and what is odd about it.
 * Throws `xml.*`, `fa3.form`, `fa3.schema` or `fa3.rule` with every fault there is, warnings included.
 */
export function checkDocument(xml: Uint8Array, tenant: Tenant, now: number) {
  const faults = faultsOf(xml, tenant, now);
  const error = faults.find(({ severity }) => severity === "error");
  if (error !== undefined) throw new HubError(hubCode(error.code), error.message, { faults });
  const header: InvoiceHeader = inspectInvoice(xml);
  if (header.form.systemCode !== "FA (3)")
    throw new HubError("fa3.form", `KSeF no longer takes ${header.form.systemCode}; send FA (3).`);
  return { header, warnings: faults };
}

/** Faults have finer codes than errors: thousands of rules, a few ways to go on. */
function hubCode(faultCode: string): ErrorCode {
  if (fileCodes.has(faultCode)) return faultCode as ErrorCode;
  return faultCode.startsWith("FA3-XSD-") ? "fa3.schema" : "fa3.rule";
}

const fileCodes: ReadonlySet<string> = new Set<ErrorCode>([
  "xml.encoding",
  "xml.malformed",
  "xml.doctype",
  "xml.processing-instruction",
  "xml.character",
  "xml.depth",
  "xml.size",
  "fa3.form",
]);
