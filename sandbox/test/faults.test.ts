import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../src/index.ts";
import { call, exceptionCode, login, sha256 } from "./client.ts";
import { invoiceXml } from "./invoice.ts";
import { virtualClock } from "./virtual-clock.ts";

const open = (seed = "ksef") => createSandbox({ clock: virtualClock(), seed, limits: "off" });

async function statuses(sandbox: Sandbox, count: number, path = "/auth/challenge"): Promise<number[]> {
  const answers: number[] = [];
  for (let asked = 0; asked < count; asked += 1) answers.push((await call(sandbox, "POST", path)).status);
  return answers;
}

const drawn = async (seed: string) => {
  const sandbox = await open(seed);
  sandbox.faults.add({ probability: 0.3, fault: "json-500" });
  return statuses(sandbox, 100);
};

describe("the seed", () => {
  it("decides which of the matches a fault strikes", async () => {
    const [one, same, other] = [await drawn("a"), await drawn("a"), await drawn("b")];
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
    const struck = one.filter((status) => status === 500).length;
    // Within four standard deviations of 30.
    expect(struck).toBeGreaterThan(12);
    expect(struck).toBeLessThan(48);
  });
});

describe("a rule", () => {
  it("lets off as many matches as it is told, then strikes as often as it is told", async () => {
    const sandbox = await open();
    const { id } = sandbox.faults.add({ skip: 2, times: 3, fault: "json-503" });
    expect(await statuses(sandbox, 7)).toEqual([200, 200, 503, 503, 503, 200, 200]);
    expect(sandbox.faults.list()).toMatchObject([{ id, struck: 3 }]);
  });

  it("ends by itself after its time", async () => {
    const sandbox = await open();
    sandbox.faults.add({ forMs: 60_000, fault: "json-503" });
    expect(await statuses(sandbox, 1)).toEqual([503]);
    sandbox.clock.advance(60_000);
    expect(await statuses(sandbox, 1)).toEqual([200]);
  });

  it.each([
    ["/sessions/*", 503, 200],
    ["/sessions/**", 503, 503],
    ["/sessions/*/invoices", 200, 503],
    ["/sessions.*", 200, 200],
  ])("on %s strikes only what fits", async (path, session, invoices) => {
    const sandbox = await open();
    const client = await login(sandbox, await sandbox.company("5265877635"));
    const { reference } = await client.open();
    sandbox.faults.add({ on: { path }, fault: "json-503" });
    expect((await client.call("GET", `/sessions/${reference}`)).status).toBe(session);
    expect((await client.call("GET", `/sessions/${reference}/invoices`)).status).toBe(invoices);
  });

  it("strikes one company, one method, one invoice", async () => {
    const sandbox = await open();
    const [one, other] = [await sandbox.company("5265877635"), await sandbox.company("9999999999")];
    const [struck, spared] = [await login(sandbox, one), await login(sandbox, other)];
    sandbox.faults.add({ on: { nip: one.nip, method: "get" }, fault: "json-503" });
    expect((await struck.call("GET", "/sessions?sessionType=Online")).status).toBe(503);
    expect((await spared.call("GET", "/sessions?sessionType=Online")).status).toBe(200);

    sandbox.faults.clear();
    sandbox.faults.add({ on: { number: "FV/2" }, fault: "invoice-450" });
    const session = await struck.open();
    await struck.send(session, invoiceXml({ number: "FV/1" }));
    await struck.send(session, invoiceXml({ number: "FV/2" }));
    expect(sandbox.ledger.invoices().map(({ number, verdict }) => [number, verdict.code])).toEqual([
      ["FV/1", 200],
      ["FV/2", 450],
    ]);
  });

  it("with the id of another takes its place and begins anew; the first that fits strikes", async () => {
    const sandbox = await open();
    sandbox.faults.add({ id: "mine", times: 1, fault: "json-500" });
    sandbox.faults.add({ fault: "json-502" });
    expect(await statuses(sandbox, 2)).toEqual([500, 502]);
    sandbox.faults.add({ id: "mine", times: 1, fault: "json-501" });
    expect(await statuses(sandbox, 2)).toEqual([502, 502]);
    expect(sandbox.faults.remove("mine")).toBe(true);
    expect(sandbox.faults.remove("mine")).toBe(false);
  });

  it("survives a restart with its count", async () => {
    const data = mkdtempSync(join(tmpdir(), "sandbox-faults-"));
    const before = await createSandbox({ data });
    before.faults.add({ times: 2, fault: "json-503" });
    await statuses(before, 1);
    await before.close();
    const after = await createSandbox({ data });
    expect(await statuses(after, 2)).toEqual([503, 200]);
    await after.close();
  });

  it.each([
    ["html-502-aftr", /"html-502-aftr" is no fault in short form\. There are: html-502/],
    [{ fault: { kind: "invoice-status", code: 999 } }, /fault\.code/],
    [{ fault: { kind: "hang", forever: true } }, /Unrecognized key: "forever"/],
    [{ fault: "hang", probability: 2 }, /probability/],
    [{ fault: "hang", on: { path: "sessions" } }, /on\.path/],
    [{ fault: "refusal-12345" }, /is no exception code of the API/],
    [{ fault: { kind: "no-such" } }, /kind/],
    [{}, /fault/],
  ])("that is wrong is refused with what is wrong: %j", async (rule, message) => {
    const sandbox = await open();
    expect(() => sandbox.faults.add(rule as string)).toThrow(message);
    expect(sandbox.faults.list()).toEqual([]);
  });
});

describe("X-Sandbox-Fault", () => {
  it("strikes the request that asks for it, before or after its effect", async () => {
    const sandbox = await open();
    const client = await login(sandbox, await sandbox.company("5265877635"));
    const session = await client.open();
    const path = `/sessions/online/${session.reference}/invoices`;
    const xml = invoiceXml();
    const send = (fault: string) =>
      client.call("POST", path, client.sendRequest(session, xml), { "x-sandbox-fault": fault });
    expect(await send("html-502")).toMatchObject({ status: 502, type: "text/html" });
    expect(sandbox.ledger.posts(sha256(xml))).toBe(0);
    expect((await send('{"kind": "answer", "status": 504, "when": "after"}')).status).toBe(504);
    expect(sandbox.ledger.accepted()).toMatchObject([{ sha256: sha256(xml), posts: 1 }]);
    expect((await client.call("GET", `/sessions/${session.reference}`)).status).toBe(200);
  });

  it("decides the verdict on the invoice it is sent with, and on no other", async () => {
    const sandbox = await open();
    const client = await login(sandbox, await sandbox.company("5265877635"));
    const session = await client.open();
    const path = `/sessions/online/${session.reference}/invoices`;
    const fault = { "x-sandbox-fault": "invoice-440" };
    const answers = [
      await client.call("POST", path, client.sendRequest(session, invoiceXml()), fault),
      await client.call("POST", path, client.sendRequest(session, invoiceXml())),
    ];
    sandbox.clock.advance(1000);
    const codes = answers.map(({ json }) => client.invoice(session, json.referenceNumber));
    const [duplicate, good] = (await Promise.all(codes)).map(({ json }) => json.status);
    expect(duplicate).toMatchObject({ code: 440, description: "Duplikat faktury" });
    expect(Object.keys(duplicate?.extensions ?? {})).toEqual([
      "originalSessionReferenceNumber",
      "originalKsefNumber",
    ]);
    expect(good?.code).toBe(200);
  });

  it("names the session and the remedy with 21184", async () => {
    const sandbox = await open();
    const client = await login(sandbox, await sandbox.company("5265877635"));
    const { reference } = await client.open();
    const headers = { "x-sandbox-fault": "refusal-21184" };
    const answer = await client.call("POST", `/sessions/online/${reference}/invoices`, {}, headers);
    expect(exceptionCode(answer)).toBe(21184);
    expect(answer.text).toContain(`sesja ${reference} jest tymczasowo niedostępna`);
  });

  it("that cannot be read is answered with 400 and a list of what can be", async () => {
    const sandbox = await open();
    for (const fault of ["explode", "{", '{"kind": "explode"}']) {
      const answer = await call(sandbox, "POST", "/auth/challenge", undefined, { "x-sandbox-fault": fault });
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.text)).toMatchObject({
        error: { message: expect.stringMatching(/fault|JSON/) },
      });
    }
  });
});

it("429 is that of KSeF, in both of its forms, with Retry-After", async () => {
  const sandbox = await open();
  sandbox.faults.add("429-77");
  const plain = await call(sandbox, "POST", "/auth/challenge");
  expect(plain.headers.get("retry-after")).toBe("77");
  expect(plain.json.status).toMatchObject({ code: 429, description: "Too Many Requests" });
  const problem = await call(sandbox, "POST", "/auth/challenge", undefined, {
    "x-error-format": "problem-details",
  });
  expect([problem.status, problem.type]).toEqual([429, "application/problem+json"]);
});

it("several things may go wrong at once: the clock jumps and the answer is lost", async () => {
  const clock = virtualClock();
  const sandbox = await createSandbox({ clock });
  sandbox.faults.add({ fault: { kind: "clock-jump", ms: -3_600_000 } });
  sandbox.faults.add("json-500");
  expect(await statuses(sandbox, 1)).toEqual([500]);
  expect(sandbox.clock.offset).toBe(-3_600_000);
  expect(sandbox.clock.now()).toBe(clock.now() - 3_600_000);
});
