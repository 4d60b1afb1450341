import type { Line, Order, OrderLine } from "../../model.ts";
import { mandatoryRecords, sequence } from "../codec.ts";
import { demandInteger, demandText, percentage, text, yes } from "../codec-values.ts";

/** FaWiersz */
export const line = sequence<Line>(
  demandInteger("NrWierszaFa", "number"),
  text("UU_ID", "id"),
  text("P_6A", "saleDate"),
  text("P_7", "name"),
  text("Indeks", "code"),
  text("GTIN", "gtin"),
  text("PKWiU", "pkwiu"),
  text("CN", "cn"),
  text("PKOB", "pkob"),
  text("P_8A", "unit"),
  text("P_8B", "quantity"),
  text("P_9A", "unitNetPrice"),
  text("P_9B", "unitGrossPrice"),
  text("P_10", "unitDiscount"),
  text("P_11", "netAmount"),
  text("P_11A", "grossAmount"),
  text("P_11Vat", "vatAmount"),
  text("P_12", "rate"),
  percentage("P_12_XII", "ossRate"),
  yes("P_12_Zal_15", "annex15"),
  text("KwotaAkcyzy", "excise"),
  text("GTU", "group"),
  text("Procedura", "procedure"),
  text("KursWaluty", "exchangeRate"),
  yes("StanPrzed", "beforeCorrection"),
);

const orderLine = sequence<OrderLine>(
  demandInteger("NrWierszaZam", "number"),
  text("UU_IDZ", "id"),
  text("P_7Z", "name"),
  text("IndeksZ", "code"),
  text("GTINZ", "gtin"),
  text("PKWiUZ", "pkwiu"),
  text("CNZ", "cn"),
  text("PKOBZ", "pkob"),
  text("P_8AZ", "unit"),
  text("P_8BZ", "quantity"),
  text("P_9AZ", "unitNetPrice"),
  text("P_11NettoZ", "netAmount"),
  text("P_11VatZ", "vatAmount"),
  text("P_12Z", "rate"),
  percentage("P_12Z_XII", "ossRate"),
  yes("P_12Z_Zal_15", "annex15"),
  text("GTUZ", "group"),
  text("ProceduraZ", "procedure"),
  text("KwotaAkcyzyZ", "excise"),
  yes("StanPrzedZ", "beforeCorrection"),
);

/** Zamowienie */
export const order = sequence<Order>(
  demandText("WartoscZamowienia", "grossTotal"),
  mandatoryRecords("ZamowienieWiersz", "lines", orderLine),
);
