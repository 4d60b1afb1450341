import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { createEngine, realClock, Secret, submit } from "@ksef-hub/core";
import { sampleInvoice as invoice } from "@ksef-hub/core/testing";
import { localAws } from "@ksef-hub/core/testing/aws";
import { openStorage, type Storage } from "../src/storage.ts";
import type { View } from "./rig.ts";

export const nip = "5265877635";
const script = new URL("hub-that-dies.ts", import.meta.url).pathname;

/** Where a hub keeps everything: a folder, or with HUB_BACKEND=aws an AWS of its own. */
export interface Home extends AsyncDisposable {
  folder: string;
  storage: Storage;
  /** For the environment of its process. */
  settings: Record<string, string>;
}

export async function homeIn(folder: string): Promise<Home> {
  if (process.env["HUB_BACKEND"] !== "aws")
    return { folder, storage: folder, settings: {}, [Symbol.asyncDispose]: () => Promise.resolve() };
  const aws = await localAws();
  const { options, settings } = aws;
  return { folder, storage: options, settings, [Symbol.asyncDispose]: () => aws[Symbol.asyncDispose]() };
}

/** A hub in a process of its own, which kills itself after an effect if it is told to. */
export class MortalHub {
  readonly process: ChildProcess;
  readonly lines: string[] = [];

  /** Those that run: none may outlive the test. */
  static readonly running = new Set<MortalHub>();

  private constructor({ folder, settings }: Home, last: string | undefined) {
    const args = last === undefined ? [script, folder] : [script, folder, last];
    const env = { ...process.env, ...settings };
    this.process = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  }

  static async start(home: Home, last?: string): Promise<MortalHub> {
    const hub = new MortalHub(home, last);
    MortalHub.running.add(hub);
    hub.process.once("exit", () => MortalHub.running.delete(hub));
    const reader = createInterface({ input: hub.process.stdout! });
    const listening = new Promise<void>((resolve) => {
      reader.on("line", (line) => {
        hub.lines.push(line);
        if (line.startsWith("http")) resolve();
      });
    });
    await Promise.race([listening, once(hub.process, "exit")]);
    return hub;
  }

  get effects(): string[] {
    return this.lines.flatMap((line) => (line.startsWith("effect ") ? [line.slice("effect ".length)] : []));
  }

  /** The submission once it is reported, or what it is after twenty seconds; undefined when the hub died meanwhile. */
  async deliver(key: string, number: string): Promise<View | undefined> {
    const url = this.lines.find((line) => line.startsWith("http"));
    const headers = {
      authorization: `Bearer ${key}`,
      "content-type": "application/xml",
      "idempotency-key": number,
    };
    try {
      const posted = await fetch(`${url}/v1/invoices`, {
        method: "POST",
        headers,
        body: invoice({ number }),
      });
      if (posted.status !== 202) throw new Error(`${posted.status} ${await posted.text()}`);
      const { id } = (await posted.json()) as View;
      const giveUp = Date.now() + 20_000;
      for (;;) {
        const view = (await (await fetch(`${url}/v1/invoices/${id}`, { headers })).json()) as View;
        if (view.state === "reported" || Date.now() > giveUp) return view;
        await realClock.sleep(20);
      }
    } catch (error) {
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  }

  /** All invoices once every one is reported, or as they are after twenty seconds; undefined when the hub died meanwhile. */
  async finish(key: string): Promise<View[] | undefined> {
    const url = this.lines.find((line) => line.startsWith("http"));
    const headers = { authorization: `Bearer ${key}` };
    try {
      for (const giveUp = Date.now() + 20_000; ;) {
        const response = await fetch(`${url}/v1/invoices?limit=200`, { headers });
        const { invoices } = (await response.json()) as { invoices: View[] };
        if (invoices.every(({ state }) => state === "reported") || Date.now() > giveUp) return invoices;
        await realClock.sleep(20);
      }
    } catch (error) {
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  }

  async kill(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      this.process.kill("SIGKILL");
      await once(this.process, "exit");
    }
  }
}

/** All of them; on AWS, where each life takes its time and the engine is the same, a fifth of them. */
export const sampled = (effects: string[]): string[] =>
  effects.filter((_, index) => process.env["HUB_BACKEND"] !== "aws" || index % 5 === 0);

/** Lives that end after each of these effects, three at a time; those after which the hub died indeed. */
export async function killedAfter(
  effects: string[],
  live: (effect: string, index: number) => Promise<boolean>,
): Promise<Set<string>> {
  const fatal = new Set<string>();
  let next = 0;
  const worker = async (): Promise<void> => {
    try {
      for (let index = next++; index < effects.length; index = next++) {
        const effect = effects[index]!;
        if (await live(effect, index + 1)) fatal.add(effect);
      }
    } finally {
      // After a failure the others end with what they have in hand.
      next = Math.max(next, effects.length);
    }
  };
  const outcomes = await Promise.allSettled([worker(), worker(), worker()]);
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  return fatal;
}

/** Puts a tenant there and invoices of these numbers that wait; returns its API key. */
export async function prepare(
  { storage }: Home,
  environment: string,
  { certificatePem, privateKeyPem }: { certificatePem: string; privateKeyPem: string },
  numbers: string[] = [],
): Promise<string> {
  await using opened = await openStorage(storage);
  const engine = createEngine({ ports: opened.ports, log: (entry) => console.error(entry) });
  const credentials = {
    kind: "certificate",
    certificatePem,
    privateKeyPem: new Secret(privateKeyPem),
  } as const;
  await engine.tenants.save({ id: "acme", nip, environment, createdAt: 0 }, credentials);
  for (const number of numbers)
    await submit(engine, {
      tenant: "acme",
      idempotencyKey: number,
      mediaType: "application/xml",
      content: invoice({ number }),
    });
  return (await engine.apiKeys.issue("acme", "test", 0)).reveal();
}
