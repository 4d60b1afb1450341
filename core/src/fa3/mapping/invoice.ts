import type { Invoice, Note } from "../../model.ts";
import {
  group,
  mandatoryRecord,
  part,
  record,
  records,
  sequence,
  under,
  type Entry,
  type MappingRow,
} from "../codec.ts";
import { demandText, integer, text, texts, yes } from "../codec-values.ts";
import { annotations } from "./annotations.ts";
import { attachment, footer } from "./attachment.ts";
import { advanceInvoice, advancePayment, correction } from "./correction.ts";
import { line, order } from "./lines.ts";
import { authorisedParty, buyer, seller, thirdParty } from "./parties.ts";
import { payment, settlement } from "./payment.ts";
import { totals } from "./totals.ts";
import { transaction } from "./transaction.ts";

/** DodatkowyOpis */
const note = sequence<Note>(
  integer("NrWiersza", "line"),
  demandText("Klucz", "key"),
  demandText("Wartosc", "value"),
);

const period = sequence<NonNullable<Invoice["salePeriod"]>>(
  demandText("P_6_Od", "from"),
  demandText("P_6_Do", "to"),
);

/** Faktura: the whole document, in the order of the schema. */
export const invoice = sequence<Invoice>(
  group<Invoice>(
    "Naglowek",
    fixed("KodFormularza", "FA", 'kodSystemowy="FA (3)" wersjaSchemy="1-0E"'),
    fixed("WariantFormularza", "3"),
    demandText("DataWytworzeniaFa", "createdAt"),
    text("SystemInfo", "software"),
  ),
  mandatoryRecord("Podmiot1", "seller", seller),
  mandatoryRecord("Podmiot2", "buyer", buyer),
  records("Podmiot3", "thirdParties", thirdParty),
  record("PodmiotUpowazniony", "authorisedParty", authorisedParty),
  group<Invoice>(
    "Fa",
    withDefault("KodWaluty", "currency", "PLN"),
    demandText("P_1", "issueDate"),
    text("P_1M", "issuePlace"),
    demandText("P_2", "number"),
    texts("WZ", "deliveryNotes"),
    text("P_6", "saleDate"),
    record("OkresFa", "salePeriod", period),
    part("totals", totals),
    demandText("P_15", "amountDue"),
    text("KursWalutyZ", "advanceExchangeRate"),
    annotations,
    withDefault("RodzajFaktury", "kind", "VAT"),
    part("correction", correction),
    records("ZaliczkaCzesciowa", "advancePayments", advancePayment),
    yes("FP", "receiptSale"),
    yes("TP", "relatedParties"),
    records("DodatkowyOpis", "notes", note),
    records("FakturaZaliczkowa", "advanceInvoices", advanceInvoice),
    yes("ZwrotAkcyzy", "exciseRefund"),
    records("FaWiersz", "lines", line),
    record("Rozliczenie", "settlement", settlement),
    record("Platnosc", "payment", payment),
    record("WarunkiTransakcji", "transaction", transaction),
    record("Zamowienie", "order", order),
  ),
  record("Stopka", "footer", footer),
  record("Zalacznik", "attachment", attachment),
);

/** Every official element the mapping knows and the model field that holds it, in the order of the schema. */
export function mappingTable(): MappingRow[] {
  return under("Faktura", invoice.rows);
}

function fixed(element: string, value: string, attributes = ""): Entry<object> {
  const xml = `<${element}${attributes && ` ${attributes}`}>${value}</${element}>\n`;
  return { write: () => xml, readers: {}, rows: [{ element, model: "" }] };
}

/** A field whose absence has a meaning of its own. */
function withDefault<K extends string>(
  element: string,
  key: K,
  value: string,
): Entry<{ [_ in K]?: string | undefined }> {
  const entry = text(element, key);
  const otherwise = `<${element}>${value}</${element}>\n`;
  return { ...entry, write: (model, gaps) => entry.write(model, gaps) || otherwise };
}
