import { zero, type Decimal } from "../decimal.ts";
import type { XmlElement } from "../../../xml.ts";
import { fieldsOf, first, inside, numberOf, textOf, type Facts } from "../facts.ts";
import type { Rule } from "../rule.ts";
import { isIban } from "./checksums.ts";

const ibanSource = "ISO 13616; zarządzenie nr 7/2017 Prezesa NBP (numeracja rachunków bankowych)";

/** Due dates, accounts and the final settlement. */
export const paymentRules: Rule[] = [
  {
    code: "FA3-PAY-01",
    severity: "warning",
    title: "The due date is not before the issue date",
    titlePl: "Termin płatności nie wypada przed datą wystawienia",
    source: "FA(3) XSD, Platnosc/TerminPlatnosci/Termin",
    advice: "Correct the due date, or state the payment with Zaplacono and DataZaplaty.",
    advicePl: "Popraw termin albo wykaż zapłatę w Zaplacono i DataZaplaty.",
    reads: ["Termin", "P_1"],
    check: ({ fa, payment }) => {
      const issued = textOf(first(fa, "P_1"));
      if (issued === undefined) return [];
      return payment.all("TerminPlatnosci").flatMap((term) => {
        const at = first(fieldsOf(term), "Termin");
        const due = textOf(at);
        if (at === undefined || due === undefined || due >= issued) return [];
        return [
          {
            at,
            en: `The due date ${due} is before the issue date ${issued}.`,
            pl: `Termin płatności ${due} wypada przed datą wystawienia ${issued}.`,
          },
        ];
      });
    },
  },
  {
    code: "FA3-PAY-02",
    severity: "warning",
    title: "Account number: check digits",
    titlePl: "Numer rachunku: cyfry kontrolne",
    source: ibanSource,
    advice: "Copy the account number from the bank.",
    advicePl: "Skopiuj numer rachunku z banku.",
    reads: ["NrRB"],
    check: (invoice) =>
      accounts(invoice).flatMap(({ at, number }) => {
        const iban = /^\d{26}$/.test(number) ? `PL${number}` : number;
        if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(iban) || isIban(iban)) return [];
        return [
          {
            at,
            en: `The check digits of the account ${number} are wrong.`,
            pl: `Numer rachunku ${number} ma błędne cyfry kontrolne.`,
          },
        ];
      }),
  },
  {
    code: "FA3-PAY-03",
    severity: "warning",
    title: "A Polish account number has 26 digits",
    titlePl: "Polski numer rachunku ma 26 cyfr",
    source: ibanSource,
    advice: "Write all 26 digits, without or with PL in front.",
    advicePl: "Wpisz wszystkie 26 cyfr, z PL na początku lub bez.",
    reads: ["NrRB"],
    check: (invoice) =>
      accounts(invoice).flatMap(({ at, number }) => {
        const polish = /^PL(.*)$/.exec(number)?.[1] ?? (/^\d{22,30}$/.test(number) ? number : undefined);
        if (polish === undefined || /^\d{26}$/.test(polish)) return [];
        return [
          {
            at,
            en: `The account ${number} has ${polish.length} digits instead of 26.`,
            pl: `Numer rachunku ${number} ma ${polish.length} cyfr zamiast 26.`,
          },
        ];
      }),
  },
  {
    code: "FA3-PAY-04",
    severity: "warning",
    title: "Amount to pay = P_15 + charges - deductions",
    titlePl: "Kwota do zapłaty = P_15 + obciążenia - odliczenia",
    source: "FA(3) XSD, annotation of Rozliczenie/DoZaplaty",
    advice: "Correct DoZaplaty, the charges or the deductions.",
    advicePl: "Popraw DoZaplaty, obciążenia albo odliczenia.",
    reads: [
      "P_15",
      "Rozliczenie",
      "Obciazenia",
      "Odliczenia",
      "Kwota",
      "SumaObciazen",
      "SumaOdliczen",
      "DoZaplaty",
    ],
    check: ({ fa }) => {
      if (!fa.has("Rozliczenie")) return [];
      const settlement = inside(fa, "Rozliczenie");
      const due = numberOf(first(fa, "P_15"));
      const sum = (list: string, total: string): Decimal =>
        settlement.has(list)
          ? settlement
              .all(list)
              .reduce((running, item) => running.plus(numberOf(first(fieldsOf(item), "Kwota")) ?? zero), zero)
          : (numberOf(first(settlement, total)) ?? zero);
      const at = first(settlement, "DoZaplaty");
      const stated = numberOf(at);
      if (due === undefined || at === undefined || stated === undefined) return [];
      const expected = due.plus(sum("Obciazenia", "SumaObciazen")).minus(sum("Odliczenia", "SumaOdliczen"));
      if (expected.compare(stated) === 0) return [];
      return [
        {
          at,
          en: `DoZaplaty is ${stated.toMoney()}, but P_15 with charges and deductions makes ${expected.toMoney()}.`,
          pl: `DoZaplaty to ${stated.toMoney()}, a P_15 z obciążeniami i odliczeniami daje ${expected.toMoney()}.`,
        },
      ];
    },
  },
];

function accounts({ payment }: Facts): { at: XmlElement; number: string }[] {
  const found = [...payment.all("RachunekBankowy"), ...payment.all("RachunekBankowyFaktora")];
  return found.flatMap((account) => {
    const at = first(fieldsOf(account), "NrRB");
    const number = textOf(at)?.replaceAll(/[\s-]/g, "");
    return at === undefined || number === undefined ? [] : [{ at, number }];
  });
}
