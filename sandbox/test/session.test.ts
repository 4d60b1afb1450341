import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../src/index.ts";
import {
  call,
  clientWith,
  exceptionCode,
  login,
  publishedKeys,
  requestTokenLogin,
  sha256,
  type Answer,
  type Client,
} from "./client.ts";
import { invoiceXml } from "./invoice.ts";
import { virtualClock, type VirtualClock } from "./virtual-clock.ts";

let clock: VirtualClock;
let sandbox: Sandbox;
let client: Client;

beforeEach(async () => {
  clock = virtualClock();
  sandbox = await createSandbox({ clock, limits: "off", processing: { storageMs: 1000 } });
  client = await login(sandbox, await sandbox.company("5265877635"));
});

it("gives the technical warning that was ordered", async () => {
  const ordered = "[WARN-01]: Przerwa techniczna";
  const headers = { "x-test-system-warning": ordered };
  const answer = await sandbox.app.request("/v2/auth/challenge", { method: "POST", headers });
  expect(answer.headers.get("x-system-warning")).toBe(ordered);
});

describe("a session that was closed", () => {
  it("is 170 until its invoices are final, then 200 with counts and a UPO", async () => {
    const session = await client.open();
    await client.send(session, invoiceXml());
    await client.send(session, invoiceXml({ sellerNip: "9999999999" }));
    expect((await client.close(session)).status).toBe(204);
    expect((await status(session.reference)).status.code).toBe(170);
    clock.pass(500);
    const done = await status(session.reference);
    expect(done.status).toEqual({ code: 200, description: "Sesja interaktywna przetworzona pomyślnie" });
    expect(done).toMatchObject({ invoiceCount: 2, successfulInvoiceCount: 1, failedInvoiceCount: 1 });
    expect(done.upo.pages).toHaveLength(1);
    const failed = await client.call("GET", `/sessions/${session.reference}/invoices/failed`);
    expect(failed.json.invoices.map(({ ordinalNumber }) => ordinalNumber)).toEqual([2]);
  });

  it("is 445 when none was valid, and 440 when none was sent", async () => {
    const bad = await client.open();
    await client.send(bad, invoiceXml({ sellerNip: "9999999999" }));
    await client.close(bad);
    const empty = await client.open();
    await client.close(empty);
    clock.pass(500);
    expect((await status(bad.reference)).status.code).toBe(445);
    expect((await status(empty.reference)).status).toEqual({
      code: 440,
      description: "Sesja anulowana",
      details: ["Nie przesłano faktur"],
    });
  });

  it("takes no more invoices and cannot be closed again", async () => {
    const session = await client.open();
    await client.close(session);
    await expect(client.send(session, invoiceXml())).rejects.toThrow("21180");
    expect(exceptionCode(await client.close(session))).toBe(21180);
  });

  it("closes by itself after twelve hours", async () => {
    const session = await client.open();
    clock.pass(12 * 3600_000);
    client = await login(sandbox, await sandbox.company("5265877635"));
    await expect(client.send(session, invoiceXml())).rejects.toThrow("21180");
  });
});

describe("lists", () => {
  it("give every invoice once, page by page", async () => {
    const session = await client.open();
    for (let sent = 0; sent < 25; sent += 1) await client.send(session, invoiceXml());
    const path = `/sessions/${session.reference}/invoices`;
    const seen: number[] = [];
    let token = "";
    do {
      const { json } = await client.call("GET", path, undefined, { "x-continuation-token": token });
      seen.push(...json.invoices.map(({ ordinalNumber }) => ordinalNumber));
      token = json.continuationToken ?? "";
    } while (token !== "");
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
    const foreign = await client.call("GET", path, undefined, { "x-continuation-token": "bm9uc2Vuc2U=" });
    expect(exceptionCode(foreign)).toBe(21418);
  });

  it("give the sessions of the company, newest first, by status", async () => {
    const [first, second] = [await client.open(), await client.open()];
    await client.close(first);
    const all = await client.call("GET", "/sessions?sessionType=Online");
    expect(references(all)).toEqual([second.reference, first.reference]);
    const cancelled = await client.call(
      "GET",
      "/sessions?sessionType=Online&statuses=Cancelled&statuses=Failed",
    );
    expect(references(cancelled)).toEqual([first.reference]);
    const batch = await client.call("GET", "/sessions?sessionType=Batch");
    expect(references(batch)).toEqual([]);
    expect(exceptionCode(await client.call("GET", "/sessions"))).toBe(21405);
  });
});

describe("a request is refused", () => {
  it("with 21402 or 21403 when the encrypted content is not what was declared", async () => {
    const session = await client.open();
    const send = (change: Record<string, unknown>) =>
      client.call("POST", `/sessions/online/${session.reference}/invoices`, {
        ...client.sendRequest(session, invoiceXml()),
        ...change,
      });
    expect(exceptionCode(await send({ encryptedInvoiceSize: 1 }))).toBe(21402);
    expect(exceptionCode(await send({ encryptedInvoiceHash: sha256("other") }))).toBe(21403);
    expect(exceptionCode(await send({ invoiceHash: "short" }))).toBe(21405);
  });

  it("with 21470 when the key is not published for this use", async () => {
    const [forTokens, forKeys] = await publishedKeys(sandbox);
    expect(exceptionCode(await openWithKey(forTokens!.publicKeyId))).toBe(21470);
    expect((await openWithKey(forKeys!.publicKeyId)).status).toBe(201);
  });

  it("with 21173 for a session of another company", async () => {
    const session = await client.open();
    const other = await login(sandbox, await sandbox.company("9999999999"));
    expect(exceptionCode(await other.call("GET", `/sessions/${session.reference}`))).toBe(21173);
  });

  it("in the format it asks for", async () => {
    const path = "/sessions/20260302-SO-0000000000-0000000000-00";
    const legacy = await client.call("GET", path);
    expect(legacy.json.exception.exceptionDetailList[0]!.exceptionDescription).toBe(
      "Brak sesji o wskazanym numerze referencyjnym.",
    );
    const modern = await client.call("GET", path, undefined, { "x-error-format": "problem-details" });
    expect(modern.type).toBe("application/problem+json");
    expect(modern.json).toMatchObject({ status: 400, instance: `/v2${path}`, errors: [{ code: 21173 }] });
    expect((await client.call("GET", "/nowhere")).status).toBe(404);
  });

  it("with 401 when the token is missing, of the wrong kind, or expired", async () => {
    const started = (await requestTokenLogin(sandbox, await sandbox.company("5265877635"))).json;
    const wrongKind = clientWith(sandbox, started.authenticationToken.token);
    const answers = [
      await call(sandbox, "GET", "/sessions?sessionType=Online"),
      await wrongKind.call("GET", "/sessions?sessionType=Online"),
      await clientWith(sandbox, "no.jwt.atall").call("GET", "/sessions?sessionType=Online"),
    ];
    clock.pass(15 * 60_000);
    answers.push(await client.call("GET", "/sessions?sessionType=Online"));
    expect(answers.map(({ status: http, type }) => [http, type])).toEqual(
      answers.map(() => [401, "application/problem+json"]),
    );
  });
});

describe("an invoice by its KSeF number", () => {
  it("is unknown until the number exists, then not yet available, then byte for byte what was sent", async () => {
    const xml = invoiceXml();
    await client.send(await client.open(), xml);
    const { ksefNumber } = sandbox.ledger.accepted()[0]!;
    const read = (): Promise<Answer> => client.call("GET", `/invoices/ksef/${ksefNumber}`);
    expect(exceptionCode(await read())).toBe(21164);
    clock.pass(500);
    expect(exceptionCode(await read())).toBe(21165);
    clock.pass(1000);
    const invoice = await read();
    expect(invoice.text).toBe(xml);
    const other = await login(sandbox, await sandbox.company("9999999999"));
    expect(exceptionCode(await other.call("GET", `/invoices/ksef/${ksefNumber}`))).toBe(21164);
    expect(invoice.headers.get("x-ms-meta-hash")).toBe(sha256(xml));
  });
});

it("the ledger counts each post of a document and names what was accepted", async () => {
  const xml = invoiceXml({ number: "FV/7" });
  const session = await client.open();
  await client.send(session, xml);
  await client.send(session, xml);
  expect(sandbox.ledger.posts(sha256(xml))).toBe(2);
  expect(sandbox.ledger.accepted()).toMatchObject([
    { number: "FV/7", sellerNip: "5265877635", posts: 2, sessionReferenceNumber: session.reference },
  ]);
  const path = `/v2/sessions/online/${session.reference}/invoices`;
  expect(sandbox.ledger.requests().at(-1)).toEqual({ method: "POST", path, status: 202 });
});

async function status(reference: string): Promise<Answer["json"]> {
  return (await client.call("GET", `/sessions/${reference}`)).json;
}

const references = ({ json }: Answer): string[] =>
  json.sessions.map(({ referenceNumber }) => referenceNumber);

const openWithKey = (publicKeyId: string): Promise<Answer> =>
  client.call("POST", "/sessions/online", {
    formCode: { systemCode: "FA (3)", schemaVersion: "1-0E", value: "FA" },
    encryption: {
      encryptedSymmetricKey: randomBytes(256).toString("base64"),
      initializationVector: randomBytes(16).toString("base64"),
      publicKeyId,
    },
  });
