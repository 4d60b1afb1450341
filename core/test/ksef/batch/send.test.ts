import { readdir } from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { createSandbox, type Sandbox } from "../../../../sandbox/src/index.ts";
import { judge } from "../../../../sandbox/test/conformance/judge.ts";
import { packBatch } from "../../../src/ksef/batch/package.ts";
import { BatchFailure, sendBatch, type BatchStep, type SendBatch } from "../../../src/ksef/batch/send.ts";
import { connectKsef, type KsefConnection } from "../../../src/ksef/connection.ts";
import { newSessionKey, sha256 } from "../../../src/ksef/encryption.ts";
import { Secret } from "../../../src/secret.ts";
import { VirtualClock } from "../../../testing/index.ts";
import { temporaryFolder } from "../../adapters/folder.ts";
import { invoices, stream } from "./invoices.ts";

const nip = "5265877635";
/** The day on which the sample invoices are issued: KSeF takes older ones as issued offline. */
const start = Date.UTC(2026, 1, 15, 11);
const parts = "/storage/**";
let sandbox: Sandbox;
let baseUrl: string;
let ksef: KsefConnection;
let folder: string;
let steps: BatchStep[];
let pauses: number[];
/** Stands between the client and KSeF. */
let fetchWith: (url: string, init: RequestInit) => Promise<Response>;

beforeAll(async () => {
  const processing = { acceptedMs: 0, processingMs: 0 };
  sandbox = await createSandbox({ clock: new VirtualClock(start), limits: "off", processing });
  judge(sandbox);
  baseUrl = await sandbox.listen(0);
});
afterAll(() => sandbox.close());

beforeEach(async () => {
  sandbox.reset();
  folder = await temporaryFolder();
  [steps, pauses, fetchWith] = [[], [], fetch];
  ksef = await connect(sandbox, baseUrl);
});

async function connect(to: Sandbox, address: string): Promise<KsefConnection> {
  const { certificatePem, privateKeyPem } = await to.company(nip);
  const credentials = {
    kind: "certificate",
    certificatePem,
    privateKeyPem: new Secret(privateKeyPem),
  } as const;
  return connectKsef({
    endpoint: { baseUrl: address, deadlineMs: 5_000, fetch: (url, init) => fetchWith(url, init) },
    nip,
    credentials: async () => credentials,
    clock,
  });
}

/** Stands still; a pause only leaves its length behind. */
const clock = {
  now: () => start,
  sleep: async (ms: number) => {
    pauses.push(ms);
  },
};

const send = (count: number, options: Partial<SendBatch> = {}) =>
  sendBatch(ksef, stream(invoices(count)), {
    folder,
    formCode: { systemCode: "FA (3)", schemaVersion: "1-0E", value: "FA" },
    clock,
    onStep: (step) => {
      steps.push(step);
    },
    ...options,
  });

/** The same in exactly so many parts. */
async function sendInParts(count: number, partCount: number, options: Partial<SendBatch> = {}) {
  const key = newSessionKey();
  const measure = { folder: await temporaryFolder(), key, compression: options.compression };
  await using measured = await packBatch(stream(invoices(count)), measure);
  return send(count, { limits: { partSize: Math.ceil(measured.size / partCount) }, ...options });
}

async function failure(sent: Promise<unknown>): Promise<BatchFailure> {
  const thrown: unknown = await sent.catch((error: unknown) => error);
  if (!(thrown instanceof BatchFailure)) throw thrown;
  expect(await readdir(folder)).toEqual([]);
  return thrown;
}

const uploads = () => sandbox.ledger.requests().filter(({ method }) => method === "PUT");
const stepNames = () => steps.map(({ step }) => step);

describe("a batch", () => {
  it("of 200 invoices in 3 parts is accepted, each found again by its hash and its name", async () => {
    const { reference } = await sendInParts(200, 3);
    expect(steps).toMatchObject([
      { step: "package" },
      { step: "open", invoices: 200, parts: 3 },
      { step: "upload", reference },
      { step: "close", reference },
    ]);
    expect(uploads().map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(await readdir(folder)).toEqual([]);

    const documents = invoices(200);
    const hashes = documents.map(({ content }) => sha256(content));
    expect(sandbox.ledger.accepted().map((entry) => entry.sha256)).toEqual(hashes);
    expect(sandbox.ledger.accepted().every(({ mode, posts }) => mode === "Online" && posts === 1)).toBe(true);
    const status = await ksef.use((access) => ksef.client.sessionStatus(reference, access));
    expect(status).toMatchObject({
      status: { code: 200 },
      invoiceCount: 200,
      successfulInvoiceCount: 200,
      failedInvoiceCount: 0,
    });
    expect(status.upo?.pages).toHaveLength(1);
    const page = await ksef.use((access) => ksef.client.sessionInvoices(reference, undefined, access));
    expect(page.invoices.map(({ invoiceFileName }) => invoiceFileName)).toEqual(
      documents.map(({ name }) => name),
    );
    expect(page.invoices.map(({ invoiceHash }) => invoiceHash)).toEqual(hashes);
  });

  it("goes as zip as well", async () => {
    const { reference } = await sendInParts(30, 3, { compression: "zip" });
    const hashes = invoices(30).map(({ content }) => sha256(content));
    expect(sandbox.ledger.accepted().map((entry) => entry.sha256)).toEqual(hashes);
    expect(uploads()).toHaveLength(3);
    const { status } = await ksef.use((access) => ksef.client.sessionStatus(reference, access));
    expect(status.code).toBe(200);
  });

  it("can be declared offline", async () => {
    await send(1, { offlineMode: true });
    expect(sandbox.ledger.accepted().map(({ mode }) => mode)).toEqual(["Offline"]);
  });

  it("tells which invoices were refused, page by page", async () => {
    sandbox.faults.add({ on: { number: "FV/2" }, fault: "invoice-450" });
    const { reference } = await send(3);
    const failed = await ksef.use((access) => ksef.client.failedInvoices(reference, undefined, access));
    const [, second] = invoices(2);
    expect(failed.invoices.map(({ status, invoiceFileName }) => [status.code, invoiceFileName])).toEqual([
      [450, second?.name],
    ]);
    expect(failed.continuationToken ?? null).toBeNull();
    // KSeF reads the token of the page: one it has not given is refused.
    const page = ksef.use((access) => ksef.client.failedInvoices(reference, "not given", access));
    await expect(page).rejects.toMatchObject({ upstream: { code: 21418 } });
  });

  it("reports a step before it: what the callback throws keeps the step from happening", async () => {
    for (const [last, requests] of [
      ["open", []],
      ["upload", ["POST /v2/sessions/batch"]],
    ] as const) {
      sandbox.ledger.clear();
      const stop = new Error("The ledger cannot be written to.");
      const onStep = ({ step }: BatchStep) => {
        if (step === last) throw stop;
      };
      await expect(send(1, { onStep })).rejects.toBe(stop);
      const batchCalls = sandbox.ledger.requests().filter(({ path }) => /batch/.test(path));
      expect(batchCalls.map(({ method, path }) => `${method} ${path}`)).toEqual(requests);
      expect(await readdir(folder)).toEqual([]);
    }
  });
});

describe("the upload of a part", () => {
  it("is tried again after a 503 and after a reset, with a pause that doubles", async () => {
    sandbox.faults.add({ on: { method: "PUT", path: parts }, times: 1, fault: "json-503" });
    sandbox.faults.add({ on: { method: "PUT", path: parts }, times: 1, fault: "reset" });
    await sendInParts(20, 3, { concurrency: 1 });
    expect(uploads().map(({ status }) => status)).toEqual([503, 0, 201, 201, 201]);
    expect(pauses).toEqual([1_000, 2_000]);
    expect(sandbox.ledger.accepted()).toHaveLength(20);
  });

  it("takes a firewall's page with 200 for what it is, and after four tries says why it failed", async () => {
    sandbox.faults.add({ on: { method: "PUT", path: parts }, fault: "waf" });
    const error = await failure(send(1));
    expect(error).toMatchObject({ code: "ksef.unavailable", outcome: "refused", upstream: { status: 200 } });
    expect(error.message).toBe("Batch, upload: The storage of KSeF does not take part 1: HTTP 200.");
    expect(uploads()).toHaveLength(4);
    expect(stepNames()).toEqual(["package", "open", "upload"]);
  });

  it("is not tried again when its address has run out: another session is needed", async () => {
    sandbox.faults.add({
      on: { method: "PUT", path: parts },
      fault: { kind: "clock-jump", ms: 21 * 60_000 },
    });
    const error = await failure(send(1));
    expect(error).toMatchObject({ code: "ksef.session-closed", outcome: "refused", action: "retry" });
    expect(error.message).toContain("HTTP 403, AuthenticationFailed");
    expect(error.message).not.toContain("sig=");
    expect(uploads()).toHaveLength(1);
  });

  it("goes on beside others, as many as asked for and no more", async () => {
    let [now, most] = [0, 0];
    const three = Promise.withResolvers<void>();
    fetchWith = async (url, init) => {
      if (init.method !== "PUT") return fetch(url, init);
      most = Math.max(most, ++now);
      if (now === 3) three.resolve();
      await three.promise;
      const answer = await fetch(url, init);
      now--;
      return answer;
    };
    await sendInParts(50, 7, { concurrency: 3 });
    expect([most, uploads().length]).toEqual([3, 7]);
  });

  it("that hangs ends with its deadline", async () => {
    sandbox.faults.add({ on: { method: "PUT", path: parts }, fault: "hang" });
    const error = await failure(send(1, { partDeadlineMs: 20, attempts: 2 }));
    expect(error).toMatchObject({ code: "ksef.timeout", outcome: "refused" });
    expect(error.message).toContain("no answer in 20 ms");
    expect(pauses).toEqual([1_000]);
  });

  it("can be cancelled on its way: no file is left, and nothing is closed", async () => {
    const cancel = new AbortController();
    sandbox.faults.add({ on: { method: "PUT", path: parts }, skip: 1, fault: "hang" });
    fetchWith = (url, init) => {
      const answer = fetch(url, init);
      if (init.method === "PUT" && ++puts === 2) setImmediate(() => cancel.abort());
      return answer;
    };
    let puts = 0;
    const error = await failure(sendInParts(20, 3, { signal: cancel.signal, concurrency: 2 }));
    expect(error).toMatchObject({ code: "ksef.unreachable", outcome: "refused", step: { step: "upload" } });
    expect(stepNames()).toEqual(["package", "open", "upload"]);
    expect(sandbox.ledger.accepted()).toEqual([]);
  });
});

describe("a step that fails says whether it may have had an effect", () => {
  const close = "/sessions/batch/*/close";

  it("21205: a part was lost, so KSeF has certainly not begun", async () => {
    sandbox.faults.add({ on: { method: "PUT", path: parts }, skip: 1, times: 1, fault: "part-lost" });
    const error = await failure(sendInParts(20, 3, { concurrency: 1 }));
    expect(error).toMatchObject({
      code: "ksef.part-missing",
      action: "retry",
      outcome: "refused",
      step: { step: "close" },
      upstream: { code: 21205 },
    });
    expect(error.message).toBe(
      "Batch, close: Pakiet nie może być pusty. Nie przesłano zadeklarowanej '2' części pliku.",
    );
  });

  it("a close that was carried out and answered with a page is unknown, and not repeated", async () => {
    sandbox.faults.add({ on: { path: close }, fault: "html-502-after" });
    const error = await failure(send(2));
    expect(error).toMatchObject({ code: "ksef.unavailable", outcome: "unknown", step: { step: "close" } });
    const closes = sandbox.ledger.requests().filter(({ path }) => path.endsWith("/close"));
    expect(closes).toHaveLength(1);
    expect(sandbox.ledger.accepted()).toHaveLength(2);
    const { step } = error;
    if (step.step !== "close") throw new Error(step.step);
    const seen = await ksef.use((access) => ksef.client.sessionStatus(step.reference, access));
    expect(seen.status.code).toBe(200);
  });

  it.each([
    ["reset", "ksef.unreachable", "unknown"],
    ["reset-after", "ksef.unreachable", "unknown"],
    ["truncated", "ksef.protocol", "unknown"],
    ["refusal-21470", "ksef.key-unknown", "refused"],
    ["429-7", "ksef.rate-limited", "refused"],
  ])("opening answered by %s: %s, %s", async (fault, code, outcome) => {
    sandbox.faults.add({ on: { path: "/sessions/batch" }, fault });
    const error = await failure(send(1));
    expect(error).toMatchObject({ code, outcome, step: { step: "open", invoices: 1, parts: 1 } });
    expect(uploads()).toEqual([]);
    expect(error.retryAfterMs).toBe(fault === "429-7" ? 7_000 : undefined);
  });
});

it("reads the limits in force", async () => {
  const limited = await createSandbox({ clock: new VirtualClock(start) });
  onTestFinished(() => limited.close());
  const there = await connect(limited, await limited.listen(0));
  const rates = await there.use((access) => there.client.rateLimits(access));
  // Source: ksef-docs, limity/limity-api.md.
  expect(rates["batchSession"]).toEqual({ perSecond: 10, perMinute: 20, perHour: 60 });
  const { batchSession } = await there.use((access) => there.client.contextLimits(access));
  expect(batchSession).toEqual({
    maxInvoiceSizeInMB: 1,
    maxInvoiceWithAttachmentSizeInMB: 3,
    maxInvoices: 10_000,
  });
});
