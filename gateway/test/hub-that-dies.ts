/**
 * A hub process for the crash test, on the folder or, with HUB_BACKEND=aws, on AWS. It tells each of its effects (a durable write, or an answer of KSeF) on a line,
 * `effect NAME COUNT`, and with `node hub-that-dies.ts FOLDER "NAME COUNT"` it kills itself with SIGKILL right after
 * that one, before anything in it can learn of the effect. Its URL stands on a line too.
 */
import { writeSync } from "node:fs";
import { serve } from "@hono/node-server";
import { createEngine } from "@ksef-hub/core";
import { gateway } from "../src/app.ts";
import { openStorage, storageFrom } from "../src/storage.ts";
import { startWorker } from "../src/worker.ts";

const [folder = "", last] = process.argv.slice(2);
const counts = new Map<string, number>();

function told<A extends unknown[], R>(nameOf: (args: A) => string, effect: (...args: A) => Promise<R>) {
  return async (...args: A): Promise<R> => {
    const result = await effect(...args);
    const name = nameOf(args);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    const line = `${name} ${count}`;
    writeSync(1, `effect ${line}\n`);
    if (line === last) process.kill(process.pid, "SIGKILL");
    return result;
  };
}

/** `POST /sessions/online/*\/invoices`: a call to KSeF without what differs from run to run. */
const callName = ([url, init]: [string, RequestInit]): string =>
  `${init.method} ${new URL(url).pathname.replace("/v2", "").replaceAll(/\/\d[^/]+/g, "/*")}`;

const onAws = process.env["HUB_BACKEND"] === "aws";
const { ports, alone } = await openStorage(storageFrom(process.env, onAws ? undefined : folder) ?? folder);
const { table, archive, queue } = ports;
table.put = told(() => "table.put", table.put.bind(table));
archive.put = told(() => "archive.put", archive.put.bind(archive));
queue.send = told(() => "queue.send", queue.send.bind(queue));

const engine = createEngine({
  ports,
  alone,
  batchFolder: `${folder}/batches`,
  timing: {
    deadlineMs: 400,
    quietMs: 50,
    lookMs: 10,
    longestLookMs: 50,
    backoffMs: 10,
    longestBackoffMs: 50,
    leaseMs: 300,
  },
  log: (entry) => console.error(JSON.stringify(entry)),
  fetch: told(callName, (url: string, init: RequestInit) => fetch(url, init)),
});
startWorker(engine, { sweepMs: 300 });
serve({ fetch: gateway(engine).fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => {
  console.log(`http://127.0.0.1:${port}`);
});
