import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../src/index.ts";
import { call, exceptionCode, login, type Client } from "./client.ts";
import { invoiceXml } from "./invoice.ts";
import { nip, personCertificate, signIn } from "./signed-login.ts";
import { virtualClock, type VirtualClock } from "./virtual-clock.ts";

const seller = "5265877635";
const session = { maxInvoiceSizeInMB: 1, maxInvoiceWithAttachmentSizeInMB: 3, maxInvoices: 10_000 };
const sessionPath = "/testdata/limits/context/session";
const subjectPath = "/testdata/limits/subject/certificate";

let clock: VirtualClock;
let sandbox: Sandbox;
let client: Client;
beforeEach(async () => {
  clock = virtualClock();
  sandbox = await createSandbox({ clock });
  client = await login(sandbox, await sandbox.company(seller));
});

describe("the limits of a context", () => {
  it("are those of the guide until they are changed, and again when they are given back", async () => {
    const other = await login(sandbox, await sandbox.company("7762811692"));
    const changed = {
      onlineSession: { maxInvoiceSizeInMB: 5, maxInvoiceWithAttachmentSizeInMB: 10, maxInvoices: 100_000 },
      batchSession: { maxInvoiceSizeInMB: 0, maxInvoiceWithAttachmentSizeInMB: 0, maxInvoices: 0 },
    };
    expect(await get("/limits/context")).toEqual({ onlineSession: session, batchSession: session });
    expect(await client.call("POST", sessionPath, changed)).toMatchObject({ status: 200, text: "" });
    expect(await get("/limits/context")).toEqual(changed);
    expect(await get("/limits/context", other)).toEqual({ onlineSession: session, batchSession: session });
    expect((await client.call("DELETE", sessionPath)).status).toBe(200);
    expect(await get("/limits/context")).toEqual({ onlineSession: session, batchSession: session });
  });

  it("hold for the sessions of the context", async () => {
    const onlineSession = { ...session, maxInvoices: 1 };
    await client.call("POST", sessionPath, { onlineSession, batchSession: session });
    const opened = await client.open();
    await client.send(opened, invoiceXml({ sellerNip: seller, number: "L/1" }));
    const second = client.sendRequest(opened, invoiceXml({ sellerNip: seller, number: "L/2" }));
    const answer = await client.call("POST", `/sessions/online/${opened.reference}/invoices`, second);
    expect(exceptionCode(answer)).toBe(21155);
  });

  it.each([
    [{ onlineSession: session }],
    [{ onlineSession: { ...session, maxInvoiceSizeInMB: 6 }, batchSession: session }],
    [{ onlineSession: { ...session, maxInvoiceWithAttachmentSizeInMB: 11 }, batchSession: session }],
    [{ onlineSession: session, batchSession: { ...session, maxInvoices: 100_001 } }],
    [{ onlineSession: session, batchSession: { ...session, maxInvoices: -1 } }],
    [{ onlineSession: session, batchSession: { ...session, maxInvoices: 1.5 } }],
    [{ onlineSession: session, batchSession: { maxInvoices: 1 } }],
  ])("are not changed to %j: 21405", async (request) => {
    expect(exceptionCode(await client.call("POST", sessionPath, request))).toBe(21405);
    expect(await get("/limits/context")).toEqual({ onlineSession: session, batchSession: session });
  });
});

describe("the limits of a subject", () => {
  it("are higher for a NIP than for a PESEL", async () => {
    expect(await get("/limits/subject")).toEqual(subject(300, 100));
    const person = { nip: seller, pesel: "15062788702", isBailiff: false, description: "Osoba testowa" };
    await call(sandbox, "POST", "/testdata/person", person);
    const signer = await personCertificate(clock, "PNOPL-15062788702");
    const signed = await signIn(sandbox, signer, { context: nip(seller) });
    expect(await get("/limits/subject", signed)).toEqual(subject(12, 6));
  });

  it("change in part or altogether, and are given back", async () => {
    await change({ subjectIdentifierType: "Nip", enrollment: { maxEnrollments: 0 }, certificate: null });
    expect(await get("/limits/subject")).toEqual(subject(0, 100));
    await change({ enrollment: { maxEnrollments: null }, certificate: { maxCertificates: 7 } });
    expect(await get("/limits/subject")).toEqual(subject(300, 7));
    await client.call("DELETE", subjectPath);
    expect(await get("/limits/subject")).toEqual(subject(300, 100));
  });

  it.each([
    [{ subjectIdentifierType: "Token" }],
    [{ enrollment: { maxEnrollments: -1 } }],
    [{ certificate: { maxCertificates: "7" } }],
  ])("are not changed to %j: 21405", async (request) => {
    expect(exceptionCode(await client.call("POST", subjectPath, request))).toBe(21405);
  });
});

describe("the rate limits of a context", () => {
  it("hold as soon as they are set, and end with their blocks when they are given back", async () => {
    const before = await get("/rate-limits");
    expect(before["invoiceStatus"]).toEqual({ perSecond: 30, perMinute: 120, perHour: 1200 });
    const changed = { ...before, sessionList: { perSecond: 1, perMinute: 2, perHour: 2 } };
    expect(await setRates(changed)).toMatchObject({ status: 200, text: "" });
    expect(await get("/rate-limits")).toEqual(changed);
    expect(await lists(1)).toEqual([200]);
    clock.pass(1000);
    expect(await lists(2)).toEqual([200, 429]);
    expect((await client.call("DELETE", "/testdata/rate-limits")).status).toBe(200);
    expect(await get("/rate-limits")).toEqual(before);
    expect(await lists(1)).toEqual([200]);
  });

  it("can be raised above production's, and set to them", async () => {
    const before = await get("/rate-limits");
    await setRates({ ...before, sessionList: { perSecond: 100, perMinute: 100, perHour: 100 } });
    expect(await lists(101)).toEqual([...Array.from({ length: 100 }, () => 200), 429]);
    expect((await client.call("POST", "/testdata/rate-limits/production")).status).toBe(200);
    expect(await get("/rate-limits")).toEqual(before);
  });

  it("are not changed to less than one, nor in part: 21405", async () => {
    const { other, ...rest } = await get("/rate-limits");
    expect(
      exceptionCode(await setRates({ ...rest, other: { perSecond: 0, perMinute: 0, perHour: 0 } })),
    ).toBe(21405);
    expect(exceptionCode(await setRates({ ...rest, other: { perSecond: 1, perMinute: 1 } }))).toBe(21405);
    expect(exceptionCode(await setRates(rest))).toBe(21405);
    expect((await get("/rate-limits"))["other"]).toEqual(other);
  });
});

it("changed limits survive a restart", async () => {
  const data = mkdtempSync(join(tmpdir(), "sandbox-limits-"));
  sandbox = await createSandbox({ clock, data });
  const company = await sandbox.company(seller);
  client = await login(sandbox, company);
  await client.call("POST", subjectPath, { certificate: { maxCertificates: 7 } });
  await client.call("POST", sessionPath, {
    onlineSession: { ...session, maxInvoices: 7 },
    batchSession: session,
  });
  const sessionList = { perSecond: 7, perMinute: 7, perHour: 7 };
  const rateLimits = { ...(await get("/rate-limits")), sessionList };
  await client.call("POST", "/testdata/rate-limits", { rateLimits });
  await sandbox.close();
  sandbox = await createSandbox({ clock, data });
  client = await login(sandbox, company);
  expect(await get("/limits/context")).toMatchObject({ onlineSession: { maxInvoices: 7 } });
  expect(await get("/limits/subject")).toMatchObject({ certificate: { maxCertificates: 7 } });
  expect(await get("/rate-limits")).toMatchObject({ sessionList });
  await sandbox.close();
});

it.each(["/limits/context", "/limits/subject", "/rate-limits"])(
  "GET %s needs an access token",
  async (path) => {
    expect((await call(sandbox, "GET", path)).status).toBe(401);
  },
);

async function get(path: string, as: Client = client): Promise<Record<string, unknown>> {
  const { status, text } = await as.call("GET", path);
  if (status !== 200) throw new Error(`${path} answered ${status}: ${text}`);
  return JSON.parse(text) as Record<string, unknown>;
}

const setRates = (limits: unknown) => client.call("POST", "/testdata/rate-limits", { rateLimits: limits });

async function lists(count: number): Promise<number[]> {
  const statuses: number[] = [];
  for (let index = 0; index < count; index += 1)
    statuses.push((await client.call("GET", "/sessions?sessionType=Online")).status);
  return statuses;
}

const change = async (request: unknown) =>
  expect(await client.call("POST", subjectPath, request)).toMatchObject({ status: 200, text: "" });

const subject = (maxEnrollments: number, maxCertificates: number) => ({
  enrollment: { maxEnrollments },
  certificate: { maxCertificates },
});
