import type { AdvanceInvoice, AdvancePayment, CorrectedInvoice, Correction } from "../../model.ts";
import { demandOneOf, mandatoryRecords, part, record, records, sequence } from "../codec.ts";
import { code, demandText, mark, text, yes } from "../codec-values.ts";
import { previousBuyer, previousSeller } from "./parties.ts";

const correctedInvoice = sequence<CorrectedInvoice>(
  demandText("DataWystFaKorygowanej", "issueDate"),
  demandText("NrFaKorygowanej", "number"),
  demandOneOf("ksefNumber", "outsideKsef"),
  mark("NrKSeF", "ksefNumber"),
  text("NrKSeFFaKorygowanej", "ksefNumber"),
  yes("NrKSeFN", "outsideKsef"),
);

/** PrzyczynaKorekty to KursWalutyZK */
export const correction = sequence<Correction>(
  text("PrzyczynaKorekty", "reason"),
  code("TypKorekty", "effect", { "original-date": 1, "correction-date": 2, "other-date": 3 }),
  mandatoryRecords("DaneFaKorygowanej", "correctedInvoices", correctedInvoice),
  text("OkresFaKorygowanej", "period"),
  text("NrFaKorygowany", "correctNumber"),
  record("Podmiot1K", "previousSeller", previousSeller),
  records("Podmiot2K", "previousBuyers", previousBuyer),
  part(
    "before",
    sequence<NonNullable<Correction["before"]>>(
      demandText("P_15ZK", "amountDue"),
      text("KursWalutyZK", "exchangeRate"),
    ),
  ),
);

/** ZaliczkaCzesciowa */
export const advancePayment = sequence<AdvancePayment>(
  demandText("P_6Z", "date"),
  demandText("P_15Z", "amount"),
  text("KursWalutyZW", "exchangeRate"),
);

/** FakturaZaliczkowa */
export const advanceInvoice = sequence<AdvanceInvoice>(
  demandOneOf("ksefNumber", "number"),
  mark("NrKSeFZN", "number"),
  text("NrFaZaliczkowej", "number"),
  text("NrKSeFFaZaliczkowej", "ksefNumber"),
);
