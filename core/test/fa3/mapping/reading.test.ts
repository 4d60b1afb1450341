import { describe, expect, it } from "vitest";
import { fromFa3 } from "../../../src/fa3/from-fa3.ts";
import { sampleInvoiceXml } from "../../../testing/index.ts";

const read = (xml: string) => fromFa3(new TextEncoder().encode(xml));
const sample = read(sampleInvoiceXml());

describe("reading is tolerant", () => {
  it("of prefixes, comments, unknown elements and unknown attributes", () => {
    const changed = sampleInvoiceXml()
      .replaceAll(/<(\/?)(?=[A-Z])/g, "<$1fa:")
      .replace("xmlns=", "xmlns:fa=")
      .replace("<fa:P_2>", '<fa:Nowe>1</fa:Nowe><P_2 xmlns="urn:x">inny</P_2><!-- x --><fa:P_2 nowy="1">');
    expect(read(changed)).toEqual(sample);
  });

  it("of the lexical forms a schema allows", () => {
    const changed = sampleInvoiceXml()
      .replace("<NrWierszaFa>1<", "<NrWierszaFa> 01 <")
      .replace("<JST>2<", "<JST>+1<");
    expect(read(changed)).toEqual({ ...sample, buyer: { ...sample.buyer, localGovernmentUnit: true } });
  });

  it("of empty elements, which say nothing", () => {
    const changed = sampleInvoiceXml({ extra: "<Stopka><Informacje/><Rejestry/></Stopka>" });
    expect(read(changed)).toEqual(sample);
  });
});

it("keeps a no-break space, and amounts as they are written", () => {
  const changed = sampleInvoiceXml({ item: " a\u00A0\u00A0b \n c " }).replace("<P_15>123.00<", "<P_15>123<");
  expect(read(changed)).toMatchObject({ amountDue: "123", lines: [{ name: "a\u00A0\u00A0b c" }] });
});

describe("an FA(2) invoice received earlier", () => {
  it("is read like an FA(3) invoice, its zero rate named by the totals", () => {
    const { totals, lines } = read(fa2("<P_13_6_3>100.00</P_13_6_3>"));
    expect({ totals, rate: lines?.[0]?.rate }).toEqual({ totals: { zeroExport: "100.00" }, rate: "0 EX" });
  });

  it("keeps no rate where the totals leave a doubt", () => {
    const { lines } = read(fa2("<P_13_6_1>50.00</P_13_6_1><P_13_6_2>50.00</P_13_6_2>"));
    expect(lines?.[0]).not.toHaveProperty("rate");
  });
});

/** The sample as FA(2) has it, with one line at its zero rate. */
function fa2(total: string): string {
  return sampleInvoiceXml()
    .replace("2025/06/25/13775", "2023/06/29/12648")
    .replace("FA (3)", "FA (2)")
    .replace("<WariantFormularza>3<", "<WariantFormularza>2<")
    .replace("<JST>2</JST>", "")
    .replace("<GV>2</GV>", "")
    .replace("<P_12>23<", "<P_12>0<")
    .replace("<P_13_1>100.00</P_13_1>", total)
    .replace("<P_14_1>23.00</P_14_1>", "");
}
