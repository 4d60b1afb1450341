import { X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../src/index.ts";
import { exceptionCode, login, type Client } from "./client.ts";
import { invoiceXml } from "./invoice.ts";
import { grant, personGrant } from "./permission-client.ts";
import { exportRequest, filters, find, numbers } from "./reader.ts";
import { personCertificate, signIn } from "./signed-login.ts";
import { virtualClock } from "./virtual-clock.ts";

const [seller, buyer, factor, representative, stranger] = [
  "5265877635",
  "1111111111",
  "2222222222",
  "3333333333",
  "4444444444",
];
// Check digit by the specification's own example: 6824515772-1234 has 3.
const [parent, unit] = ["6824515772", "6824515772-12343"];
const roles = ["Subject1", "Subject2", "Subject3", "SubjectAuthorized"];

const clock = virtualClock();
let sandbox: Sandbox;
let ksefNumber: string;
let xml: string;
beforeAll(async () => {
  const processing = { acceptedMs: 0, processingMs: 1000, storageMs: 1000 };
  sandbox = await createSandbox({ clock, limits: "off", processing });
  const authorized = [
    `<PodmiotUpowazniony><DaneIdentyfikacyjne><NIP>${representative}</NIP><Nazwa>Przedstawiciel</Nazwa></DaneIdentyfikacyjne>`,
    "<Adres><KodKraju>PL</KodKraju><AdresL1>ul. Druga 2</AdresL1></Adres><RolaPU>3</RolaPU></PodmiotUpowazniony>",
  ];
  // The factor twice: once for itself and once as the one who pays.
  const parties = [
    third(`<NIP>${factor}</NIP>`, 1),
    third(`<NIP>${factor}</NIP>`, 6),
    third(`<IDWew>${unit}</IDWew>`, 2),
    ...authorized,
  ];
  xml = invoiceXml({ number: "named" }).replace("  <Fa>", `${parties.join("")}<Fa>`);
  ({ ksefNumber } = await sandbox.deliver(Buffer.from(xml)));
});
afterAll(() => sandbox.close());

describe("an invoice by its number", () => {
  it("is unknown until it has one, then not there yet, then there for all it names", async () => {
    const reader = await as(buyer);
    expect(exceptionCode(await read(reader))).toBe(21164);
    clock.pass(1000);
    const early = await read(reader);
    expect(exceptionCode(early)).toBe(21165);
    expect(early.text).toContain(
      `Faktura o numerze KSeF ${ksefNumber} została przetworzona, ale nie jest jeszcze dostępna do pobrania. Spróbuj ponownie później.`,
    );
    expect(exceptionCode(await read(await as(stranger)))).toBe(21164);
    clock.pass(1000);
    for (const nip of [seller, buyer, factor, representative]) {
      const answer = await read(await as(nip));
      expect([answer.status, answer.type, answer.text]).toEqual([200, "application/xml", xml]);
    }
    for (const nip of [stranger, parent]) expect(exceptionCode(await read(await as(nip)))).toBe(21164);
  });

  it("has to be a number", async () => {
    for (const wrong of ["1", `${ksefNumber}-00`, ksefNumber.toLowerCase().replace(/[a-f]|0/, "g")])
      expect(exceptionCode(await (await as(seller)).call("GET", `/invoices/ksef/${wrong}`))).toBe(21405);
  });

  it("needs InvoiceRead", async () => {
    const owner = await as(seller);
    await grant(clock, owner, "persons", personGrant("15062788702", "InvoiceWrite"));
    const person = await personCertificate(clock, "PNOPL-15062788702");
    const writer = await signIn(sandbox, person, { context: `<Nip>${seller}</Nip>` });
    expect((await read(writer)).status).toBe(403);
    expect((await writer.call("POST", "/invoices/query/metadata", filters())).status).toBe(403);
    expect((await writer.call("POST", "/invoices/exports", {})).status).toBe(403);
  });
});

describe("a query", () => {
  it.each([
    [seller, "Subject1"],
    [buyer, "Subject2"],
    [factor, "Subject3"],
    [representative, "SubjectAuthorized"],
    [stranger, ""],
    [parent, ""],
  ])("of %s finds it once, in the role %s alone", async (nip, role) => {
    const client = await as(nip);
    expect(await rolesOf(client)).toEqual(role === "" ? [] : [role]);
  });
});

describe("a unit with an internal identifier", () => {
  it("reads what names it as a third subject, and can export that only", async () => {
    const administration = {
      ...personGrant("15062788702"),
      permissions: undefined,
      contextIdentifier: { type: "InternalId", value: unit },
      subunitName: "Jednostka 014",
    };
    expect(await grant(clock, await as(parent), "subunits", administration)).toBe(200);
    const context = `<InternalId>${unit}</InternalId>`;
    const person = await personCertificate(clock, "PNOPL-15062788702");
    const administrator = await signIn(sandbox, person, { context });
    expect(await grant(clock, administrator, "persons", personGrant("38092277125", "InvoiceRead"))).toBe(200);
    const worker = await signIn(sandbox, await personCertificate(clock, "PNOPL-38092277125"), { context });

    expect((await read(worker)).text).toBe(xml);
    expect(await rolesOf(worker)).toEqual(["Subject3"]);
    expect(await exportCodes(worker)).toEqual([21181, 21181, 201, 21181]);
  });
});

describe("a company of the European Union", () => {
  it("reads what the Polish company of its context sold to it", async () => {
    for (const [to, number] of [
      ["123456789", "to it"],
      ["987654321", "to another"],
    ] as const)
      await sandbox.deliver(Buffer.from(sold(to, number)));
    clock.pass(2000);
    const person = await personCertificate(clock);
    const fingerprint = new X509Certificate(person.certificatePem).fingerprint256.replaceAll(":", "");
    const body = {
      subjectIdentifier: { type: "Fingerprint", value: fingerprint },
      contextIdentifier: { type: "NipVatUe", value: `${seller}-DE123456789` },
      description: "Administrator podmiotu",
      euEntityName: "Podmiot unijny",
      subjectDetails: {
        subjectDetailsType: "PersonByFingerprintWithIdentifier",
        personByFpWithId: {
          firstName: "Osoba",
          lastName: "Testowa",
          identifier: { type: "Pesel", value: "15062788702" },
        },
      },
      euEntityDetails: { fullName: "Podmiot unijny", address: "Berlin" },
    };
    expect(await grant(clock, await as(seller), "eu-entities/administration", body)).toBe(200);
    const client = await signIn(sandbox, person, {
      context: `<NipVatUe>${seller}-DE123456789</NipVatUe>`,
      type: "certificateFingerprint",
    });
    expect(numbers(await find(client, filters({ subjectType: "Subject2" })))).toEqual(["to it"]);
    expect(await rolesOf(client)).toEqual(["Subject2"]);
    expect(await exportCodes(client)).toEqual([21181, 201, 21181, 21181]);
    expect(exceptionCode(await read(client))).toBe(21164);
  });
});

const third = (identification: string, role: number): string =>
  `<Podmiot3><DaneIdentyfikacyjne>${identification}</DaneIdentyfikacyjne><Rola>${role}</Rola></Podmiot3>`;

const sold = (to: string, number: string): string =>
  invoiceXml({ number }).replace("<NIP>1111111111</NIP>", `<KodUE>DE</KodUE><NrVatUE>${to}</NrVatUE>`);

const as = async (nip: string | undefined): Promise<Client> =>
  login(sandbox, await sandbox.company(nip ?? ""));

const read = (client: Client) => client.call("GET", `/invoices/ksef/${ksefNumber}`);

/** The roles in which a query finds exactly one invoice. */
async function rolesOf(client: Client): Promise<string[]> {
  const found = await Promise.all(roles.map((subjectType) => find(client, filters({ subjectType }))));
  expect(found.every(({ invoices }) => invoices.length <= 1)).toBe(true);
  return roles.filter((_, index) => found[index]?.invoices.length === 1);
}

/** What an export in each role is answered with: 201 or the exception code. */
async function exportCodes(client: Client): Promise<number[]> {
  const codes: number[] = [];
  for (const subjectType of roles) {
    const { body } = await exportRequest(sandbox, filters({ subjectType }));
    const answer = await client.call("POST", "/invoices/exports", body);
    codes.push(answer.status === 201 ? 201 : exceptionCode(answer));
  }
  return codes;
}
