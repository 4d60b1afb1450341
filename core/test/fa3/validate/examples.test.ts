import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { validate } from "../../../src/fa3/validate/index.ts";

const examples = new URL("../../../../../shared/ksef/fa3-examples/", import.meta.url);
const missing = !existsSync(examples);
if (missing) console.log("skipped: the Ministry's example invoices are not here");
const today = "2026-11-22";

/** The planted error of each wrong file. */
const wrong: Record<string, [code: string, path: string | undefined][]> = {
  "01-missing-p15.xml": [["FA3-XSD-MISSING", "/Faktura/Fa"]],
  "02-wrong-element-order.xml": [["FA3-XSD-ORDER", "/Faktura/Fa/P_2"]],
  "03-typo-in-element-name.xml": [["FA3-XSD-MISSPELT", "/Faktura/Podmiot1/DaneIdentyfikacyjne/Nazw"]],
  "04-missing-adnotacje-fields.xml": [["FA3-XSD-MISSING", "/Faktura/Fa/Adnotacje"]],
  "05-jst1-without-podmiot3.xml": [["FA3-JST-01", "/Faktura/Podmiot2/JST"]],
  "06-foreign-buyer-wrong-tax-rate.xml": [
    ["FA3-RC-02", "/Faktura/Fa/FaWiersz/P_12"],
    ["FA3-XSD-MISSING", "/Faktura/Podmiot2/DaneIdentyfikacyjne"],
  ],
  "07-polish-nip-in-nrvatue.xml": [["FA3-EU-01", "/Faktura/Podmiot2/DaneIdentyfikacyjne/NrVatUE"]],
  "08-gtu-wrong-format.xml": [["FA3-XSD-MISSPELT", "/Faktura/Fa/FaWiersz/GTU_12"]],
  "09-excessive-decimal-places.xml": [
    ["FA3-XSD-DIGITS", "/Faktura/Fa/P_13_1"],
    ["FA3-XSD-DIGITS", "/Faktura/Fa/P_14_1"],
    ["FA3-XSD-DIGITS", "/Faktura/Fa/P_15"],
    ["FA3-XSD-DIGITS", "/Faktura/Fa/FaWiersz/P_8B"],
    ["FA3-XSD-DIGITS", "/Faktura/Fa/FaWiersz/P_9A"],
    ["FA3-XSD-DIGITS", "/Faktura/Fa/FaWiersz/P_11"],
  ],
  "10-selection-logic-violation.xml": [
    ["FA3-XSD-UNEXPECTED", "/Faktura/Fa/Adnotacje/Zwolnienie/Art100"],
    ["FA3-XSD-MISSPELT", "/Faktura/Fa/Adnotacje/PMarzy/PMarzy_2"],
  ],
  "11-currency-inconsistency.xml": [
    ["FA3-XSD-UNEXPECTED", "/Faktura/Fa/WalutaUmowna"],
    ["FA3-CUR-01", "/Faktura/Fa/P_14_1"],
  ],
  "12-number-formatting-errors.xml": [
    ["FA3-XSD-VALUE", "/Faktura/Fa/P_13_1"],
    ["FA3-XSD-VALUE", "/Faktura/Fa/P_15"],
    ["FA3-XSD-VALUE", "/Faktura/Fa/FaWiersz/P_9A"],
    ["FA3-XSD-VALUE", "/Faktura/Fa/FaWiersz/P_11"],
  ],
  "13-malformed-xml.xml": [["xml.malformed", undefined]],
  "14-corrective-invoice-errors.xml": [
    ["FA3-XSD-PATTERN", "/Faktura/Fa/DaneFaKorygowanej/NrKSeFFaKorygowanej"],
  ],
  "15-payment-date-errors.xml": [
    ["FA3-XSD-ORDER", "/Faktura/Fa/Platnosc/TerminPlatnosci"],
    ["FA3-PAY-01", "/Faktura/Fa/Platnosc/TerminPlatnosci/Termin"],
  ],
  "16-invalid-xml-characters.xml": [["xml.malformed", undefined]],
  "17-gv1-without-podmiot3.xml": [["FA3-GV-01", "/Faktura/Podmiot2/GV"]],
  "19-empty-required-fields.xml": [
    ["FA3-XSD-EMPTY", "/Faktura/Podmiot1/DaneIdentyfikacyjne/NIP"],
    ["FA3-XSD-EMPTY", "/Faktura/Podmiot2/DaneIdentyfikacyjne/Nazwa"],
    ["FA3-XSD-EMPTY", "/Faktura/Fa/P_2"],
    ["FA3-XSD-EMPTY", "/Faktura/Fa/FaWiersz/P_7"],
  ],
  "20-invalid-dates.xml": [
    ["FA3-XSD-VALUE", "/Faktura/Naglowek/DataWytworzeniaFa"],
    ["FA3-XSD-VALUE", "/Faktura/Fa/P_1"],
    ["FA3-XSD-VALUE", "/Faktura/Fa/P_6"],
  ],
  "21-wrong-tax-calculation.xml": [["FA3-SUM-02", "/Faktura/Fa/P_14_1"]],
  "22-invalid-country-codes.xml": [
    ["FA3-XSD-ENUM", "/Faktura/Podmiot1/Adres/KodKraju"],
    ["FA3-XSD-ENUM", "/Faktura/Podmiot2/Adres/KodKraju"],
  ],
  "23-missing-bank-account-validation.xml": [["FA3-PAY-03", "/Faktura/Fa/Platnosc/RachunekBankowy/NrRB"]],
  "24-duplicate-line-numbers.xml": [["FA3-LINE-01", "/Faktura/Fa/FaWiersz[2]/NrWierszaFa"]],
  "25-negative-quantities.xml": [["FA3-LINE-04", "/Faktura/Fa/FaWiersz/P_8B"]],
};

const faultsOf = (file: string) => validate(readFileSync(new URL(file, examples)), { today });

describe.skipIf(missing)("the wrong invoices", () => {
  it("are all in the table", () => {
    expect(readdirSync(new URL("wrong/", examples)).toSorted()).toEqual(Object.keys(wrong).toSorted());
  });

  for (const [file, expected] of Object.entries(wrong)) {
    it(`${file}: ${expected.map(([code]) => code).join(", ")}`, () => {
      const found = faultsOf(`wrong/${file}`).map(({ code, path }) => [code, path]);
      for (const one of expected) expect(found).toContainEqual(one);
    });
  }

  it("say which line, and name what is missing", () => {
    expect(faultsOf("wrong/16-invalid-xml-characters.xml")[0]?.line).toBe(14);
    expect(faultsOf("wrong/01-missing-p15.xml")[0]).toMatchObject({
      line: 43,
      message: "P_15 (total amount due) is missing before Adnotacje.",
      messagePl: "Brakuje: P_15 (kwota należności ogółem) przed Adnotacje.",
    });
    expect(faultsOf("wrong/04-missing-adnotacje-fields.xml")[0]?.message).toMatch(/P_16.*P_17.*P_18 .*P_18A/);
  });
});

it.skipIf(missing)("the Ministry's examples have no errors, and no warnings without a reason", () => {
  const files = readdirSync(new URL("ministry/", examples)).filter((file) => file.endsWith(".xml"));
  expect(files.length).toBe(26);
  const codes = new Set<string>();
  for (const file of files) {
    const faults = faultsOf(`ministry/${file}`);
    expect([file, faults.filter(({ severity }) => severity === "error")]).toEqual([file, []]);
    for (const { code } of faults) codes.add(code);
  }
  // The KSeF numbers in the examples are made up: none of the seven has the CRC-8 that numer-ksef.md prescribes.
  expect([...codes]).toEqual(["FA3-KOR-05"]);
});
