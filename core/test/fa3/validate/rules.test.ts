import { describe, expect, it } from "vitest";
import { rules, validate } from "../../../src/fa3/validate/index.ts";
import { sampleInvoiceXml } from "../../../testing/index.ts";

type Change = [from: string | RegExp, to: string];

const line =
  "<FaWiersz><NrWierszaFa>1</NrWierszaFa><P_7>Usługa</P_7><P_8A>szt.</P_8A><P_8B>1</P_8B><P_9A>100.00</P_9A><P_11>100.00</P_11><P_12>23</P_12></FaWiersz>";
const nip = "<NIP>1111111111</NIP>";
const totals = "<P_13_1>100.00</P_13_1>\n    <P_14_1>23.00</P_14_1>\n    <P_15>123.00</P_15>";
const afterBuyer = "<GV>2</GV>\n  </Podmiot2>";
const kind = "<RodzajFaktury>VAT</RodzajFaktury>";
const afterLines = `${line}\n  </Fa>`;

/** The sample with parts exchanged; every part must be there. */
function sample(...changes: Change[]): string {
  return changes.reduce((xml, [from, to]) => {
    const changed = xml.replace(from, () => to);
    if (changed === xml) throw new Error(`Nothing to change: ${String(from)}`);
    return changed;
  }, sampleInvoiceXml());
}

const third = (identification: string, rest: string): Change => [
  afterBuyer,
  `${afterBuyer}<Podmiot3><DaneIdentyfikacyjne>${identification}<Nazwa>T</Nazwa></DaneIdentyfikacyjne>${rest}</Podmiot3>`,
];
const buyer = (identification: string): Change => [nip, identification];
const sales = (amounts: string): Change => [totals, amounts];
const rate = (value: string): Change => ["<P_12>23<", `<P_12>${value}<`];
const zeroRated = (value: string, total: string): Change[] => [
  rate(value),
  sales(`<${total}>100</${total}><P_15>100</P_15>`),
];
const payment = (content: string): Change => [afterLines, `${line}<Platnosc>${content}</Platnosc></Fa>`];
const account = (number: string): Change =>
  payment(`<RachunekBankowy><NrRB>${number}</NrRB></RachunekBankowy>`);
const german: Change = buyer("<KodUE>DE</KodUE><NrVatUE>999999999</NrVatUE>");
const euros: Change = ["<KodWaluty>PLN<", "<KodWaluty>EUR<"];
const prefix: Change = ["<Podmiot1>", "<Podmiot1><PrefiksPodatnika>PL</PrefiksPodatnika>"];

interface Original {
  date?: string;
  number?: string;
  ksef?: string;
}
const original = ({ date = "2026-02-01", number = "FV/0", ksef }: Original = {}): string =>
  `<DaneFaKorygowanej><DataWystFaKorygowanej>${date}</DataWystFaKorygowanej><NrFaKorygowanej>${number}</NrFaKorygowanej>${
    ksef === undefined
      ? "<NrKSeFN>1</NrKSeFN>"
      : `<NrKSeF>1</NrKSeF><NrKSeFFaKorygowanej>${ksef}</NrKSeFFaKorygowanej>`
  }</DaneFaKorygowanej>`;
const correction = (rest: string, cause = "<PrzyczynaKorekty>rabat</PrzyczynaKorekty>"): Change => [
  kind,
  `<RodzajFaktury>KOR</RodzajFaktury>${cause}${rest}`,
];
const good = "5265877635-20250826-0100001AF629-AF";
const before = line.replace("</FaWiersz>", "<StanPrzed>1</StanPrzed></FaWiersz>");
const order = (value: string): string =>
  `<Zamowienie><WartoscZamowienia>${value}</WartoscZamowienia><ZamowienieWiersz><NrWierszaZam>1</NrWierszaZam><P_11NettoZ>100</P_11NettoZ><P_11VatZ>23</P_11VatZ><P_12Z>23</P_12Z></ZamowienieWiersz></Zamowienie>`;
const advance = (content: string): Change[] => [
  [kind, "<RodzajFaktury>ZAL</RodzajFaktury>"],
  [line, content],
];

/** Per rule: what breaks it and where that shows; a neighbour that does not, or the sample itself. */
const cases: Record<string, { wrong: Change[]; path: string; right?: Change[] }> = {
  "FA3-NIP-01": {
    wrong: [["5265877635", "5265877636"]],
    path: "/Faktura/Podmiot1/DaneIdentyfikacyjne/NIP",
  },
  "FA3-NIP-02": {
    wrong: [buyer("<NIP>1111111112</NIP>")],
    path: "/Faktura/Podmiot2/DaneIdentyfikacyjne/NIP",
  },
  "FA3-NIP-03": {
    wrong: [third("<NIP>2222222223</NIP>", "<Rola>4</Rola>")],
    path: "/Faktura/Podmiot3/DaneIdentyfikacyjne/NIP",
    right: [third("<NIP>2222222222</NIP>", "<Rola>4</Rola>")],
  },
  "FA3-NIP-04": {
    wrong: [
      [
        afterBuyer,
        `${afterBuyer}<PodmiotUpowazniony><DaneIdentyfikacyjne><NIP>2222222223</NIP><Nazwa>K</Nazwa></DaneIdentyfikacyjne><Adres><KodKraju>PL</KodKraju><AdresL1>a</AdresL1></Adres><RolaPU>2</RolaPU></PodmiotUpowazniony>`,
      ],
    ],
    path: "/Faktura/PodmiotUpowazniony/DaneIdentyfikacyjne/NIP",
  },
  "FA3-IDW-01": {
    wrong: [third("<IDWew>5265877636-00012</IDWew>", "<Rola>2</Rola>")],
    path: "/Faktura/Podmiot3/DaneIdentyfikacyjne/IDWew",
    right: [third("<IDWew>5265877635-00012</IDWew>", "<Rola>2</Rola>")],
  },
  "FA3-IDW-02": {
    wrong: [third("<IDWew>5265877635-00019</IDWew>", "<Rola>2</Rola>")],
    path: "/Faktura/Podmiot3/DaneIdentyfikacyjne/IDWew",
    right: [third("<IDWew>5265877635-00017</IDWew>", "<Rola>2</Rola>")],
  },
  "FA3-EU-01": {
    wrong: [buyer("<KodUE>PL</KodUE><NrVatUE>1111111111</NrVatUE>")],
    path: "/Faktura/Podmiot2/DaneIdentyfikacyjne/NrVatUE",
    right: [buyer("<KodUE>DE</KodUE><NrVatUE>1111111111</NrVatUE>")],
  },
  "FA3-EU-02": {
    wrong: [buyer("<KodUE>EL</KodUE><NrVatUE>GR123456789</NrVatUE>")],
    path: "/Faktura/Podmiot2/DaneIdentyfikacyjne/NrVatUE",
    right: [buyer("<KodUE>EL</KodUE><NrVatUE>123456789</NrVatUE>")],
  },
  "FA3-JST-01": {
    wrong: [["<JST>2", "<JST>1"]],
    path: "/Faktura/Podmiot2/JST",
    right: [third("<NIP>2222222222</NIP>", "<Rola>8</Rola>"), ["<JST>2", "<JST>1"]],
  },
  "FA3-JST-02": {
    wrong: [third("<NIP>2222222222</NIP>", "<Rola>8</Rola>")],
    path: "/Faktura/Podmiot2/JST",
    right: [third("<NIP>2222222222</NIP>", "<Rola>7</Rola>")],
  },
  "FA3-GV-01": {
    wrong: [third("<BrakID>1</BrakID>", "<Rola>10</Rola>"), ["<GV>2", "<GV>1"]],
    path: "/Faktura/Podmiot3",
    right: [third("<NIP>2222222222</NIP>", "<Rola>10</Rola>"), ["<GV>2", "<GV>1"]],
  },
  "FA3-GV-02": {
    wrong: [third("<NIP>2222222222</NIP>", "<Rola>10</Rola>")],
    path: "/Faktura/Podmiot2/GV",
    right: [third("<NIP>2222222222</NIP>", "<Rola>9</Rola>")],
  },
  "FA3-SHARE-01": {
    wrong: [
      third("<NIP>2222222222</NIP>", "<Rola>4</Rola><Udzial>70</Udzial>"),
      third("<NIP>3333333333</NIP>", "<Rola>4</Rola><Udzial>30.5</Udzial>"),
    ],
    path: "/Faktura/Podmiot3[2]/Udzial",
    right: [third("<NIP>2222222222</NIP>", "<Rola>4</Rola><Udzial>100</Udzial>")],
  },
  "FA3-WDT-01": {
    wrong: [...zeroRated("0 WDT", "P_13_6_2"), prefix],
    path: "/Faktura/Podmiot2/DaneIdentyfikacyjne/NIP",
    right: [...zeroRated("0 WDT", "P_13_6_2"), prefix, german],
  },
  "FA3-WDT-02": {
    wrong: [...zeroRated("0 WDT", "P_13_6_2"), german],
    path: "/Faktura/Fa/FaWiersz/P_12",
    right: [...zeroRated("0 WDT", "P_13_6_2"), prefix, german],
  },
  "FA3-EXP-01": {
    wrong: zeroRated("0 EX", "P_13_6_3"),
    path: "/Faktura/Podmiot2/DaneIdentyfikacyjne/NIP",
    right: [...zeroRated("0 EX", "P_13_6_3"), buyer("<KodKraju>US</KodKraju><NrID>9</NrID>")],
  },
  "FA3-DATE-01": {
    wrong: [["<P_1>2026-02-15", "<P_1>2026-02-17"]],
    path: "/Faktura/Fa/P_1",
    right: [["<P_1>2026-02-15", "<P_1>2026-02-16"]],
  },
  "FA3-DATE-02": {
    wrong: [
      ["<P_13_1>", "<P_6>2026-02-01</P_6><P_13_1>"],
      ["<P_7>", "<P_6A>2026-02-02</P_6A><P_7>"],
    ],
    path: "/Faktura/Fa/FaWiersz/P_6A",
    right: [["<P_7>", "<P_6A>2026-02-02</P_6A><P_7>"]],
  },
  "FA3-DATE-03": {
    wrong: [
      ["<P_13_1>", "<OkresFa><P_6_Od>2026-02-28</P_6_Od><P_6_Do>2026-02-01</P_6_Do></OkresFa><P_13_1>"],
    ],
    path: "/Faktura/Fa/OkresFa/P_6_Do",
    right: [
      ["<P_13_1>", "<OkresFa><P_6_Od>2026-02-01</P_6_Od><P_6_Do>2026-02-28</P_6_Do></OkresFa><P_13_1>"],
    ],
  },
  "FA3-SUM-01": {
    wrong: [sales("<P_13_1>90</P_13_1><P_14_1>20.70</P_14_1><P_15>110.70</P_15>")],
    path: "/Faktura/Fa/P_13_1",
    right: [sales("<P_13_1>100.01</P_13_1><P_14_1>23</P_14_1><P_15>123.01</P_15>")],
  },
  "FA3-SUM-02": {
    wrong: [sales("<P_13_1>100</P_13_1><P_14_1>20</P_14_1><P_15>120</P_15>")],
    path: "/Faktura/Fa/P_14_1",
    right: [sales("<P_13_1>100</P_13_1><P_14_1>22.99</P_14_1><P_15>122.99</P_15>")],
  },
  "FA3-SUM-03": {
    wrong: [["<P_15>123.00", "<P_15>132.00"]],
    path: "/Faktura/Fa/P_15",
    right: [["<P_15>123.00", "<P_15>123.01"]],
  },
  "FA3-SUM-04": {
    wrong: [
      sales("<P_13_1>-100</P_13_1><P_14_1>-23</P_14_1><P_15>-123</P_15>"),
      ["<P_11>100.00", "<P_11>-100"],
      ["<P_9A>100.00", "<P_9A>-100"],
    ],
    path: "/Faktura/Fa/P_15",
    right: [sales("<P_13_1>-100</P_13_1><P_14_1>-23</P_14_1><P_15>-123</P_15>"), correction(original())],
  },
  "FA3-CUR-01": {
    wrong: [euros],
    path: "/Faktura/Fa/P_14_1",
    right: [euros, ["</P_14_1>", "</P_14_1><P_14_1W>99.13</P_14_1W>"]],
  },
  "FA3-CUR-02": {
    wrong: [["</P_14_1>", "</P_14_1><P_14_1W>23</P_14_1W>"]],
    path: "/Faktura/Fa/P_14_1W",
  },
  "FA3-CUR-03": {
    wrong: [
      euros,
      ["</P_14_1>", "</P_14_1><P_14_1W>99.13</P_14_1W>"],
      ["</P_12>", "</P_12><KursWaluty>4.2</KursWaluty>"],
    ],
    path: "/Faktura/Fa/P_14_1W",
    right: [
      euros,
      ["</P_14_1>", "</P_14_1><P_14_1W>96.60</P_14_1W>"],
      ["</P_12>", "</P_12><KursWaluty>4.2</KursWaluty>"],
    ],
  },
  "FA3-CUR-04": {
    wrong: [["</P_12>", "</P_12><KursWaluty>4.2</KursWaluty>"]],
    path: "/Faktura/Fa/FaWiersz/KursWaluty",
  },
  "FA3-CUR-05": {
    wrong: [
      [
        afterLines,
        `${line}<WarunkiTransakcji><KursUmowny>4</KursUmowny><WalutaUmowna>PLN</WalutaUmowna></WarunkiTransakcji></Fa>`,
      ],
    ],
    path: "/Faktura/Fa/WarunkiTransakcji/WalutaUmowna",
    right: [
      [
        afterLines,
        `${line}<WarunkiTransakcji><KursUmowny>4</KursUmowny><WalutaUmowna>EUR</WalutaUmowna></WarunkiTransakcji></Fa>`,
      ],
    ],
  },
  "FA3-ZW-01": {
    wrong: zeroRated("zw", "P_13_7"),
    path: "/Faktura/Fa/Adnotacje/Zwolnienie/P_19N",
    right: [...zeroRated("zw", "P_13_7"), ["<P_19N>1</P_19N>", "<P_19>1</P_19><P_19A>art. 43</P_19A>"]],
  },
  "FA3-ZW-02": {
    wrong: [["<P_19N>1</P_19N>", "<P_19>1</P_19><P_19A>art. 43</P_19A>"]],
    path: "/Faktura/Fa/Adnotacje/Zwolnienie/P_19",
  },
  "FA3-RC-01": {
    wrong: zeroRated("oo", "P_13_10"),
    path: "/Faktura/Fa/Adnotacje/P_18",
    right: [...zeroRated("oo", "P_13_10"), ["<P_18>2", "<P_18>1"]],
  },
  "FA3-RC-02": {
    wrong: [...zeroRated("oo", "P_13_10"), ["<P_18>2", "<P_18>1"], german],
    path: "/Faktura/Fa/FaWiersz/P_12",
    right: [...zeroRated("oo", "P_13_10"), ["<P_18>2", "<P_18>1"]],
  },
  "FA3-MPP-01": {
    wrong: [
      sales("<P_13_1>20000</P_13_1><P_14_1>4600</P_14_1><P_15>24600</P_15>"),
      ["<P_9A>100.00</P_9A><P_11>100.00</P_11>", "<P_9A>20000</P_9A><P_11>20000</P_11>"],
      ["</P_12>", "</P_12><P_12_Zal_15>1</P_12_Zal_15>"],
    ],
    path: "/Faktura/Fa/Adnotacje/P_18A",
    right: [["</P_12>", "</P_12><P_12_Zal_15>1</P_12_Zal_15>"]],
  },
  "FA3-MAR-01": {
    wrong: [sales("<P_13_11>100</P_13_11><P_15>100</P_15>"), ["<P_12>23</P_12>", ""]],
    path: "/Faktura/Fa/Adnotacje/PMarzy/P_PMarzyN",
    right: [
      sales("<P_13_11>100</P_13_11><P_15>100</P_15>"),
      ["<P_12>23</P_12>", ""],
      ["<P_PMarzyN>1</P_PMarzyN>", "<P_PMarzy>1</P_PMarzy><P_PMarzy_3_1>1</P_PMarzy_3_1>"],
    ],
  },
  "FA3-KOR-01": {
    wrong: [[kind, "<RodzajFaktury>KOR</RodzajFaktury>"]],
    path: "/Faktura/Fa/RodzajFaktury",
    right: [correction(original())],
  },
  "FA3-KOR-02": {
    wrong: [correction(original(), "")],
    path: "/Faktura/Fa/RodzajFaktury",
    right: [correction(original())],
  },
  "FA3-KOR-03": {
    wrong: [[kind, `${kind}${original()}`]],
    path: "/Faktura/Fa/DaneFaKorygowanej",
    right: [correction(original())],
  },
  "FA3-KOR-04": {
    wrong: [correction(original({ ksef: "1111111111-20250826-0100001AF629-E3" }))],
    path: "/Faktura/Fa/DaneFaKorygowanej/NrKSeFFaKorygowanej",
    right: [correction(original({ ksef: good }))],
  },
  "FA3-KOR-05": {
    wrong: [correction(original({ ksef: good.replace(/AF$/, "AE") }))],
    path: "/Faktura/Fa/DaneFaKorygowanej/NrKSeFFaKorygowanej",
    right: [correction(original({ ksef: good }))],
  },
  "FA3-KOR-06": {
    wrong: [correction(original() + original({ number: "FV/1" }))],
    path: "/Faktura/Fa/DaneFaKorygowanej[2]/NrFaKorygowanej",
    right: [correction(original({ date: "2026-02-15" }))],
  },
  "FA3-KOR-07": {
    wrong: [correction(original({ number: good }))],
    path: "/Faktura/Fa/DaneFaKorygowanej/NrFaKorygowanej",
    right: [correction(original({ number: good, ksef: good }))],
  },
  "FA3-KOR-08": {
    wrong: [[kind, `<RodzajFaktury>KOR_ROZ</RodzajFaktury>${original()}`]],
    path: "/Faktura/Fa/RodzajFaktury",
    right: [[kind, `<RodzajFaktury>KOR_ROZ</RodzajFaktury>${original()}<P_15ZK>100</P_15ZK>`]],
  },
  "FA3-ZAL-01": {
    wrong: advance(""),
    path: "/Faktura/Fa/RodzajFaktury",
    right: advance(order("123")),
  },
  "FA3-ZAL-02": {
    wrong: [[kind, "<RodzajFaktury>ROZ</RodzajFaktury>"]],
    path: "/Faktura/Fa/RodzajFaktury",
    right: [
      [
        kind,
        `<RodzajFaktury>ROZ</RodzajFaktury><FakturaZaliczkowa><NrKSeFFaZaliczkowej>${good}</NrKSeFFaZaliczkowej></FakturaZaliczkowa>`,
      ],
    ],
  },
  "FA3-ZAL-03": {
    wrong: advance(order("132")),
    path: "/Faktura/Fa/Zamowienie/WartoscZamowienia",
    right: advance(order("123")),
  },
  "FA3-LINE-01": {
    wrong: [[line, line + line], sales("<P_13_1>200</P_13_1><P_14_1>46</P_14_1><P_15>246</P_15>")],
    path: "/Faktura/Fa/FaWiersz[2]/NrWierszaFa",
    right: [
      correction(original()),
      sales("<P_13_1>0</P_13_1><P_14_1>0</P_14_1><P_15>0</P_15>"),
      [line, before + line],
    ],
  },
  "FA3-LINE-02": {
    wrong: [["<P_8B>1<", "<P_8B>2<"]],
    path: "/Faktura/Fa/FaWiersz/P_11",
    right: [
      ["<P_8B>1<", "<P_8B>2<"],
      ["</P_9A>", "</P_9A><P_10>100</P_10>"],
    ],
  },
  "FA3-LINE-03": {
    wrong: [["<P_9A>100.00</P_9A><P_11>100.00</P_11>", "<P_9B>120</P_9B><P_11A>123</P_11A>"]],
    path: "/Faktura/Fa/FaWiersz/P_11A",
    right: [["<P_9A>100.00</P_9A><P_11>100.00</P_11>", "<P_9B>123</P_9B><P_11A>123</P_11A>"]],
  },
  "FA3-LINE-04": {
    wrong: [
      ["<P_8B>1<", "<P_8B>-1<"],
      ["<P_9A>100.00", "<P_9A>-100"],
    ],
    path: "/Faktura/Fa/FaWiersz/P_8B",
    right: [["<P_8B>1<", "<P_8B>-1<"], ["<P_9A>100.00", "<P_9A>-100"], correction(original())],
  },
  "FA3-LINE-05": {
    wrong: [["<P_7>Usługa</P_7>", ""]],
    path: "/Faktura/Fa/FaWiersz",
    right: [["<P_7>Usługa</P_7>", ""], correction(original())],
  },
  "FA3-LINE-06": {
    wrong: [[line, ""]],
    path: "/Faktura/Fa/RodzajFaktury",
    right: [[line, ""], correction(original())],
  },
  "FA3-PAY-01": {
    wrong: [payment("<TerminPlatnosci><Termin>2026-02-14</Termin></TerminPlatnosci>")],
    path: "/Faktura/Fa/Platnosc/TerminPlatnosci/Termin",
    right: [payment("<TerminPlatnosci><Termin>2026-02-15</Termin></TerminPlatnosci>")],
  },
  "FA3-PAY-02": {
    wrong: [account("73111111111111111111111112")],
    path: "/Faktura/Fa/Platnosc/RachunekBankowy/NrRB",
    right: [account("PL73111111111111111111111111")],
  },
  "FA3-PAY-03": {
    wrong: [account("7311111111111111111111111")],
    path: "/Faktura/Fa/Platnosc/RachunekBankowy/NrRB",
    right: [account("DE89370400440532013000")],
  },
  "FA3-PAY-04": {
    wrong: [
      [
        afterLines,
        `${line}<Rozliczenie><Obciazenia><Kwota>5</Kwota><Powod>kaucja</Powod></Obciazenia><DoZaplaty>123</DoZaplaty></Rozliczenie></Fa>`,
      ],
    ],
    path: "/Faktura/Fa/Rozliczenie/DoZaplaty",
    right: [
      [
        afterLines,
        `${line}<Rozliczenie><Obciazenia><Kwota>5</Kwota><Powod>kaucja</Powod></Obciazenia><DoZaplaty>128</DoZaplaty></Rozliczenie></Fa>`,
      ],
    ],
  },
};

const today = "2026-02-16";
const check = (xml: string, options = {}) => validate(new TextEncoder().encode(xml), { today, ...options });

describe("the numbered rules", () => {
  it("have nothing to say about the sample invoice", () => {
    expect(check(sampleInvoiceXml(), { production: true })).toEqual([]);
  });

  it("each have a case", () => {
    expect(Object.keys(cases).toSorted()).toEqual(rules.map(({ code }) => code).toSorted());
  });

  for (const { code, title } of rules) {
    const { wrong, path, right = [] } = cases[code] ?? { wrong: [], path: "" };
    it(`${code}: ${title}`, () => {
      const faults = check(sample(...wrong));
      expect(faults.filter((fault) => fault.code.startsWith("FA3-XSD"))).toEqual([]);
      expect(faults.filter((fault) => fault.code === code).map((fault) => fault.path)).toContain(path);
      const neighbour = check(sample(...right));
      expect(neighbour.filter((fault) => fault.code === code || fault.code.startsWith("FA3-XSD"))).toEqual(
        [],
      );
    });
  }

  it("refuse a wrong NIP in production only, and whatever a tenant is strict about", () => {
    const xml = sample(buyer("<NIP>1111111112</NIP>"), ["<P_15>123.00", "<P_15>132.00"]);
    const severities = (options = {}) => check(xml, options).map(({ code, severity }) => [code, severity]);
    expect(severities()).toEqual([
      ["FA3-NIP-02", "warning"],
      ["FA3-SUM-03", "warning"],
    ]);
    expect(severities({ production: true, strict: ["FA3-SUM-03"] })).toEqual([
      ["FA3-NIP-02", "error"],
      ["FA3-SUM-03", "error"],
    ]);
  });

  it("stay silent about a value the schema has refused, and judge the rest", () => {
    const xml = sample(["<P_15>123.00", "<P_15>132,00"], ["<P_8B>1<", "<P_8B>2<"]);
    expect(check(xml).map(({ code }) => code)).toEqual(["FA3-XSD-VALUE", "FA3-LINE-02"]);
  });
});
