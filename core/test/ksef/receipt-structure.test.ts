import { existsSync, globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { XmlDocument, XmlLibError, XsdValidator } from "libxml2-wasm";
import { describe, expect, it } from "vitest";
import { createSandbox } from "../../../sandbox/src/index.ts";
import { login } from "../../../sandbox/test/client.ts";
import { invoiceXml } from "../../../sandbox/test/invoice.ts";
import { virtualClock } from "../../../sandbox/test/virtual-clock.ts";
import { verifyReceipt } from "../../src/ksef/receipt.ts";
import { sha256 } from "../../src/ksef/encryption.ts";
import { structureFault } from "../../src/ksef/receipt-structure.ts";
import { parseXml, type XmlElement } from "../../src/xml.ts";
import { copyOf, mutantsOf, mutantsOfTexts, signatureNamespace, written } from "./receipt-mutants.ts";

const official = fileURLToPath(new URL("../../../../shared/ksef/", import.meta.url));
const schema = `${official}schemas/upo-v4-3.xsd`;
const samples = globSync(`${official}upo-examples/**/*.xml`).toSorted();
const missing = samples.length === 0 || !existsSync(schema);
if (missing) console.log("skipped: the official receipts and their schema are not here");
const mutants = samples
  .map((file) => readFileSync(file))
  .flatMap((sample, index) => [...mutantsOf(sample, 400, index + 1), ...mutantsOfTexts(sample)]);

const encode = (xml: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(xml);
const faultIn = (xml: string): string | undefined => structureFault(parseXml(encode(xml)));

describe.skipIf(missing)("the official receipts", () => {
  it.each(samples.map((file) => file.slice(official.length)))("have no fault: %s", (file) => {
    expect(structureFault(parseXml(readFileSync(official + file)))).toBe(undefined);
  });

  it(`and ${mutants.length} mutants of them get the verdict of the official schema`, () => {
    const judge = officialJudge();
    const verdicts = mutants.map(({ operator, root }) => {
      const bytes = written(root);
      const fault = structureFault(parseXml(bytes));
      return {
        operator,
        fault,
        valid: judge(written(tolerated(root))),
        xml: new TextDecoder().decode(bytes),
      };
    });
    const differing = verdicts.filter(({ fault, valid }) => valid !== (fault === undefined));
    expect(differing).toEqual([]);
    // Not a test of nothing: many mutants are refused, many are not, and each operator makes some that are refused.
    const refused = verdicts.filter(({ valid }) => !valid);
    expect(refused.length).toBeGreaterThan(verdicts.length / 3);
    expect(verdicts.length - refused.length).toBeGreaterThan(verdicts.length / 8);
    const operators = (among: typeof verdicts): Set<string> =>
      new Set(among.map(({ operator }) => operator.replace(/ .*/, "")));
    expect(operators(refused)).toEqual(operators(verdicts));
    for (const { fault } of refused)
      expect(fault).toMatch(/^Potwierdzenie\b.* (is|has|stands) |^\w+ stands where Potwierdzenie /);
  });
});

describe("a receipt of the sandbox", () => {
  it("has no fault, for an invoice and for a session of two, signed as they are", async () => {
    const { receipts } = await sandboxReceipts();
    for (const text of receipts) {
      expect(text).toContain("<ds:Signature ");
      expect(faultIn(text)).toBe(undefined);
    }
  });

  it("is refused when its structure is not that of the schema", async () => {
    const { receipts, ksefNumber, documentSha256 } = await sandboxReceipts();
    const verify = (text: string) =>
      verifyReceipt({ headers: new Headers(), bytes: encode(text) }, { ksefNumber, documentSha256 });
    const [receipt = ""] = receipts;
    expect(verify(receipt).numberedAt).toMatch(/^2026-/);
    expect(() => verify(receipt.replace("<TrybWysylki>Online", "<TrybWysylki>Post"))).toThrow(
      expect.objectContaining({
        code: "ksef.receipt-mismatch",
        message: `The receipt for ${ksefNumber}: it is not a UPO by its schema: Potwierdzenie/Dokument/TrybWysylki is "Post", which is not Online or Offline.`,
      }),
    );
  });
});

describe("a fault", () => {
  const nip = "<NipSprzedawcy>5265877635</NipSprzedawcy>";
  it.each([
    [nip, "", "Potwierdzenie/Dokument/NumerKSeFDokumentu stands where NipSprzedawcy is expected"],
    ["<TrybWysylki>Online</TrybWysylki>", "", "Potwierdzenie/Dokument/TrybWysylki is missing"],
    [nip, nip + nip, "Potwierdzenie/Dokument/NipSprzedawcy stands where NumerKSeFDokumentu is expected"],
    [
      "</Dokument>",
      "<Obcy/></Dokument>",
      "Potwierdzenie/Dokument/Obcy stands where nothing more is expected",
    ],
    [
      nip,
      nip.replace(">", ' xmlns="urn:a">'),
      'Potwierdzenie/Dokument/NipSprzedawcy of the namespace "urn:a" stands where NipSprzedawcy is expected',
    ],
    [
      "<Nip>5265877635</Nip>",
      "",
      "Potwierdzenie/Uwierzytelnienie/IdKontekstu/Nip or IdWewnetrzny or IdZlozonyVatUE or IdDostawcyUslugPeppol is missing",
    ],
    ["5265877635</NipS", "526</NipS", 'Potwierdzenie/Dokument/NipSprzedawcy is "526", which is not a NIP'],
    [
      "2026-03-02<",
      "2026-02-30<",
      'Potwierdzenie/Dokument/DataWystawieniaFaktury is "2026-02-30", which is not a date since 2006-01-01',
    ],
    ["FA (3)", " \n", 'Potwierdzenie/KodFormularza is " \\n", which is not a text of 1 to 240 characters'],
    [
      "5265877635</NipS",
      "<b/></NipS",
      "Potwierdzenie/Dokument/NipSprzedawcy/b stands where only text is expected",
    ],
    ["<Dokument>", "<Dokument>obcy", 'Potwierdzenie/Dokument has text beside its elements: "obcy"'],
    [
      "<Dokument>",
      '<Dokument id="1">',
      "Potwierdzenie/Dokument has the attribute id, for which there is no place",
    ],
    ["Potwierdzenie", "constructor", "constructor stands where Potwierdzenie is expected"],
  ])("names the element: %s -> %s", (from, to, sentence) => {
    const changed = from === "Potwierdzenie" ? receipt.replaceAll(from, to) : receipt.replace(from, to);
    expect(changed).not.toBe(receipt);
    expect(faultIn(receipt)).toBe(undefined);
    expect(faultIn(changed)).toBe(sentence);
  });

  it("says which of several documents it is in, and that a number comes twice", () => {
    const [document = ""] = /<Dokument>.*<\/Dokument>/s.exec(receipt) ?? [];
    const second = document.replace("0200A0D6723E-C2", "02000009FF3E-FB");
    const receiptOf = (...documents: string[]): string => receipt.replace(document, documents.join(""));
    expect(faultIn(receiptOf(document, second))).toBe(undefined);
    expect(faultIn(receiptOf(document, second, document))).toBe(
      "Potwierdzenie/Dokument[3]/NumerKSeFDokumentu is that of another Dokument, 5265877635-20250916-0200A0D6723E-C2",
    );
    expect(faultIn(receiptOf(document, second.replace("Online", "Post")))).toBe(
      'Potwierdzenie/Dokument[2]/TrybWysylki is "Post", which is not Online or Offline',
    );
  });

  it("is not looked for in a receipt of another version", () => {
    const changed = receipt.replaceAll("TrybWysylki", "Tryb");
    expect(faultIn(changed)).not.toBe(undefined);
    expect(faultIn(changed.replace("v4-3", "v4-4"))).toBe(undefined);
  });
});

const receipt = `<?xml version="1.0" encoding="utf-8"?>
<Potwierdzenie xmlns="http://upo.schematy.mf.gov.pl/KSeF/v4-3">
  <NazwaPodmiotuPrzyjmujacego>Ministerstwo Finansów</NazwaPodmiotuPrzyjmujacego>
  <NumerReferencyjnySesji>20260302-SO-9D5A28BFDA-47C899773E-5C</NumerReferencyjnySesji>
  <Uwierzytelnienie>
    <IdKontekstu><Nip>5265877635</Nip></IdKontekstu>
    <NumerReferencyjnyTokenaKSeF>20260302-EC-1ECDD12000-5EE71AE5E3-B7</NumerReferencyjnyTokenaKSeF>
  </Uwierzytelnienie>
  <NazwaStrukturyLogicznej>Schemat_FA(3)_v1-0E.xsd</NazwaStrukturyLogicznej>
  <KodFormularza>FA (3)</KodFormularza>
  <Dokument>
    <NipSprzedawcy>5265877635</NipSprzedawcy>
    <NumerKSeFDokumentu>5265877635-20250916-0200A0D6723E-C2</NumerKSeFDokumentu>
    <NumerFaktury>FV/1/2026</NumerFaktury>
    <DataWystawieniaFaktury>2026-03-02</DataWystawieniaFaktury>
    <DataPrzeslaniaDokumentu>2026-03-02T12:00:00.524+01:00</DataPrzeslaniaDokumentu>
    <DataNadaniaNumeruKSeF>2026-03-02T12:00:01.024+01:00</DataNadaniaNumeruKSeF>
    <SkrotDokumentu>${"A".repeat(43)}=</SkrotDokumentu>
    <TrybWysylki>Online</TrybWysylki>
  </Dokument>
</Potwierdzenie>`;

/**
 * What is tolerated beyond the schema, undone: signatures below the root are gone, and a name of the Ministry of 1 to
 * 240 characters is the one of the schema. White space around dates, too: libxml2 does not always take it away, as XML
 * Schema wants it.
 */
function tolerated(original: XmlElement): XmlElement {
  const root = copyOf(original);
  root.children = root.children.filter(
    ({ name, namespace }) => name !== "Signature" || namespace !== signatureNamespace,
  );
  for (const child of root.children)
    if (child.name === "NazwaPodmiotuPrzyjmujacego" && /^.{1,240}$/su.test(collapsed(child.text)))
      child.text = "Ministerstwo Finansów";
  for (const date of root.children.flatMap(({ children }) => children))
    if (date.name.startsWith("Data")) date.text = collapsed(date.text);
  return root;
}

const collapsed = (text: string): string =>
  text
    .split(/[ \t\r\n]+/)
    .filter(Boolean)
    .join(" ");

/** Whether the official schema takes a document, by libxml2. */
function officialJudge(): (bytes: Uint8Array) => boolean {
  using source = XmlDocument.fromBuffer(readFileSync(schema));
  const validator = XsdValidator.fromDoc(source);
  return (bytes) => {
    using document = XmlDocument.fromBuffer(bytes);
    try {
      validator.validate(document);
      return true;
    } catch (error) {
      if (error instanceof XmlLibError) return false;
      throw error;
    }
  };
}

/** Of one invoice, and of the session with two. */
async function sandboxReceipts(): Promise<{
  receipts: string[];
  ksefNumber: string;
  documentSha256: string;
}> {
  const clock = virtualClock();
  const sandbox = await createSandbox({ clock, baseUrl: "http://localhost/v2", limits: "off" });
  const client = await login(sandbox, await sandbox.company("5265877635"));
  const session = await client.open();
  const document = invoiceXml();
  await client.send(session, document);
  await client.send(session, invoiceXml());
  clock.pass(500);
  await client.close(session);
  const { invoices } = (await client.call("GET", `/sessions/${session.reference}/invoices`)).json;
  const { upo } = (await client.call("GET", `/sessions/${session.reference}`)).json;
  const ksefNumber = invoices[0]!.ksefNumber;
  const paths = [`invoices/ksef/${ksefNumber}/upo`, `upo/${upo.pages[0]!.referenceNumber}`];
  const answers = paths.map((path) => client.call("GET", `/sessions/${session.reference}/${path}`));
  const receipts = (await Promise.all(answers)).map(({ text }) => text);
  return { receipts, ksefNumber, documentSha256: sha256(encode(document)) };
}
