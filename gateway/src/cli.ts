import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createEngine, type Engine, HubError, Secret } from "@ksef-hub/core";
import { embedded } from "@ksef-hub/core/embedded";
import type { Credentials } from "@ksef-hub/core/ksef";

const usage = `Usage: npm run hub -- COMMAND

  tenant add --data DIR --nip NIP --environment test|demo|production|URL
             (--certificate FILE --key FILE | --token-file FILE) [--id ID]
      Adds a company, or replaces its credentials, and prints an API key for it.
  tenant list --data DIR
  key add --data DIR --tenant ID [--name NAME]
      Prints one more API key.

--data is the folder the hub runs on (or set HUB_DATA). The hub must not be running on it meanwhile.`;

const { values, positionals } = parse();
const command = positionals.join(" ");
try {
  const commands: Record<string, (engine: Engine) => Promise<void>> = {
    "tenant add": addTenant,
    "tenant list": listTenants,
    "key add": addKey,
  };
  const run = commands[command];
  if (run === undefined || values.help) {
    console.log(usage);
    process.exitCode = values.help ? 0 : 2;
  } else {
    await using ports = await embedded({ folder: need("data", values.data ?? process.env["HUB_DATA"]) });
    await run(createEngine({ ports, log: (entry) => console.error(JSON.stringify(entry)) }));
  }
} catch (error) {
  if (!(error instanceof HubError)) throw error;
  console.error(`${error.title}: ${error.message}`);
  process.exitCode = 2;
}

async function addTenant(engine: Engine): Promise<void> {
  const nip = need("nip", values.nip);
  const id = values.id ?? nip;
  const environment = need("environment", values.environment);
  const now = engine.clock.now();
  const earlier = await engine.tenants.get(id);
  const tenant = { id, nip, environment, createdAt: earlier?.createdAt ?? now };
  await engine.tenants.save(tenant, credentials());
  console.log(`Tenant ${id} (NIP ${nip}, ${environment}) is saved.`);
  await printKey(engine, id, "first");
}

async function listTenants(engine: Engine): Promise<void> {
  for await (const { id, nip, environment } of engine.tenants.all())
    console.log(`${id}\t${nip}\t${environment}`);
}

async function addKey(engine: Engine): Promise<void> {
  const id = need("tenant", values.tenant);
  if ((await engine.tenants.get(id)) === undefined)
    throw new HubError("hub.config", `There is no tenant ${id}.`);
  await printKey(engine, id, values.name ?? "");
}

async function printKey(engine: Engine, tenant: string, name: string): Promise<void> {
  const key = await engine.apiKeys.issue(tenant, name, engine.clock.now());
  console.log(`API key, shown only now: ${key.reveal()}`);
}

function credentials(): Credentials {
  if (values["token-file"] !== undefined)
    return { kind: "token", token: new Secret(file(values["token-file"]).trim()) };
  const certificatePem = file(need("certificate", values.certificate));
  return { kind: "certificate", certificatePem, privateKeyPem: new Secret(file(need("key", values.key))) };
}

function file(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new HubError("hub.config", `${path} cannot be read.`, { cause });
  }
}

function need(option: string, value: string | undefined): string {
  if (value !== undefined && value !== "") return value;
  throw new HubError("hub.config", `--${option} is missing. See npm run hub -- --help`);
}

function parse() {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        data: text,
        id: text,
        nip: text,
        environment: text,
        certificate: text,
        key: text,
        "token-file": text,
        tenant: text,
        name: text,
        help: { type: "boolean" },
      },
    });
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exit(2);
  }
}
