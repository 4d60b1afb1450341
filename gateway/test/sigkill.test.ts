import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createEngine, realClock, Secret, submit } from "@ksef-hub/core";
import { embedded } from "@ksef-hub/core/embedded";
import { createSandbox } from "@ksef-hub/sandbox";
import { expect, it } from "vitest";
import { judge } from "../../sandbox/test/conformance/judge.ts";
import { sampleInvoice as invoice } from "@ksef-hub/core/testing";
import type { View } from "./rig.ts";

const nip = "5265877635";
const script = new URL("hub-that-dies.ts", import.meta.url).pathname;

class Hub {
  readonly process: ChildProcess;
  readonly lines: string[] = [];

  /** Those that run: none may outlive the test. */
  static readonly running = new Set<Hub>();

  private constructor(folder: string, last: string | undefined) {
    const args = last === undefined ? [script, folder] : [script, folder, last];
    this.process = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  }

  static async start(folder: string, last?: string): Promise<Hub> {
    const hub = new Hub(folder, last);
    Hub.running.add(hub);
    hub.process.once("exit", () => Hub.running.delete(hub));
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

it("is killed after each of its effects in turn: the invoice is in KSeF once, and the submission ends", async () => {
  const root = await mkdtemp(join(tmpdir(), "sigkill-"));
  const sandbox = await createSandbox({ limits: "off", processing: { acceptedMs: 0, processingMs: 0 } });
  judge(sandbox);
  const key = await prepare(join(root, "template"), await sandbox.listen(0), await sandbox.company(nip));

  const live = async (number: string, last?: string): Promise<{ effects: string[]; died: boolean }> => {
    const folder = join(root, number);
    await cp(join(root, "template"), folder, { recursive: true });
    const hub = await Hub.start(folder, last);
    let view = await hub.deliver(key, number);
    const died = view === undefined;
    await hub.kill();
    if (died) {
      // The caller got no answer and repeats itself; the hub finds what it left.
      const heir = await Hub.start(folder);
      view = await heir.deliver(key, number);
      await heir.kill();
    }
    expect(view, `after ${last}`).toMatchObject({ state: "reported" });
    const accepted = sandbox.ledger.accepted().filter((entry) => entry.number === number);
    expect(accepted, `after ${last}`).toEqual([
      expect.objectContaining({ ksefNumber: view?.ksefNumber, posts: 1 }),
    ]);
    return { effects: hub.effects, died };
  };

  try {
    const { effects } = await live("FV-0");
    expect(effects).toContain("POST /sessions/online/*/invoices 1");
    const fatal = await killedAfter(
      effects,
      async (effect, index) => (await live(`FV-${index}`, effect)).died,
    );
    // How often the bell rings and the status is looked at, and so how often the ledger is written, differs from run to
    // run; everything else happens in each.
    const expected = effects.filter(
      (effect) => !/^queue.send|^table.put \d\d|invoices\/\* [2-9]/.test(effect),
    );
    expect([...fatal]).toEqual(expect.arrayContaining(expected));
  } finally {
    await Promise.all([...Hub.running].map((hub) => hub.kill()));
    await sandbox.close();
    await rm(root, { recursive: true });
  }
}, 180_000);

it("is killed while it sends a batch: each invoice is in KSeF once, with its receipt", async () => {
  const root = await mkdtemp(join(tmpdir(), "sigkill-"));
  const sandbox = await createSandbox({ limits: "off", processing: { acceptedMs: 0, processingMs: 0 } });
  judge(sandbox);
  const baseUrl = await sandbox.listen(0);
  const company = await sandbox.company(nip);

  const live = async (index: number, last?: string): Promise<{ effects: string[]; died: boolean }> => {
    const folder = join(root, `${index}`);
    const numbers = Array.from({ length: 15 }, (_, place) => `FV/${index}/${place}`);
    const key = await prepare(folder, baseUrl, company, numbers);
    const hub = await Hub.start(folder, last);
    let views = await hub.finish(key);
    const died = views === undefined;
    await hub.kill();
    if (died) {
      const heir = await Hub.start(folder);
      views = await heir.finish(key);
      await heir.kill();
    }
    const states = numbers.map(() => "reported");
    expect(
      views?.map(({ state }) => state),
      `after ${last}`,
    ).toEqual(states);
    const accepted = sandbox.ledger.accepted().filter(({ number }) => numbers.includes(number));
    expect(accepted.map(({ number }) => number).toSorted(), `after ${last}`).toEqual(numbers.toSorted());
    expect(new Set(accepted.map(({ ksefNumber }) => ksefNumber))).toEqual(
      new Set(views?.map(({ ksefNumber }) => ksefNumber)),
    );
    return { effects: hub.effects, died };
  };

  try {
    const { effects } = await live(0);
    expect(effects).toContain("POST /sessions/batch/*/close 1");
    // Every call to KSeF, and of the many writes to the storage some of each phase.
    const chosen = effects.filter(
      (effect, index) => !/^(queue|table|archive)/.test(effect) || index % 6 === 0,
    );
    const fatal = await killedAfter(chosen, async (effect, index) => (await live(index, effect)).died);
    expect([...fatal]).toEqual(expect.arrayContaining(chosen.filter((effect) => effect.startsWith("POST"))));
  } finally {
    await Promise.all([...Hub.running].map((hub) => hub.kill()));
    await sandbox.close();
    await rm(root, { recursive: true });
  }
}, 180_000);

/** Lives that end after each of these effects, three at a time; those after which the hub died indeed. */
async function killedAfter(
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

/** A data folder with a tenant and invoices of these numbers waiting; returns its API key. */
async function prepare(
  folder: string,
  environment: string,
  { certificatePem, privateKeyPem }: { certificatePem: string; privateKeyPem: string },
  numbers: string[] = [],
): Promise<string> {
  await using ports = await embedded({ folder });
  const engine = createEngine({ ports, log: (entry) => console.error(entry) });
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
