import { join } from "node:path";
import { once } from "node:events";
import { parseArgs } from "node:util";
import { HubError, type LogEntry, Secret } from "@ksef-hub/core";
import { runDemo } from "./demo/demo.ts";
import { startHub } from "./hub.ts";
import { type Storage, storageFrom } from "./storage.ts";

const usage = `Usage: npm start -- [--data DIR] [--port N] [--zip]  serves the hub on a folder
       npm start -- [--once] [--port N] [FILE...]  the demo: a KSeF sandbox, the hub, and invoices going through

  --data DIR  the folder the hub runs on (or set HUB_DATA); without it, the demo runs on .data/demo. With HUB_BACKEND=aws
              the hub runs on AWS instead: docs/aws.md
  --port N    where the API listens (or set HUB_PORT); 8080, and 0 is any free port
  --zip       packs batches as zip; tar.gz, the default, is smaller and faster
  --once      ends when the invoices of the demo are through: exit code 0, or 1 and the reason
  FILE...     FA(3) invoices for the demo to submit instead of its own
  --demo-data DIR  another folder for the demo
  --help`;

const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM"])
  process.on(name, () => {
    if (stop.signal.aborted) process.exit(130);
    stop.abort();
  });

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof HubError)) throw error;
  console.error(`${error.title}: ${error.message}`);
  process.exitCode = 2;
}

async function main(): Promise<number> {
  const { values, positionals: files } = parse();
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const port = portOf(values.port ?? process.env["HUB_PORT"] ?? "8080");
  const storage = storageFrom(process.env, values.data);
  if (storage !== undefined) {
    if (values.once || files.length > 0 || values["demo-data"] !== undefined)
      throw new HubError(
        "hub.config",
        "--once, --demo-data and files belong to the demo, which runs without --data and HUB_BACKEND.",
      );
    return serve(storage, port, values.zip === true ? "zip" : "tarGz");
  }
  return runDemo({
    folder: values["demo-data"] ?? join(".data", "demo"),
    port,
    sandboxPort: port === 0 ? 0 : 8180,
    once: values.once ?? false,
    files,
    out: process.stdout,
    err: process.stderr,
    signal: stop.signal,
  });
}

async function serve(storage: Storage, port: number, compression: "tarGz" | "zip"): Promise<number> {
  const token = process.env["HUB_METRICS_TOKEN"];
  const metricsToken = token ? new Secret(token) : undefined;
  const connections = connectionsFrom(process.env, port);
  const hub = await startHub({ storage, port, compression, connections, metricsToken, log });
  const place = typeof storage === "string" ? storage : `the table ${storage.table} in ${storage.region}`;
  console.log(`KSeF Hub is serving ${place} on ${hub.url}`);
  const { done } = await hub.engine.tenants.all().next();
  if (done)
    console.log(`No company yet. ${typeof storage === "string" ? "Stop the hub and add one" : "Add one"}:
  npm run hub -- tenant add${typeof storage === "string" ? ` --data ${storage}` : ""} --nip NIP --environment test|demo|production --certificate FILE --key FILE`);
  if (!stop.signal.aborted) await once(stop.signal, "abort");
  await hub.close();
  return 0;
}

/** `HUB_CONNECTORS`: the packages of connectors, with commas between; `HUB_PUBLIC_URL`: how vendors reach this hub. */
function connectionsFrom(settings: NodeJS.ProcessEnv, port: number) {
  const connectors = (settings["HUB_CONNECTORS"] ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
  if (connectors.length === 0) return undefined;
  const publicUrl = (settings["HUB_PUBLIC_URL"] || `http://127.0.0.1:${port}`).replace(/\/+$/, "");
  if (URL.canParse(publicUrl)) return { connectors, publicUrl };
  throw new HubError("hub.config", `HUB_PUBLIC_URL is "${publicUrl}", which is not a URL.`);
}

function log(entry: LogEntry): void {
  console.error(JSON.stringify(entry));
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port < 65_536) return port;
  throw new HubError("hub.config", `"${text}" is not a port: use 0 to 65535.`);
}

function parse() {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    return parseArgs({
      allowPositionals: true,
      options: { data: text, port: text, zip: flag, once: flag, "demo-data": text, help: flag },
    });
  } catch (error) {
    throw new HubError("hub.config", error instanceof Error ? error.message : String(error), {
      cause: error,
    });
  }
}
