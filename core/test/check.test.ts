import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { HubError } from "../src/error.ts";
import { checkDocument } from "../src/check.ts";
import type { ValidationFault } from "../src/fa3/validate/index.ts";
import { schemaFaults } from "../src/fa3/schema.ts";
import { sampleInvoice as invoice, sampleInvoiceXml as invoiceXml } from "../testing/index.ts";

const tenant = { id: "acme", nip: "5265877635", environment: "test", strict: [], createdAt: 0 };
const check = (xml: Uint8Array) => checkDocument(xml, tenant, Date.parse("2026-11-22T12:00:00Z"));

function refusal(document: string | Uint8Array): HubError {
  try {
    check(typeof document === "string" ? new TextEncoder().encode(document) : document);
  } catch (error) {
    if (error instanceof HubError) return error;
    throw error;
  }
  throw new Error("the document was taken");
}

describe("a document KSeF would refuse for its form", () => {
  const valid = invoiceXml();
  const nested = '<Faktura xmlns="http://crd.gov.pl/wzor/2025/06/25/13775/">' + "<a>".repeat(50_000);
  const cases: [string, string | Uint8Array, string, RegExp][] = [
    ["text that is not XML", "To nie jest XML", "xml.malformed", /./],
    ["nothing at all", "", "xml.malformed", /Line 1/],
    ["an element left open", valid.replace("</Fa>", ""), "xml.malformed", /./],
    ["another vocabulary", "<Invoice/>", "fa3.form", /<Invoice>/],
    ["FA(3)'s root without its namespace", valid.replace(/ xmlns="[^"]+"/, ""), "fa3.form", /<Faktura>/],
    ["a DOCTYPE", valid.replace("<Faktura", "<!DOCTYPE Faktura><Faktura"), "xml.doctype", /Line 2/],
    [
      "an external entity",
      valid
        .replace("<Faktura", '<!DOCTYPE Faktura [<!ENTITY x SYSTEM "file:///etc/hostname">]><Faktura')
        .replace("Usługa", "&x;"),
      "xml.doctype",
      /DOCTYPE/,
    ],
    ["an entity nobody declared", valid.replace("Usługa", "&x;"), "xml.malformed", /Line 32/],
    [
      "a processing instruction",
      valid.replace("<Naglowek>", "<?xml-stylesheet?><Naglowek>"),
      "xml.processing-instruction",
      /stylesheet/,
    ],
    ["a byte order mark", `\uFEFF${valid}`, "xml.encoding", /byte order mark/],
    ["another encoding in the prolog", valid.replace("UTF-8", "ISO-8859-2"), "xml.encoding", /ISO-8859-2/],
    [
      "bytes that are not UTF-8",
      Buffer.from(valid.replace("Usługa", "Us\u00B3uga"), "latin1"),
      "xml.encoding",
      /not UTF-8/,
    ],
    ["a forbidden character", valid.replace("Usługa", "Us\u0080uga"), "xml.character", /Line 32.*U\+0080/],
    [
      "a forbidden character by reference",
      valid.replace("Usługa", "Us&#x1FFFE;uga"),
      "xml.character",
      /U\+1FFFE/,
    ],
    ["fifty thousand nested elements", nested, "xml.depth", /64/],
    ["a missing total", valid.replace("<P_15>123.00</P_15>", ""), "fa3.schema", /Adnotacje/],
  ];
  for (const [what, document, code, message] of cases) {
    it(`${what} is ${code}`, () => {
      const error = refusal(document);
      expect(error.code).toBe(code);
      // Our sentence, and the parser's own where there is one.
      const [fault] = error.faults as ValidationFault[];
      expect(`${error.message} ${fault?.original}`).toMatch(message);
    });
  }

  it("says which line and which element the schema refuses, all of them", () => {
    const { faults } = refusal(
      valid.replace("<P_1>2026-02-15", "<P_1>15.02.2026").replace("<JST>2", "<JST>9"),
    );
    expect(faults.map(({ line }) => line)).toEqual([14, 19]);
    expect(faults.map(({ path }) => path)).toEqual(["/Faktura/Podmiot2/JST", "/Faktura/Fa/P_1"]);
  });
});

it("reads the header of a valid invoice, whatever the prefix and the white space", () => {
  const expected = {
    sellerNip: "5265877635",
    kind: "VAT",
    number: "FV/1",
    issueDate: "2026-02-15",
    currency: "PLN",
    gross: "123.00",
  };
  expect(check(invoice()).header).toMatchObject(expected);
  const prefixed = invoiceXml()
    .replaceAll(/<(\/?)(?=[A-Z])/g, "<$1fa:")
    .replace("xmlns=", "xmlns:fa=")
    .replace("FV/1", " FV/<![CDATA[1]]>\n");
  expect(check(new TextEncoder().encode(prefixed)).header).toMatchObject(expected);
});

const examples = new URL("../../../shared/ksef/fa3-examples/", import.meta.url);
const schema = new URL("../../../shared/ksef/schemas/FA/", import.meta.url);
const missing = !existsSync(examples) || spawnSync("xmllint", ["--version"]).status !== 0;
if (missing) console.log("skipped: the Ministry's examples or xmllint are not here");

it.skipIf(missing)("agrees with xmllint on the 26 examples of the Ministry and on 24 wrong ones", () => {
  const catalog = "http://crd.gov.pl/xml/schematy/dziedzinowe/mf/2022/01/05/eD/DefinicjeTypy/";
  for (const [folder, count] of [
    ["ministry/", 26],
    ["wrong/", 24],
  ] as const) {
    const files = readdirSync(new URL(folder, examples)).filter((file) => file.endsWith(".xml"));
    expect(files.length).toBe(count);
    for (const file of files) {
      const bytes = readFileSync(new URL(folder + file, examples));
      const ours = schemaFaults(bytes, "FA (3)").length === 0;
      expect([file, ours]).toEqual([file, xmllintAccepts(bytes)]);
    }
  }
  function xmllintAccepts(bytes: Uint8Array): boolean {
    // The catalog maps the addresses the schema imports to the folder beside it.
    const xml = `<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog"><rewriteSystem systemIdStartString="${catalog}" rewritePrefix="${new URL("bazowe/", schema).href}"/></catalog>`;
    const { status } = spawnSync(
      "sh",
      [
        "-c",
        'c=$(mktemp) && printf %s "$CATALOG" >"$c" && XML_CATALOG_FILES="$c" xmllint --nonet --noout --schema "schemat_FA(3)_v1-0E.xsd" -; s=$?; rm "$c"; exit $s',
      ],
      { cwd: schema, input: bytes, env: { ...process.env, CATALOG: xml } },
    );
    return status === 0;
  }
});
