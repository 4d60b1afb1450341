import { beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../src/index.ts";
import { exceptionCode, login, type Client } from "./client.ts";
import { invoiceXml } from "./invoice.ts";
import { virtualClock } from "./virtual-clock.ts";

// Expectations: the OpenAPI document, under /collective-identifiers.
const clock = virtualClock();
let sandbox: Sandbox;
let seller: Client;
let payer: Client;
let invoices: string[];

beforeAll(async () => {
  sandbox = await createSandbox({ clock, limits: "off" });
  seller = await login(sandbox, await sandbox.company("5265877635"));
  payer = await login(sandbox, await sandbox.company("9999999999"));
  const delivered = Array.from({ length: 12 }, () => sandbox.deliver(Buffer.from(invoiceXml())));
  invoices = (await Promise.all(delivered)).map(({ ksefNumber }) => ksefNumber);
  clock.pass(1_000);
});

interface Listed {
  collectiveIdentifierNumber: string;
  createdInCurrentContext: boolean;
  invoiceCount: number;
}

async function gather(client: Client, ...numbers: string[]) {
  const payment = { amount: 123, currency: "PLN" };
  const answer = await client.call("POST", "/collective-identifiers", {
    invoices: numbers.map((ksefNumber) => ({ ksefNumber, payment })),
  });
  const made = JSON.parse(answer.text) as { collectiveIdentifierNumber: string };
  return { answer, number: made.collectiveIdentifierNumber };
}

async function listed(client: Client, more: object = {}): Promise<Listed[]> {
  const range = { dateCreatedFrom: "2026-03-01T00:00:00+00:00", dateCreatedTo: "2026-04-01T00:00:00+00:00" };
  const { text } = await client.call("POST", "/collective-identifiers/query", { ...range, ...more });
  return (JSON.parse(text) as { collectiveIdentifiers: Listed[] }).collectiveIdentifiers;
}

describe("a collective identifier", () => {
  it("has the seller, the month and a checksum in it, and is shown to who made it and to the seller", async () => {
    const { answer, number } = await gather(payer, ...invoices.slice(0, 3));
    expect(answer.status).toBe(201);
    expect(number).toMatch(/^5265877635-IZ202603-[0-9A-F]{12}-[0-9A-F]{2}$/);
    const shown = { collectiveIdentifierNumber: number, invoiceCount: 3 };
    expect(await listed(payer)).toMatchObject([{ ...shown, createdInCurrentContext: true }]);
    expect(await listed(seller)).toMatchObject([{ ...shown, createdInCurrentContext: false }]);
    expect(await listed(seller, { createdInCurrentContext: true })).toEqual([]);
    expect(await listed(payer, { invoiceCountFrom: 4 })).toEqual([]);
    const of = await seller.call("GET", `/collective-identifiers/ksef/${invoices[0]}`);
    expect(JSON.parse(of.text)).toMatchObject({
      collectiveIdentifiers: [{ collectiveIdentifierNumber: number }],
    });
  });

  it("hides what is paid from others", async () => {
    const { number } = await gather(payer, invoices[0]!);
    const seen = async (client: Client): Promise<unknown> =>
      (
        JSON.parse((await client.call("GET", `/collective-identifiers/${number}/invoices`)).text) as {
          invoices: unknown[];
        }
      ).invoices;
    const open = [
      {
        ksefNumber: invoices[0],
        payment: { amount: 123, currency: "PLN" },
        description: null,
        detailsHidden: false,
      },
    ];
    expect(await seen(payer)).toEqual(open);
    expect(await seen(seller)).toEqual(open);
    const stranger = await login(sandbox, await sandbox.company("7762811692"));
    expect(await seen(stranger)).toEqual([{ ksefNumber: invoices[0], detailsHidden: true }]);
  });

  it("is of one seller, of invoices there are, and not of one invoice without end", async () => {
    const other = await sandbox.deliver(Buffer.from(invoiceXml({ sellerNip: "7762811692" })));
    clock.pass(1_000);
    expect(exceptionCode((await gather(payer, invoices[0]!, other.ksefNumber)).answer)).toBe(71001);
    const unknown = `5265877635-20260302-${"0".repeat(12)}-00`;
    expect(exceptionCode((await gather(payer, unknown)).answer)).toBe(71001);
    expect(exceptionCode((await gather(payer, invoices[0]!, invoices[0]!)).answer)).toBe(21405);
    for (let made = 0; made < 132; made += 1) await gather(payer, invoices[11]!);
    expect(exceptionCode((await gather(payer, invoices[11]!)).answer)).toBe(71002);
    expect((await gather(seller, invoices[11]!)).answer.status).toBe(201);
  });

  it("lists its invoices by number downwards, page by page", async () => {
    const { number } = await gather(seller, ...invoices);
    const path = `/collective-identifiers/${number}/invoices`;
    const first = JSON.parse((await seller.call("GET", path)).text) as {
      continuationToken: string;
      invoices: { ksefNumber: string }[];
    };
    expect(first.invoices.map(({ ksefNumber }) => ksefNumber)).toEqual(
      invoices.toSorted().toReversed().slice(0, 10),
    );
    expect(first.continuationToken).toEqual(expect.any(String));
    expect(exceptionCode(await payer.call("GET", `/collective-identifiers/${unknownNumber}/invoices`))).toBe(
      21405,
    );
  });
});

const unknownNumber = "5265877635-IZ202603-000000000000-00";
