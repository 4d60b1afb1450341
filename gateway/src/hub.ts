import { serve } from "@hono/node-server";
import {
  createEngine,
  type Engine,
  engineMetrics,
  HubError,
  type LogEntry,
  observations,
  type Secret,
  type Timing,
} from "@ksef-hub/core";
import { gateway } from "./app.ts";
import { type ConnectionOptions, startConnections } from "./connectors/index.ts";
import { prometheus } from "./metrics/prometheus.ts";
import { openStorage, type Storage } from "./storage.ts";
import { startWorker } from "./worker.ts";

export interface HubOptions {
  /** Where everything is kept; a folder is made when missing. */
  storage: Storage;
  /** 0 takes any free port. */
  port: number;
  hostname?: string;
  timing?: Partial<Timing>;
  /** How batches are packed; default: tar.gz. */
  compression?: "tarGz" | "zip";
  /** Absent: the hub has no connections to other systems. */
  connections?: ConnectionOptions | undefined;
  /** Opens `/metrics` to whoever has it; absent: there is none. */
  metricsToken?: Secret | undefined;
  log: (entry: LogEntry) => void;
}

/** A hub in one process: API, worker and storage. */
export interface Hub {
  engine: Engine;
  /** The root of the API, without a slash at the end. */
  url: string;
  /** Takes no new work, finishes what is in hand, closes the storage. */
  close(): Promise<void>;
}

export async function startHub({
  storage,
  port,
  hostname = "127.0.0.1",
  timing = {},
  compression = "tarGz",
  connections,
  metricsToken,
  log,
}: HubOptions): Promise<Hub> {
  const opened = await openStorage(storage);
  const { ports, alone, batchFolder } = opened;
  const scraped = metricsToken && { prometheus: prometheus(), token: metricsToken };
  const metrics = engineMetrics(scraped?.prometheus.meter);
  const engine = createEngine({ ports, timing, log, batchFolder, compression, metrics, alone });
  const observer = observations(engine);
  const unobserve = metrics.observe(observer.all);
  const worker = startWorker(engine);
  let connected: Awaited<ReturnType<typeof startConnections>> | undefined;
  try {
    connected = connections && (await startConnections(engine, connections));
    const app = gateway(engine, { observer, metrics: scraped, connections: connected?.routes });
    const server = await listen(app.fetch, port, hostname);
    return {
      engine,
      url: server.url,
      close: async () => {
        unobserve();
        await Promise.all([server.close(), connected?.stop(), worker.stop(), scraped?.prometheus.close()]);
        await opened[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await Promise.all([connected?.stop(), worker.stop()]);
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}

function listen(fetch: Parameters<typeof serve>[0]["fetch"], port: number, hostname: string) {
  return new Promise<{ url: string; close(): Promise<void> }>((resolve, reject) => {
    const server = serve({ fetch, port, hostname }, (address) => {
      const host = address.family === "IPv6" ? `[${address.address}]` : address.address;
      resolve({ url: `http://${host}:${address.port}`, close });
    });
    const close = () =>
      new Promise<void>((done, failed) => {
        server.close((error) => (error ? failed(error) : done()));
        if ("closeIdleConnections" in server) server.closeIdleConnections();
      });
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const message = cause.code === "EADDRINUSE" ? `Port ${port} is in use: choose another.` : cause.message;
      reject(new HubError("hub.config", message, { cause }));
    });
  });
}
