#!/usr/bin/env node
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { nipPattern } from "./nip.ts";
import { createSandbox, type Company } from "./index.ts";
import type { Behaviour } from "./state.ts";

interface Arguments {
  port: number;
  nip: string;
  data: string | undefined;
  json: boolean;
  processingMs: number | undefined;
  limits: Behaviour["limits"];
  profile: Behaviour["profile"];
  seed: string | undefined;
  scenario: string | undefined;
}

const usage =
  "Usage: ksef-sandbox [--port 8180] [--nip 5265877635] [--data FOLDER] [--processing MS] [--limits production|off] [--profile test|production] [--scenario NAME|FILE] [--seed TEXT] [--json]";

try {
  await run(readArguments());
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${reason}\n${usage}\n`);
  process.exitCode = 2;
}

async function run({
  port,
  nip,
  data,
  json,
  processingMs,
  limits,
  profile,
  seed,
  scenario,
}: Arguments): Promise<void> {
  const sandbox = await createSandbox({
    limits,
    profile,
    ...(seed === undefined ? {} : { seed }),
    ...(data === undefined ? {} : { data }),
    // The whole time an invoice takes; a third of it shows status 100.
    ...(processingMs === undefined
      ? {}
      : { processing: { acceptedMs: processingMs / 3, processingMs: (processingMs * 2) / 3 } }),
  });
  if (scenario !== undefined) sandbox.scenario(scenario);
  const company = await sandbox.company(nip);
  const baseUrl = await sandbox.listen(port);
  const { ksefToken, certificatePem, privateKeyPem } = company;
  const line = JSON.stringify({ baseUrl, nip, ksefToken, certificatePem, privateKeyPem });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void sandbox.close());
  }
  // Last: whoever reads this may at once tell us to stop.
  process.stdout.write(json ? `${line}\n` : welcome(baseUrl, company, data));
}

function readArguments(): Arguments {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "8180" },
      nip: { type: "string", default: "5265877635" },
      data: { type: "string" },
      processing: { type: "string" },
      limits: { type: "string", default: "production" },
      profile: { type: "string", default: "test" },
      seed: { type: "string" },
      scenario: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535)
    throw new RangeError(`--port "${values.port}" is not a port number from 0 to 65535.`);
  if (!nipPattern.test(values.nip)) throw new RangeError(`--nip "${values.nip}" is not a NIP of ten digits.`);
  if (values.processing !== undefined && !/^\d{1,9}$/.test(values.processing))
    throw new RangeError(`--processing "${values.processing}" is not a number of milliseconds.`);
  if (values.limits !== "production" && values.limits !== "off")
    throw new RangeError(`--limits "${values.limits}" is neither production nor off.`);
  if (values.profile !== "test" && values.profile !== "production")
    throw new RangeError(`--profile "${values.profile}" is neither test nor production.`);
  const { port, nip, data, json, processing, limits, profile, seed, scenario } = values;
  const processingMs = processing === undefined ? undefined : Number(processing);
  return { port: Number(port), nip, data, json, processingMs, limits, profile, seed, scenario };
}

function welcome(baseUrl: string, company: Company, data: string | undefined): string {
  return `KSeF sandbox is listening at ${baseUrl}

NIP         ${company.nip}
KSeF token  ${company.ksefToken}
${data === undefined ? inline(company) : files(company, data)}
Begin a login:
  curl -X POST ${baseUrl}/auth/challenge
Look inside:
  ${baseUrl.replace(/\/v2$/, "/admin")}
Let something go wrong, once:
  curl -X POST ${baseUrl}/auth/challenge -H "X-Sandbox-Fault: html-502"

Stop it with Ctrl+C.
`;
}

function inline({ certificatePem, privateKeyPem }: Company): string {
  return `Certificate and key for XAdES (they live as long as the sandbox; with --data FOLDER they are kept):

${certificatePem}${privateKeyPem}`;
}

/** Writes the company's certificates and keys beside the state and says where they are. */
function files(company: Company, data: string): string {
  const folder = join(data, company.nip);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const contents = {
    "rsa-certificate.pem": company.certificatePem,
    "rsa-key.pem": company.privateKeyPem,
    "ec-certificate.pem": company.ecCertificatePem,
    "ec-key.pem": company.ecPrivateKeyPem,
  };
  for (const [name, content] of Object.entries(contents))
    writeFileSync(join(folder, name), content, { mode: 0o600 });
  return `XAdES       ${join(folder, "rsa-certificate.pem")} and rsa-key.pem (the same for ec-)\n`;
}
