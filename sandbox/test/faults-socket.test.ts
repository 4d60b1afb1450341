import { get } from "node:http";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../src/index.ts";

const path = "/security/public-key-certificates";
let sandbox: Sandbox;
let url: string;

beforeEach(async () => {
  sandbox = await createSandbox();
  url = `${await sandbox.listen()}${path}`;
});

afterEach(() => sandbox.close());

const codeOf = (error: unknown): unknown =>
  ((error as Error).cause as { code?: string } | undefined)?.code ?? (error as { code?: string }).code;

const faulty = (fault: string, init: RequestInit = {}): Promise<Response> =>
  fetch(url, { ...init, headers: { "x-sandbox-fault": fault } });

it.each(["reset", "reset-after"])("%s: the peer resets the connection and answers nothing", async (fault) => {
  const code = await faulty(fault).then(() => "answered", codeOf);
  expect(code).toBe("ECONNRESET");
  expect(sandbox.ledger.requests()).toEqual([{ method: "GET", path: `/v2${path}`, status: 0 }]);
  expect((await fetch(url)).status).toBe(200);
});

it("reset-mid-body: headers and half of the body come, then a reset", async () => {
  const request = get(url, { headers: { "x-sandbox-fault": "reset-mid-body" } });
  const errors: unknown[] = [];
  let received = 0;
  let promised = 0;
  request.on("error", (error) => errors.push(codeOf(error)));
  request.on("response", (response) => {
    promised = Number(response.headers["content-length"]);
    response.on("error", (error) => errors.push(codeOf(error)));
    response.on("data", (chunk: Buffer) => {
      received += chunk.length;
    });
  });
  // `once` would reject with the error.
  await new Promise((resolve) => request.on("close", resolve));
  expect(new Set(errors)).toEqual(new Set(["ECONNRESET"]));
  expect(promised).toBeGreaterThan(1000);
  expect(received).toBe(Math.floor(promised / 2));
});

it("hang: nothing comes until the client gives up, and then nothing is left of it", async () => {
  const name = await faulty("hang", { signal: AbortSignal.timeout(50) }).then(
    () => "answered",
    (error: unknown) => (error as Error).name,
  );
  expect(name).toBe("TimeoutError");
  while (sandbox.ledger.requests().length === 0) await new Promise(setImmediate);
  expect(sandbox.ledger.requests()).toMatchObject([{ status: 0 }]);
});

it("closing the sandbox ends what hangs", async () => {
  sandbox.faults.add("hang");
  const answer = fetch(url).then(
    () => "answered",
    () => "ended",
  );
  while (sandbox.faults.list()[0]?.struck !== 1) await new Promise(setImmediate);
  await sandbox.close();
  expect(await answer).toBe("ended");
  sandbox = await createSandbox();
});

it("slow-body: the right body in pieces", async () => {
  const whole = await (await fetch(url)).text();
  const response = await faulty('{"kind": "slow-body", "ms": 20, "chunks": 4}');
  const pieces: Uint8Array[] = [];
  for await (const piece of response.body ?? []) pieces.push(piece as Uint8Array);
  expect(pieces.length).toBeGreaterThan(1);
  expect(Buffer.concat(pieces).toString()).toBe(whole);
});

it("truncated: a whole answer whose JSON is not", async () => {
  const response = await faulty("truncated");
  const text = await response.text();
  expect(Number(response.headers.get("content-length"))).toBe(text.length);
  expect(() => JSON.parse(text)).toThrow(SyntaxError);
});

it("a large upload is answered before it was read, as by a gateway, and the connection goes on", async () => {
  const body = "x".repeat(5_000_000);
  const response = await fetch(url.replace(path, "/sessions/online"), {
    method: "POST",
    body,
    headers: { "x-sandbox-fault": "html-503" },
  });
  expect(response.status).toBe(503);
  expect(await response.text()).toContain("<h1>503 Service Unavailable</h1>");
  expect((await fetch(url)).status).toBe(200);
});
