import type { Text } from "./fault.ts";

/** What the type of a value expects, in words: "an amount with at most 2 decimal places, such as 1234.56". */
export function expectationOf(types: readonly string[]): Text | undefined {
  const known = types.find((type) => expectations[type] !== undefined);
  const found = known === undefined ? undefined : expectations[known];
  return found === undefined ? undefined : { en: found[0], pl: found[1] };
}

const text = (most: number): [string, string] => [
  `text of 1 to ${most} characters`,
  `tekst od 1 do ${most} znaków`,
];
const date = (from: string): [string, string] => [
  `a date as YYYY-MM-DD, from ${from} to 2050-01-01`,
  `data w formacie RRRR-MM-DD, od ${from} do 2050-01-01`,
];
const decimal = (most: number): [string, string] => [
  `a number with a decimal point and at most ${most} decimal places, such as 1234.56`,
  `liczba z kropką dziesiętną i najwyżej ${most} miejscami po kropce, np. 1234.56`,
];
const code: [string, string] = ["one of the codes of the schema", "jeden z kodów ze schematu"];

/** By the name of the simple type in the XSD: English, Polish. */
const expectations: Readonly<Record<string, readonly [en: string, pl: string]>> = {
  TKwotowy: decimal(2),
  TKwotowy2: decimal(8),
  TIlosci: decimal(6),
  TProcentowy: [
    "a number from 0 to 100 with at most 6 decimal places",
    "liczba od 0 do 100 z najwyżej 6 miejscami po kropce",
  ],
  TNaturalny: ["a whole number greater than zero", "liczba całkowita większa od zera"],
  TDataT: date("2006-01-01"),
  TDataU: date("1990-01-01"),
  TData: date("2016-07-01"),
  TDataCzas: [
    "a date and time such as 2026-02-15T08:00:00Z",
    "data i czas w formacie RRRR-MM-DDTGG:MM:SSZ, np. 2026-02-15T08:00:00Z",
  ],
  TNrNIP: [
    "a NIP of ten digits without PL, spaces or dashes",
    "NIP: dziesięć cyfr bez PL, odstępów i kresek",
  ],
  TNIPIdWew: [
    "a NIP, a dash and five digits, such as 5265877635-00017",
    "NIP, kreska i pięć cyfr, np. 5265877635-00017",
  ],
  TNumerKSeF: [
    "a KSeF number such as 5265877635-20250826-0100001AF629-AF",
    "numer KSeF, np. 5265877635-20250826-0100001AF629-AF",
  ],
  TNrVatUE: [
    "1 to 12 digits or capital letters without the country prefix",
    "od 1 do 12 cyfr lub wielkich liter, bez prefiksu kraju",
  ],
  TKodKraju: ["a country code of two capital letters, such as PL", "dwuliterowy kod kraju, np. PL"],
  TKodyKrajowUE: [
    "the VAT prefix of an EU country, such as DE (Greece is EL, Northern Ireland XI)",
    "prefiks VAT kraju UE, np. DE (Grecja to EL, Irlandia Północna XI)",
  ],
  TKodWaluty: ["a currency code of three capital letters, such as PLN", "trzyliterowy kod waluty, np. PLN"],
  TWybor1: ["1, or no element at all", "1 albo brak elementu"],
  TWybor1_2: ["1 (yes) or 2 (no)", "1 (tak) albo 2 (nie)"],
  TNrRB: ["an account number of 10 to 34 characters", "numer rachunku od 10 do 34 znaków"],
  SWIFT_Type: [
    "a SWIFT code of 8 or 11 capital letters and digits",
    "kod SWIFT: 8 lub 11 wielkich liter i cyfr",
  ],
  TNumerTelefonu: text(16),
  TGLN: text(13),
  TZnakowy20: text(20),
  TZnakowy50: text(50),
  TZnakowy512: text(512),
  TZnakowy2: ["text of at most 256 characters", "tekst do 256 znaków"],
  TRodzajFaktury: code,
  TStawkaPodatku: [
    "one of the rates 23, 22, 8, 7, 5, 4, 3, 0 KR, 0 WDT, 0 EX, zw, oo, np I, np II",
    "jedna ze stawek 23, 22, 8, 7, 5, 4, 3, 0 KR, 0 WDT, 0 EX, zw, oo, np I, np II",
  ],
  TGTU: ["a code from GTU_01 to GTU_13", "kod od GTU_01 do GTU_13"],
  TZnakowy: text(256),
  TTekstowy: text(3500),
  TAdresEmail: ["an e-mail address of 3 to 255 characters", "adres e-mail od 3 do 255 znaków"],
  TNrKRS: ["a KRS number of ten digits", "numer KRS: dziesięć cyfr"],
  TNrREGON: ["a REGON of 9 or 14 digits", "REGON: 9 lub 14 cyfr"],
  TNrIdentyfikacjiPodatkowej: text(50),
  integer: ["a whole number", "liczba całkowita"],
  byte: ["a whole number", "liczba całkowita"],
  decimal: ["a number with a decimal point", "liczba z kropką dziesiętną"],
  string: ["text", "tekst"],
  token: ["text", "tekst"],
};
