import { beforeEach, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../src/index.ts";
import { login, publishedKeys, sha256 } from "./client.ts";
import { invoiceXml } from "./invoice.ts";
import { nip, signIn } from "./signed-login.ts";
import { virtualClock, type VirtualClock } from "./virtual-clock.ts";

let clock: VirtualClock;
let sandbox: Sandbox;

beforeEach(async () => {
  clock = virtualClock();
  sandbox = await createSandbox({ clock });
});

async function admin(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
  const response = await sandbox.app.request(`/admin${path}`, init);
  const text = await response.text();
  const json = (text === "" ? undefined : JSON.parse(text)) as unknown;
  return { status: response.status, json };
}

async function deliver(body: string): Promise<{ status: number; json: unknown }> {
  const response = await sandbox.app.request("/admin/invoices", { method: "POST", body });
  return { status: response.status, json: await response.json() };
}

async function sendTwice(): Promise<string> {
  const client = await login(sandbox, await sandbox.company("5265877635"));
  const xml = invoiceXml({ number: "FV/1" });
  const [one, other] = [await client.open(), await client.open()];
  await client.send(one, xml);
  await client.send(other, xml);
  return sha256(xml);
}

describe("the ledger", () => {
  it("tells of every accepted invoice how often and in which sessions it was posted", async () => {
    const hash = await sendTwice();
    const [entry, ...more] = (await admin("GET", "/ledger")).json as Record<string, unknown>[];
    expect(more).toEqual([]);
    expect(entry).toMatchObject({
      ksefNumber: expect.stringMatching(/^5265877635-20260302-/),
      sellerNip: "5265877635",
      number: "FV/1",
      sha256: hash,
      posts: 2,
      mode: "Online",
      sessions: [entry?.["sessionReferenceNumber"], expect.stringContaining("-SO-")],
    });
    expect((await admin("GET", "/invoices")).json).toMatchObject([
      { number: "FV/1", nip: "5265877635", verdict: { code: 200 }, ksefNumber: entry?.["ksefNumber"] },
      { number: "FV/1", verdict: { code: 440 } },
    ]);
  });

  it("counts requests by context, address and group of endpoints in sliding windows", async () => {
    const client = await login(sandbox, await sandbox.company("5265877635"));
    const list = () => client.call("GET", "/sessions?sessionType=Online");
    await list();
    clock.pass(500);
    await list();
    clock.pass(30_000);
    await list();
    clock.pass(1000);
    const windows = (await admin("GET", "/requests/windows")).json as Record<string, unknown>[];
    expect(windows.find(({ group }) => group === "sessionList")).toEqual({
      context: "5265877635",
      ip: "127.0.0.1",
      group: "sessionList",
      lastSecond: 0,
      lastMinute: 3,
      lastHour: 3,
      peakPerSecond: 2,
      peakPerMinute: 3,
      peakPerHour: 3,
    });
    expect(windows.filter(({ group }) => group === "public")).toMatchObject([
      { context: null },
      { context: "5265877635", lastHour: 1 },
    ]);
    expect((await admin("GET", "/requests")).json).toContainEqual({
      method: "GET",
      path: "/v2/sessions",
      status: 200,
      at: clock.now() - 1000,
      context: "5265877635",
      ip: "127.0.0.1",
      group: "sessionList",
    });
  });
});

describe("levers", () => {
  it("faults: add, list, remove one, remove all", async () => {
    expect(
      await admin("POST", "/faults", ["html-502", { id: "mine", on: { path: "/tokens" }, fault: "429" }]),
    ).toMatchObject({
      status: 201,
      json: [
        { id: "fault-1", fault: { kind: "answer", status: 502, body: "html" } },
        { id: "mine", struck: 0 },
      ],
    });
    expect((await sandbox.app.request("/v2/auth/challenge", { method: "POST" })).status).toBe(502);
    expect((await admin("GET", "/faults")).json).toMatchObject([
      { id: "fault-1", struck: 1 },
      { id: "mine" },
    ]);
    expect((await admin("DELETE", "/faults/fault-1")).status).toBe(204);
    expect(await admin("DELETE", "/faults/fault-1")).toMatchObject({
      status: 404,
      json: { error: { message: 'There is no fault "fault-1".' } },
    });
    await admin("DELETE", "/faults");
    expect((await admin("GET", "/faults")).json).toEqual([]);
  });

  it("an invoice of somebody else, or KSeF's reasons to refuse it", async () => {
    const xml = invoiceXml({ number: "FV/7", sellerNip: "9999999999" });
    const { status, json } = await deliver(xml);
    expect([status, json]).toEqual([
      201,
      { ksefNumber: expect.stringMatching(/^9999999999-/), referenceNumber: expect.stringMatching(/-EE-/) },
    ]);
    expect((await admin("GET", "/ledger")).json).toMatchObject([{ number: "FV/7", sha256: sha256(xml) }]);
    expect(await deliver(xml)).toMatchObject({
      status: 400,
      json: { error: { message: "KSeF would refuse the invoice: 440 Duplikat faktury" } },
    });
  });

  it("no file of the machine as a scenario", async () => {
    expect(await admin("POST", "/scenario", "/etc/hostname")).toMatchObject({
      status: 400,
      json: { error: { message: expect.stringContaining("This is not a scenario") } },
    });
  });

  it("scenarios: the list, one by name, one given", async () => {
    const names = (await admin("GET", "/scenarios")).json;
    expect(names).toContainEqual({
      name: "invoice-440-duplicate",
      description: "Every invoice ends with status 440. A duplicate, whose original is nowhere to be found.",
    });
    expect((await admin("POST", "/scenario", { name: "invoice-440-duplicate" })).status).toBe(201);
    expect(
      await admin("POST", "/scenario", { description: "mine", faults: [{ fault: "hang" }] }),
    ).toMatchObject({
      status: 201,
    });
    expect(sandbox.faults.list().map(({ fault }) => fault.kind)).toEqual(["invoice-status", "hang"]);
    expect(await admin("POST", "/scenario", { name: "no-such" })).toMatchObject({
      status: 400,
      json: { error: { message: expect.stringContaining("There are: batch-") } },
    });
  });

  it("the clock: forward, back, and to an instant", async () => {
    await admin("POST", "/clock", { advanceMs: 60_000 });
    expect((await admin("GET", "/clock")).json).toEqual({
      now: "2026-03-02T11:01:00.000Z",
      offsetMs: 60_000,
    });
    expect((await admin("POST", "/clock", { now: "2027-01-01T00:00:00+01:00" })).json).toMatchObject({
      now: "2026-12-31T23:00:00.000Z",
    });
    expect((await admin("POST", "/clock", { now: "tomorrow" })).status).toBe(400);
  });

  it("keys are rotated, and the old ones end at once", async () => {
    const before = await publishedKeys(sandbox);
    expect((await admin("POST", "/keys/rotate")).status).toBe(201);
    const after = await publishedKeys(sandbox);
    expect(after).toHaveLength(before.length);
    expect(after).not.toEqual(before);
  });

  it("an outage strikes KSeF and spares the admin API; the beacon says what it is told", async () => {
    expect((await admin("POST", "/outage", { fault: "html-504", beacon: "TOTAL_FAILURE" })).status).toBe(201);
    expect((await sandbox.app.request("/v2/auth/challenge", { method: "POST" })).status).toBe(504);
    expect((await admin("GET", "/beacon")).json).toMatchObject({ status: "TOTAL_FAILURE" });
    expect((await admin("DELETE", "/outage")).status).toBe(204);
    expect((await sandbox.app.request("/v2/auth/challenge", { method: "POST" })).status).toBe(200);
    expect((await admin("POST", "/beacon", { category: "MAINTENANCE" })).json).toMatchObject({
      status: "MAINTENANCE",
    });
    await admin("DELETE", "/beacon");
    expect((await admin("GET", "/beacon")).json).toEqual({ status: "AVAILABLE" });
  });

  it("a company is made once, with all it needs to log in", async () => {
    const made = await admin("POST", "/companies", { nip: "9999999999" });
    expect(made).toMatchObject({ status: 201, json: { nip: "9999999999", ksefToken: expect.any(String) } });
    expect(await admin("POST", "/companies", { nip: "9999999999" })).toEqual(made);
    expect((await login(sandbox, made.json as Parameters<typeof login>[1])).token).not.toBe("");
    expect((await admin("GET", "/companies")).json).toMatchObject([{ nip: "9999999999" }]);
  });

  it("a reset leaves companies and keys, and nothing else", async () => {
    await sendTwice();
    const company = await sandbox.company("5265877635");
    const client = await signIn(sandbox, company, { context: nip(company.nip) });
    const made = await client.call("POST", "/tokens", {
      permissions: ["InvoiceRead"],
      description: "another",
    });
    expect(made.status).toBe(202);
    sandbox.scenario("outage-announced");
    await admin("POST", "/clock", { advanceMs: 1 });
    expect((await admin("POST", "/reset")).status).toBe(204);
    expect((await admin("GET", "/state")).json).toMatchObject({
      clockOffsetMs: 0,
      beacon: "AVAILABLE",
      companies: ["5265877635"],
      counts: { sessions: 0, invoices: 0, accepted: 0 },
      faults: [],
      windows: [],
    });
    expect((await client.call("GET", "/sessions?sessionType=Online")).status).toBe(401);
    const again = await login(sandbox, company);
    expect((await again.call("GET", "/tokens")).text.match(/referenceNumber/g)).toHaveLength(1);
    await again.send(await again.open(), invoiceXml({ number: "FV/1" }));
    expect(sandbox.ledger.accepted()).toMatchObject([{ number: "FV/1", posts: 1 }]);
  });
});

describe("wrong input is answered with 400 and what is wrong", () => {
  it.each([
    ["/faults", { fault: "bang" }, '"bang" is no fault in short form'],
    ["/faults", { fault: "hang", on: { status: 3 } }, "on: Unrecognized key"],
    ["/clock", {}, "This is not a change of the clock"],
    ["/companies", { nip: "12" }, "A NIP has ten digits."],
    ["/outage", { beacon: "LOUD" }, "beacon"],
    ["/beacon", { category: "AVAILABLE" }, "category"],
    ["/keys/rotate", { usage: "Everything" }, "usage"],
    ["/scenario", { faults: [{ fault: "hang", times: 0 }] }, "description"],
  ])("POST %s %j", async (path, body, message) => {
    const { status, json } = await admin("POST", path, body);
    expect([status, JSON.stringify(json)]).toEqual([
      400,
      expect.stringContaining(message.replaceAll('"', '\\"')),
    ]);
  });

  it("and so is a body that is not JSON; what is not there is 404; pages of other sites are 403", async () => {
    const broken = await sandbox.app.request("/admin/faults", { method: "POST", body: "{" });
    expect([broken.status, await broken.text()]).toEqual([400, expect.stringContaining("not JSON")]);
    expect((await admin("GET", "/nothing")).status).toBe(404);
    expect((await admin("POST", "/reset", {}, { origin: "https://example.com" })).status).toBe(403);
    expect(
      (await admin("POST", "/reset", {}, { origin: "http://localhost", host: "localhost" })).status,
    ).toBe(204);
  });
});

it("shows a browser one page that needs nothing else, refreshes itself and escapes what it shows", async () => {
  const client = await login(sandbox, await sandbox.company("5265877635"));
  await client.send(await client.open(), invoiceXml({ number: "&lt;script&gt;alert(1)&lt;/script&gt;" }));
  sandbox.faults.add({ id: "<b>", on: { path: "/tokens" }, fault: "hang" });
  const response = await sandbox.app.request("/admin", { headers: { accept: "text/html,*/*" } });
  const page = await response.text();
  expect(response.headers.get("content-type")).toContain("text/html");
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  expect(page).toContain("&lt;b&gt;");
  expect(page).toContain("5265877635");
  expect(page).toContain("invoiceSend");
  expect(page).toContain('http-equiv="refresh"');
  expect(page).not.toMatch(/<script|src=|href=/);
});
