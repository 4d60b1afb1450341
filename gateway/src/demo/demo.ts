import { createServer } from "node:net";
import { once as event } from "node:events";
import { join } from "node:path";
import { styleText } from "node:util";
import type { LogEntry } from "@ksef-hub/core";
import { embedded } from "@ksef-hub/core/embedded";
import { createSandbox } from "@ksef-hub/sandbox";
import { startHub } from "../hub.ts";
import { carry } from "./carry.ts";
import { hubClient } from "./client.ts";
import { demoNip, documentsOf, ownDocuments } from "./documents.ts";
import { progressOn } from "./progress.ts";
import { failures, place, summary } from "./summary.ts";
import { prepareTenants } from "./tenants.ts";

export interface DemoOptions {
  /** Everything is kept here and survives a restart. */
  folder: string;
  /** Where the hub and the sandbox listen; 0, or a port that is taken, becomes any free one. */
  port: number;
  sandboxPort: number;
  /** Ends when the invoices are through, instead of serving until the signal aborts. */
  once: boolean;
  /** FA(3) files to submit instead of the demo's own invoices. */
  files: string[];
  out: NodeJS.WriteStream;
  err: NodeJS.WriteStream;
  signal: AbortSignal;
}

/** The longest the invoices are waited for, in milliseconds. */
const patienceMs = 300_000;

/**
 * A KSeF sandbox and a hub on one folder, and invoices going through both as a client of the API would send them.
 * Resolves with the exit code: 0, or 1 when with `once` an invoice is not through.
 */
export async function runDemo({
  folder,
  files,
  once,
  out,
  err,
  signal,
  ...ports
}: DemoOptions): Promise<number> {
  const say = (text: string) => out.write(`${text}\n`);
  const progress = progressOn(out);
  const log = (entry: LogEntry) => progress.aside(() => err.write(`${JSON.stringify(entry)}\n`));
  await using closing = new AsyncDisposableStack();

  say(`${styleText("bold", "KSeF Hub demo", { stream: out })}  ${place(folder)}`);
  const documents = files.length === 0 ? ownDocuments(Date.now()) : await documentsOf(files);
  const prepared = await prepare();
  const hub = await startHub({ storage: join(folder, "hub"), port: await free(ports.port, "the API"), log });
  closing.defer(() => hub.close());
  const { keys, earlier, unfinished } = prepared;
  const goingOn =
    unfinished.length === 0 ? "" : `; ${unfinished.length} of them unfinished, the hub goes on with them`;
  if (earlier > 0) say(`The folder holds ${earlier} invoices of earlier runs${goingOn}.`);
  say("");

  const stop = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  const client = (tenant: string) => hubClient(hub.url, keys.get(tenant) ?? "");
  const rows = await carry({ documents: [...unfinished, ...documents], client, progress, signal: stop });
  const failed = failures(rows);
  if (signal.aborted) {
    say("\nStopped. What is unfinished goes on at the next start.");
    return 130;
  }
  say("");
  const look = { engine: hub.engine, url: hub.url, files: join(folder, "files"), out };
  say(await summary({ rows, ...look }));
  if (failed.length > 0) err.write(`${failed.join("\n")}\n\n`);

  const tenants = new Set(rows.map(({ tenant }) => tenant));
  say(`API      ${hub.url}`);
  say(`KSeF     ${prepared.sandboxUrl} (sandbox)`);
  for (const tenant of tenants) say(`Key      ${keys.get(tenant)}`);
  if (once) {
    say("\nThe hub stops now; npm start serves what it holds.");
    return failed.length === 0 ? 0 : 1;
  }

  const shown = rows.find(({ id }) => id !== undefined);
  const path = shown === undefined ? "/v1/invoices" : `/v1/invoices/${shown.id}`;
  say(`Try      curl -H 'Authorization: Bearer ${keys.get(shown?.tenant ?? demoNip)}' ${hub.url}${path}`);
  say("\nServing. Ctrl-C to stop.");
  if (!signal.aborted) await event(signal, "abort");
  return 0;

  /** The hub's storage is opened first: its lock keeps a second demo off the folder. */
  async function prepare() {
    await using storage = await embedded({ folder: join(folder, "hub") });
    const sandbox = await createSandbox({ data: join(folder, "sandbox") });
    closing.defer(() => sandbox.close());
    const sandboxUrl = await sandbox.listen(await free(ports.sandboxPort, "the KSeF sandbox"));
    const nips = [demoNip, ...documents.map(({ tenant }) => tenant)];
    const company = (nip: string) => sandbox.company(nip);
    return { sandboxUrl, ...(await prepareTenants(storage, { url: sandboxUrl, company }, nips, log)) };
  }

  /** The port, or 0 when somebody else has it. */
  async function free(port: number, what: string): Promise<number> {
    if (port === 0 || (await isFree(port))) return port;
    say(`Port ${port} is in use: ${what} takes another one.`);
    return 0;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, "127.0.0.1");
    await event(server, "listening");
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") return false;
    throw error;
  } finally {
    server.close();
  }
}
