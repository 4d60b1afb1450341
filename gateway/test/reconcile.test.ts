import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine, type Engine, type Finding, reconcile, Secret, submit } from "@ksef-hub/core";
import { embedded } from "@ksef-hub/core/embedded";
import { sampleInvoice } from "@ksef-hub/core/testing";
import { createSandbox, type Sandbox } from "@ksef-hub/sandbox";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { judge } from "../../sandbox/test/conformance/judge.ts";
import { gateway } from "../src/app.ts";
import { startWorker } from "../src/worker.ts";
import { hub } from "./cli-rig.ts";
import { quick } from "./rig.ts";

const nip = "5265877635";
let root: string;
let data: string;
let backup: string;
let sandbox: Sandbox;
let startedAt: number;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "hub-"));
  [data, backup] = [join(root, "data"), join(root, "backup")];
  sandbox = await createSandbox({ processing: { acceptedMs: 0, processingMs: 20 } });
  judge(sandbox);
  const environment = await sandbox.listen(0);
  const { certificatePem, privateKeyPem } = await sandbox.company(nip);
  await onHub(async ({ tenants, clock }) => {
    startedAt = clock.now() - 1_000;
    await tenants.save(
      { id: "acme", nip, environment, createdAt: 0 },
      { kind: "certificate", certificatePem, privateKeyPem: new Secret(privateKeyPem) },
    );
  });
});

afterEach(async () => {
  await sandbox.close();
  await rm(root, { recursive: true });
});

describe("after a backup was restored", () => {
  it.each([
    ["online", 2],
    ["in a batch", 80],
  ])("every invoice sent %s is known again, and none is posted again", async (how, count) => {
    await onHub((engine) => handIn(engine, numbers(count)));
    await cp(data, backup, { recursive: true });
    await onHub(deliverAll);
    await restore();
    const batches = sandbox.ledger
      .requests()
      .filter(({ method, path }) => method === "POST" && path === "/v2/sessions/batch");
    expect(batches.length > 0).toBe(how === "in a batch");

    await onHub(async (engine) => {
      const dry = await run(engine, { dryRun: true });
      expect(dry.result.findings).toEqual({ ...none, recovered: count });
      expect(new Set((await stored(engine)).map(({ state }) => state))).toEqual(new Set(["ready"]));

      const { result, findings } = await run(engine);
      expect(result).toMatchObject({ invoices: count, findings: { ...none, recovered: count } });
      expect(result).not.toHaveProperty("next");
      await expectAllKnown(engine, count);
      expect(new Set(findings.map(({ ksefNumber }) => ksefNumber))).toEqual(
        new Set(sandbox.ledger.accepted().map(({ ksefNumber }) => ksefNumber)),
      );

      const again = await run(engine);
      expect(again.result.findings).toEqual(none);
      // An online session stays open for a while, and who knows what is still to come in it.
      expect(again.result.sessions).toBe(how === "in a batch" ? 0 : 1);
    });
    await onHub(deliverAll);
    expect(sandbox.ledger.invoices().length).toBe(count);
  });

  it("takes up what was sending, sent, held or dead as well, and leaves alone what is in hand", async () => {
    const states = ["sending", "sent", "held", "dead", "ready"] as const;
    await onHub((engine) => handIn(engine, numbers(5)));
    await cp(data, backup, { recursive: true });
    await onHub(deliverAll);
    await restore();
    await onHub(async (engine) => {
      const session = { reference: sandbox.ledger.accepted()[0]?.sessionReferenceNumber ?? "" };
      for (const [index, submission] of (await stored(engine)).entries()) {
        const state = states[index] ?? "ready";
        const wakeAt = state === "ready" ? engine.clock.now() + 60_000 : 0;
        const problem = { code: "ksef.forbidden", message: "…" };
        const stopped = state === "held" || state === "dead" ? { problem } : { session };
        await change(engine, submission.id, { state, wakeAt, ...(state === "ready" ? {} : stopped) });
      }
      const { result } = await run(engine);
      expect(result.findings).toEqual({ ...none, recovered: 4, busy: 1 });
      const alone = await run(engine, { alone: true });
      expect(alone.result.findings).toEqual({ ...none, recovered: 1 });
      await expectAllKnown(engine, 5);
    });
  });

  it("lists what only KSeF knows and what only the hub knows", async () => {
    await onHub((engine) => handIn(engine, numbers(2)));
    await onHub(deliverAll);
    await cp(data, backup, { recursive: true });
    await onHub((engine) => handIn(engine, ["LOST/1"]));
    await onHub(deliverAll);
    await restore();
    const lost = sandbox.ledger.accepted().find(({ number }) => number === "LOST/1");
    await onHub(async (engine) => {
      const reference = lost?.sessionReferenceNumber ?? "";
      const nowhere = `${reference.slice(0, 8)}-SO-0000000000-0000000000-00`;
      await handIn(engine, ["GHOST/1"]);
      const ghost = (await stored(engine)).find(({ invoice }) => invoice.number === "GHOST/1");
      const ksef = { number: "5265877635-20250626-010080DD2B5E-26" };
      await change(engine, ghost?.id ?? "", { state: "reported", session: { reference: nowhere }, ksef });
      const { result, findings } = await run(engine);
      expect(result.findings).toEqual({ ...none, unknown: 1, missing: 1 });
      expect(findings.find(({ what }) => what === "unknown")).toEqual({
        what: "unknown",
        session: reference,
        number: "LOST/1",
        ksefNumber: lost?.ksefNumber,
        at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      });
      expect(findings.find(({ what }) => what === "missing")).toEqual({
        what: "missing",
        session: nowhere,
        id: ghost?.id,
        number: "GHOST/1",
        ksefNumber: ksef.number,
      });
    });
  });
});

describe("hub reconcile", () => {
  it("recovers, then lists what is not explained and ends with 1", async () => {
    await onHub((engine) => handIn(engine, numbers(2)));
    await cp(data, backup, { recursive: true });
    await onHub(deliverAll);
    await restore();
    const command = ["reconcile", "--data", data, "--tenant", "acme", "--from", "2026-02-01"];
    const dry = await hub(...command, "--dry-run");
    expect(dry).toMatchObject({ code: 0, out: expect.stringContaining("Nothing is changed.") });
    const done = await hub(...command);
    expect(done.code).toBe(0);
    expect(done.out).toMatch(/recovered +5265877635-\d{8}-[0-9A-F]{12}-[0-9A-F]{2} +FV\/[12] /);
    expect(done.out).toMatch(/\nrecovered +2\n/);
    await onHub((engine) => expectAllKnown(engine, 2));
    await onHub((engine) => handIn(engine, ["LOST/1"]));
    await cp(data, backup, { recursive: true });
    await onHub(deliverAll);
    await onHub(async (engine) => {
      const lost = (await stored(engine)).find(({ invoice }) => invoice.number === "LOST/1");
      await change(engine, lost?.id ?? "", { document: { key: "x", sha256: "x", size: 1 } });
    });
    const odd = await hub(...command);
    expect(odd.code).toBe(1);
    expect(odd.out).toMatch(/^unknown .* LOST\/1 /m);
    expect(odd.out).toMatch(/^missing .* LOST\/1 /m);
  });

  it.each([
    [["--tenant", "acme"], "--from is missing."],
    [["--tenant", "acme", "--from", "soon"], "--from: a day such as 2026-02-01"],
    [["--from", "2026-02-01"], "--tenant is missing."],
  ])("ends with 2 on wrong usage: %j", async (args, sentence) => {
    const { code, out, err } = await hub("reconcile", "--data", data, ...args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(sentence);
  });
});

describe("POST /v1/reconcile", () => {
  it("recovers, and refuses an order that does not say whether it is in earnest", async () => {
    await onHub((engine) => handIn(engine, numbers(2)));
    await cp(data, backup, { recursive: true });
    await onHub(deliverAll);
    await restore();
    await onHub(async (engine) => {
      const key = (await engine.apiKeys.issue("acme", "test", 0)).reveal();
      const post = async (body: object) => {
        const headers = { authorization: `Bearer ${key}` };
        const init = { method: "POST", headers, body: JSON.stringify(body) };
        const response = await gateway(engine).request("/v1/reconcile", init);
        return { status: response.status, ...((await response.json()) as object) };
      };
      expect(await post({ from: "2026-02-01" })).toMatchObject({ status: 400, code: "request.invalid" });
      const answer = await post({ from: "2026-02-01", dryRun: false });
      expect(answer).toMatchObject({ status: 200, recovered: 2, unknown: 0, missing: 0 });
      expect(answer).toHaveProperty("findings.length", 2);
      await expectAllKnown(engine, 2);
    });
  });
});

const none = { recovered: 0, processing: 0, refused: 0, failed: 0, busy: 0, unknown: 0, missing: 0 };
const numbers = (count: number) => Array.from({ length: count }, (_, index) => `FV/${index + 1}`);

async function onHub(work: (engine: Engine) => Promise<void>): Promise<void> {
  await using ports = await embedded({ folder: data });
  const batchFolder = join(root, "batches");
  await work(createEngine({ ports, timing: quick, batchFolder, alone: true, log: () => undefined }));
}

async function handIn(engine: Engine, invoices: readonly string[]): Promise<void> {
  for (const number of invoices) {
    const intake = { tenant: "acme", idempotencyKey: number, mediaType: "application/xml" } as const;
    await submit(engine, { ...intake, content: sampleInvoice({ number }) });
  }
}

async function deliverAll(engine: Engine): Promise<void> {
  const worker = startWorker(engine, { sweepMs: 100, chores: false });
  const giveUp = Date.now() + 20_000;
  while ((await stored(engine)).some(({ state }) => state !== "reported")) {
    if (Date.now() > giveUp) throw new Error("not delivered");
    await engine.clock.sleep(10);
  }
  await worker.stop();
}

async function restore(): Promise<void> {
  await rm(data, { recursive: true });
  await cp(backup, data, { recursive: true });
}

async function stored(engine: Engine) {
  return (await engine.submissions.list("acme", 1_000)).submissions;
}

type Change = Partial<Awaited<ReturnType<typeof stored>>[number]>;

async function change(engine: Engine, id: string, to: Change): Promise<void> {
  const before = await engine.submissions.get({ tenant: "acme", id });
  if (before === undefined) throw new Error(`no ${id}`);
  await engine.submissions.replace(before, { ...before.value, ...to });
}

async function run(engine: Engine, options: { dryRun?: boolean; alone?: boolean } = {}) {
  const findings: Finding[] = [];
  const onFinding = (finding: Finding) => findings.push(finding);
  const result = await reconcile(engine, "acme", { from: startedAt, ...options, onFinding });
  return { result, findings };
}

/** By the sandbox's own ledger: the number is the one it gave, the receipt is in the archive, and it was posted once. */
async function expectAllKnown(engine: Engine, count: number): Promise<void> {
  const accepted = new Map(sandbox.ledger.accepted().map((entry) => [entry.sha256, entry]));
  const submissions = await stored(engine);
  expect(submissions.length).toBe(count);
  for (const { state, ksef, document, receipt } of submissions) {
    const entry = accepted.get(document.sha256);
    expect({ state, number: ksef?.number, posts: entry?.posts }).toEqual({
      state: "reported",
      number: entry?.ksefNumber,
      posts: 1,
    });
    expect(await engine.archive.get(receipt?.key ?? "")).toBeDefined();
  }
}
