import { describe, expect, it } from "vitest";
import { validate } from "../../../src/fa3/validate/index.ts";
import { sampleInvoiceXml } from "../../../testing/index.ts";

const check = (xml: string | Uint8Array, options = {}) =>
  validate(typeof xml === "string" ? new TextEncoder().encode(xml) : xml, {
    today: "2026-02-16",
    ...options,
  });
const valid = sampleInvoiceXml();

function changed(from: string, to: string): string {
  expect(valid).toContain(from);
  return valid.replace(from, () => to);
}

const adviceFor = (from: string, to: string) => check(changed(from, to))[0]?.advice;

const line = /<FaWiersz>.*<\/FaWiersz>/.exec(valid)?.[0] ?? "";

const cases: [what: string, xml: string, code: string, path: string, message: RegExp, messagePl: RegExp][] = [
  [
    "a missing element",
    changed("<P_15>123.00</P_15>", ""),
    "FA3-XSD-MISSING",
    "/Faktura/Fa",
    /P_15 \(total amount due\) is missing before Adnotacje/,
    /Brakuje: P_15/,
  ],
  [
    "a missing last element",
    changed("<GV>2</GV>", ""),
    "FA3-XSD-MISSING",
    "/Faktura/Podmiot2",
    /GV .* is missing in Podmiot2/,
    /Brakuje: GV/,
  ],
  [
    "either of several elements",
    changed("<P_19N>1</P_19N>", ""),
    "FA3-XSD-MISSING",
    "/Faktura/Fa/Adnotacje/Zwolnienie",
    /P_19 .*P_19N/,
    /P_19N/,
  ],
  [
    "a misspelt name",
    changed("<P_2>FV/1</P_2>", "<P2>FV/1</P2>"),
    "FA3-XSD-MISSPELT",
    "/Faktura/Fa/P2",
    /did you mean P_2/,
    /czy chodzi o P_2/,
  ],
  [
    "an element too early",
    changed("<P_1>2026-02-15</P_1>\n    <P_2>FV/1</P_2>", "<P_2>FV/1</P_2><P_1>2026-02-15</P_1>"),
    "FA3-XSD-ORDER",
    "/Faktura/Fa/P_2",
    /belongs after P_1/,
    /powinno być po P_1/,
  ],
  [
    "an element too late",
    changed("<GV>2</GV>", "<GV>2</GV><NrKlienta>7</NrKlienta>"),
    "FA3-XSD-ORDER",
    "/Faktura/Podmiot2/NrKlienta",
    /belongs before JST/,
    /powinno być przed JST/,
  ],
  [
    "an element twice",
    changed("<P_2>FV/1</P_2>", "<P_2>FV/1</P_2><P_2>FV/1</P_2>"),
    "FA3-XSD-DUPLICATE",
    "/Faktura/Fa/P_2[2]",
    /at most 1/,
    /najwyżej 1/,
  ],
  [
    "two of a choice",
    changed("<P_19N>1</P_19N>", "<P_19N>1</P_19N><P_19>1</P_19>"),
    "FA3-XSD-CHOICE",
    "/Faktura/Fa/Adnotacje/Zwolnienie/P_19",
    /only one of the two/,
    /tylko jedno/,
  ],
  [
    "an element of elsewhere",
    changed("<P_2>FV/1</P_2>", "<P_2>FV/1</P_2><FormaPlatnosci>6</FormaPlatnosci>"),
    "FA3-XSD-UNEXPECTED",
    "/Faktura/Fa/FormaPlatnosci",
    /not allowed in Fa/,
    /nie jest dozwolony w Fa/,
  ],
  [
    "another namespace",
    changed("<P_2>FV/1</P_2>", '<P_2 xmlns="urn:x">FV/1</P_2>'),
    "FA3-XSD-NAMESPACE",
    "/Faktura/Fa/P_2",
    /another namespace/,
    /innej przestrzeni nazw/,
  ],
  [
    "an empty value",
    changed("<P_2>FV/1</P_2>", "<P_2/>"),
    "FA3-XSD-EMPTY",
    "/Faktura/Fa/P_2",
    /is empty/,
    /jest puste/,
  ],
  [
    "a date in the Polish order",
    changed("<P_1>2026-02-15", "<P_1>15.02.2026"),
    "FA3-XSD-VALUE",
    "/Faktura/Fa/P_1",
    /YYYY-MM-DD/,
    /RRRR-MM-DD/,
  ],
  [
    "a date out of range",
    changed("<P_1>2026-02-15", "<P_1>2005-02-15"),
    "FA3-XSD-RANGE",
    "/Faktura/Fa/P_1",
    /from 2006-01-01/,
    /od 2006-01-01/,
  ],
  [
    "a NIP with dashes",
    changed("<NIP>5265877635", "<NIP>526-587-76-35"),
    "FA3-XSD-PATTERN",
    "/Faktura/Podmiot1/DaneIdentyfikacyjne/NIP",
    /ten digits/,
    /dziesięć cyfr/,
  ],
  [
    "an unknown rate",
    changed("<P_12>23<", "<P_12>24<"),
    "FA3-XSD-ENUM",
    "/Faktura/Fa/FaWiersz/P_12",
    /23, 22, 8/,
    /23, 22, 8/,
  ],
  [
    "a marker that is neither 1 nor 2",
    changed("<JST>2", "<JST>0"),
    "FA3-XSD-ENUM",
    "/Faktura/Podmiot2/JST",
    /1, 2/,
    /1, 2/,
  ],
  [
    "too many decimal places",
    changed("<P_15>123.00", "<P_15>123.001"),
    "FA3-XSD-DIGITS",
    "/Faktura/Fa/P_15",
    /at most 2 decimal places/,
    /najwyżej 2 miejscami/,
  ],
  [
    "too long a text",
    changed("<P_2>FV/1", `<P_2>${"x".repeat(257)}`),
    "FA3-XSD-LENGTH",
    "/Faktura/Fa/P_2",
    /1 to 256 characters/,
    /od 1 do 256 znaków/,
  ],
  [
    "another form code",
    changed('kodSystemowy="FA (3)"', 'kodSystemowy="FA (2)"'),
    "FA3-XSD-FIXED",
    "/Faktura/Naglowek/KodFormularza/@kodSystemowy",
    /expected: FA \(3\)/,
    /oczekiwano: FA \(3\)/,
  ],
  [
    "a missing attribute",
    changed(' wersjaSchemy="1-0E"', ""),
    "FA3-XSD-ATTRIBUTE",
    "/Faktura/Naglowek/KodFormularza",
    /lacks the attribute wersjaSchemy/,
    /brakuje atrybutu/,
  ],
  [
    "an attribute too many",
    changed("<P_2>", '<P_2 typ="x">'),
    "FA3-XSD-ATTRIBUTE",
    "/Faktura/Fa/P_2",
    /has no attribute typ/,
    /nie ma atrybutu typ/,
  ],
  [
    "text between elements",
    changed("<Fa>", "<Fa>tekst"),
    "FA3-XSD-TEXT",
    "/Faktura/Fa",
    /text between them/,
    /między nimi jest tekst/,
  ],
  [
    "elements in a value",
    changed("<P_2>FV/1", "<P_2>FV/1<b/>"),
    "FA3-XSD-CONTENT",
    "/Faktura/Fa/P_2",
    /takes a value/,
    /przyjmuje wartość/,
  ],
  [
    "the second of two lines",
    changed(line, line + line.replace("<P_12>23", "<P_12>99")),
    "FA3-XSD-ENUM",
    "/Faktura/Fa/FaWiersz[2]/P_12",
    /tax rate/,
    /stawka podatku/,
  ],
];

describe("what the schema refuses is said in the words of a bookkeeper", () => {
  for (const [what, xml, code, path, message, messagePl] of cases) {
    it(`${what} is ${code}`, () => {
      const fault = check(xml).find((one) => one.code === code);
      expect(fault).toMatchObject({ severity: "error", path });
      expect(fault?.message).toMatch(message);
      expect(fault?.messagePl).toMatch(messagePl);
      expect(fault?.original).toMatch(/Element '/);
      expect(xml.split("\n")[(fault?.line ?? 0) - 1]).toBeDefined();
    });
  }

  it("one value gives one fault, with both sentences of libxml2", () => {
    const faults = check(changed("<P_15>123.00", "<P_15>123.001"));
    expect(faults.length).toBe(1);
    expect(faults[0]?.original).toMatch(/fractionDigits.*pattern/s);
  });

  it("the commonest slips have an advice of their own", () => {
    expect(adviceFor("<P_15>123.00", "<P_15>123,00")).toMatch(/point instead of the decimal comma/);
    expect(adviceFor("<P_15>123.00", "<P_15>0123.00")).toMatch(/leading zeros/);
    expect(adviceFor("<P_15>123.00", "<P_15>1 123.00")).toMatch(/thousands/);
    expect(adviceFor("<P_1>2026-02-15", "<P_1>15.2.2026")).toMatch(/2026-02-15/);
    expect(adviceFor("<NIP>1111111111</NIP>", "<KodUE>GR</KodUE><NrVatUE>1</NrVatUE>")).toMatch(
      /Greece is EL/,
    );
  });
});

/** The sample with blanks behind it, `size` bytes in all. */
function filled(size: number, extra = ""): string {
  const xml = sampleInvoiceXml({ extra });
  return xml + " ".repeat(size - new TextEncoder().encode(xml).byteLength);
}

const codesWith = (to: string) => check(changed("<P_2>FV/1", to)).map(({ code }) => code);

it("what only libxml2's parser refuses is malformed too", () => {
  expect(codesWith('<P_2 a:b="1">FV/1')).toEqual(["xml.malformed"]);
  expect(codesWith('<P_2 xmlns:q="">FV/1')).toEqual(["xml.malformed"]);
  const nil = '<P_2 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true">FV/1';
  expect(codesWith(nil)).toEqual(["FA3-XSD-ATTRIBUTE"]);
});

describe("KSeF's rules for the file", () => {
  const attachment =
    "<Zalacznik><BlokDanych><MetaDane><ZKlucz>a</ZKlucz><ZWartosc>b</ZWartosc></MetaDane></BlokDanych></Zalacznik>";
  const files: [string, string | Uint8Array, string[]][] = [
    ["a file that is not XML", "To nie jest XML", ["xml.malformed"]],
    ["nothing", "", ["xml.malformed"]],
    ["a byte order mark", `\uFEFF${valid}`, ["xml.encoding"]],
    [
      "bytes that are not UTF-8",
      Buffer.from(valid.replace("Usługa", "Us\u00B3uga"), "latin1"),
      ["xml.encoding"],
    ],
    ["a DOCTYPE", valid.replace("<Faktura", "<!DOCTYPE Faktura><Faktura"), ["xml.doctype"]],
    ["an instruction", valid.replace("<Fa>", "<?a b?><Fa>"), ["xml.processing-instruction"]],
    ["a control character", valid.replace("Usługa", "a\u0080"), ["xml.character"]],
    ["endless nesting", valid.replace("<Fa>", "<Fa>".repeat(100)), ["xml.depth"]],
    ["another root", "<Invoice/>", ["fa3.form"]],
    ["an FA (2) invoice", valid.replace("2025/06/25/13775", "2023/06/29/12648"), ["fa3.form"]],
    ["exactly 1,000,000 bytes", filled(1_000_000), []],
    ["1,000,001 bytes", filled(1_000_001), ["xml.size"]],
    ["1,000,001 bytes with an attachment", filled(1_000_001, attachment), []],
    ["3,000,001 bytes with an attachment", filled(3_000_001, attachment), ["xml.size"]],
  ];
  for (const [what, xml, codes] of files) {
    it(`${what}: ${codes.join() || "taken"}`, () => {
      const faults = check(xml);
      expect(faults.map(({ code }) => code)).toEqual(codes);
      for (const fault of faults)
        for (const text of [fault.message, fault.messagePl, fault.advice, fault.advicePl])
          expect(text.length).toBeGreaterThan(8);
    });
  }

  it("a tenant's own limit comes before KSeF's", () => {
    expect(check(valid, { largestBytes: 100 })[0]).toMatchObject({ code: "xml.size" });
  });
});
