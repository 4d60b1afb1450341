import { Secret } from "@ksef-hub/core";
import type { Credentials } from "@ksef-hub/core/ksef";
import { type Command, need, optionsOf, refusePositionals, textIn } from "./command.ts";
import { ruleCodes } from "./rule-codes.ts";
import { dataOption, dataUsage, onEngine, printKey } from "./on-engine.ts";

const text = { type: "string" } as const;
const options = {
  ...dataOption,
  id: text,
  nip: text,
  environment: text,
  certificate: text,
  key: text,
  "token-file": text,
  strict: text,
};

/** Adds a company, or replaces its credentials. */
export const tenantAdd: Command = {
  name: "tenant add",
  summary: "adds a company, or replaces its credentials, and prints an API key for it",
  usage: `Usage: npm run hub -- tenant add --data DIR --nip NIP --environment test|demo|production|URL
           (--certificate FILE --key FILE | --token-file FILE) [--id ID] [--strict CODE,CODE]

Adds a company, or replaces its credentials, and prints an API key for it.

  --nip NIP           the company's NIP: ten digits
  --environment NAME  test, demo, production, or the address of a sandbox
  --certificate FILE  its KSeF certificate (PEM), with --key FILE, the private key (PEM)
  --token-file FILE   or a KSeF token, alone in a file
  --strict CODE,CODE  warnings of the validator that are errors for this company (docs/fa3.md); "" for none
  --id ID             what the hub calls the company; its NIP when left out
${dataUsage}`,
  run(args) {
    const { values, positionals } = optionsOf(args, options);
    refusePositionals(positionals);
    const nip = need("nip", values.nip);
    const id = values.id ?? nip;
    const environment = need("environment", values.environment);
    const credentials = credentialsFrom(values);
    const strict = values.strict === undefined ? {} : { strict: ruleCodes(values.strict) };
    return onEngine(values.data, async (engine) => {
      const now = engine.clock.now();
      const earlier = await engine.tenants.get(id);
      const kept = earlier === undefined ? { createdAt: now } : earlier;
      await engine.tenants.save({ ...kept, id, nip, environment, ...strict }, credentials);
      console.log(`Tenant ${id} (NIP ${nip}, ${environment}) is saved.`);
      await printKey(engine, id, "first");
    });
  },
};

function credentialsFrom(values: {
  certificate?: string | undefined;
  key?: string | undefined;
  "token-file"?: string | undefined;
}): Credentials {
  if (values["token-file"] !== undefined)
    return { kind: "token", token: new Secret(textIn(values["token-file"]).trim()) };
  const certificatePem = textIn(need("certificate", values.certificate));
  return { kind: "certificate", certificatePem, privateKeyPem: new Secret(textIn(need("key", values.key))) };
}
