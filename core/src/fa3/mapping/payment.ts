import type {
  Adjustment,
  BankAccount,
  PartPayment,
  PartPayments,
  Payment,
  PaymentTerm,
  Settlement,
} from "../../model.ts";
import { mandatoryRecords, part, record, records, sequence, type Entry } from "../codec.ts";
import { code, collapsed, demandInteger, demandText, mark, text, verbatim } from "../codec-values.ts";

const adjustment = sequence<Adjustment>(demandText("Kwota", "amount"), demandText("Powod", "reason"));

/** Rozliczenie */
export const settlement = sequence<Settlement>(
  records("Obciazenia", "charges", adjustment),
  text("SumaObciazen", "chargesTotal"),
  records("Odliczenia", "deductions", adjustment),
  text("SumaOdliczen", "deductionsTotal"),
  text("DoZaplaty", "toPay"),
  text("DoRozliczenia", "overpaid"),
);

/** FormaPlatnosci, or PlatnoscInna with its description */
const form = (): Entry<Pick<Payment, "form" | "otherForm">>[] => [
  code("FormaPlatnosci", "form", {
    cash: 1,
    card: 2,
    voucher: 3,
    cheque: 4,
    credit: 5,
    transfer: 6,
    mobile: 7,
  }),
  mark("PlatnoscInna", "otherForm"),
  text("OpisPlatnosci", "otherForm"),
];

const partPayment = sequence<PartPayment>(
  demandText("KwotaZaplatyCzesciowej", "amount"),
  demandText("DataZaplatyCzesciowej", "date"),
  ...form(),
);

const partPayments = sequence<PartPayments>(
  paidInFull(),
  mandatoryRecords("ZaplataCzesciowa", "payments", partPayment),
);

const paymentTerm = sequence<PaymentTerm>(
  text("Termin", "date"),
  record(
    "TerminOpis",
    "description",
    sequence<NonNullable<PaymentTerm["description"]>>(
      demandInteger("Ilosc", "count"),
      demandText("Jednostka", "unit"),
      demandText("ZdarzeniePoczatkowe", "event"),
    ),
  ),
);

/** TRachunekBankowy */
const bankAccount = sequence<BankAccount>(
  verbatim("NrRB", "number"),
  text("SWIFT", "swift"),
  code("RachunekWlasnyBanku", "ownAccountOfBank", {
    "receivables-purchase": 1,
    collection: 2,
    "own-business": 3,
  }),
  text("NazwaBanku", "bankName"),
  text("OpisRachunku", "description"),
);

/** Platnosc */
export const payment = sequence<Payment>(
  mark("Zaplacono", "paidOn"),
  text("DataZaplaty", "paidOn"),
  part("partPayments", partPayments),
  records("TerminPlatnosci", "terms", paymentTerm),
  ...form(),
  records("RachunekBankowy", "bankAccounts", bankAccount),
  records("RachunekBankowyFaktora", "factorAccounts", bankAccount),
  record(
    "Skonto",
    "earlyPaymentDiscount",
    sequence<NonNullable<Payment["earlyPaymentDiscount"]>>(
      demandText("WarunkiSkonta", "conditions"),
      demandText("WysokoscSkonta", "discount"),
    ),
  ),
  text("LinkDoPlatnosci", "link"),
  text("IPKSeF", "ksefPaymentId"),
);

/** ZnacznikZaplatyCzesciowej: 1 in part, 2 in full with the last of several payments. */
function paidInFull(): Entry<Pick<PartPayments, "complete">> {
  const element = "ZnacznikZaplatyCzesciowej";
  return {
    write: ({ complete }) => `<${element}>${complete === true ? 2 : 1}</${element}>\n`,
    readers: {
      [element]: (child, into) => {
        if (Number(collapsed(child)) === 2) into["complete"] = true;
      },
    },
    rows: [{ element, model: "complete" }],
  };
}
