import { ksefBaseUrl } from "../ksef/environment.ts";

/** Source: ksef-docs, kody-qr.md, Środowiska. */
const qrAddresses: Record<string, string> = {
  "api-test.ksef.mf.gov.pl": "https://qr-test.ksef.mf.gov.pl",
  "api-demo.ksef.mf.gov.pl": "https://qr-demo.ksef.mf.gov.pl",
  "api.ksef.mf.gov.pl": "https://qr.ksef.mf.gov.pl",
};

/**
 * Where the verification links of an environment lead. An address of its own leads to itself, beside its `/v2`: at the
 * Ministry nobody knows the invoices of a sandbox.
 */
export function qrAddress(environment: string): string {
  const api = ksefBaseUrl(environment);
  return qrAddresses[new URL(api).host] ?? api.replace(/\/v2$/, "");
}
