import { HubError } from "../error.ts";

/** The public environments of KSeF. Source: ksef-docs, srodowiska.md. */
const environments: Record<string, string> = {
  test: "https://api-test.ksef.mf.gov.pl/v2",
  demo: "https://api-demo.ksef.mf.gov.pl/v2",
  production: "https://api.ksef.mf.gov.pl/v2",
};

/** The base URL of an environment: `test`, `demo`, `production`, or an address of its own (a sandbox). */
export function ksefBaseUrl(environment: string): string {
  const known = environments[environment];
  if (known !== undefined) return known;
  if (URL.canParse(environment) && /^https?:$/.test(new URL(environment).protocol))
    return environment.replace(/\/+$/, "");
  throw new HubError(
    "hub.config",
    `"${environment}" is not a KSeF environment: use test, demo, production or the URL of a sandbox.`,
  );
}
