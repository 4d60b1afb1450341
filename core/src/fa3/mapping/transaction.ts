import type { Agreement, Transaction, Transport } from "../../model.ts";
import { demandOneOf, part, record, records, sequence } from "../codec.ts";
import { code, demandText, mark, text, texts, yes } from "../codec-values.ts";
import { address, carrier } from "./parties.ts";

const transport = sequence<Transport>(
  demandOneOf("mode", "otherMode"),
  code("RodzajTransportu", "mode", {
    sea: 1,
    rail: 2,
    road: 3,
    air: 4,
    post: 5,
    "fixed-installation": 7,
    "inland-waterway": 8,
  }),
  mark("TransportInny", "otherMode"),
  text("OpisInnegoTransportu", "otherMode"),
  record("Przewoznik", "carrier", carrier),
  text("NrZleceniaTransportu", "orderNumber"),
  demandOneOf("load", "otherLoad"),
  code("OpisLadunku", "load", {
    can: 1,
    barrel: 2,
    cylinder: 3,
    carton: 4,
    canister: 5,
    cage: 6,
    container: 7,
    basket: 8,
    punnet: 9,
    "bulk-pack": 10,
    parcel: 11,
    packet: 12,
    pallet: 13,
    receptacle: 14,
    "dry-bulk-container": 15,
    "liquid-bulk-container": 16,
    box: 17,
    tin: 18,
    crate: 19,
    bag: 20,
  }),
  mark("LadunekInny", "otherLoad"),
  text("OpisInnegoLadunku", "otherLoad"),
  text("JednostkaOpakowania", "packagingUnit"),
  text("DataGodzRozpTransportu", "startsAt"),
  text("DataGodzZakTransportu", "endsAt"),
  record("WysylkaZ", "from", address),
  records("WysylkaPrzez", "via", address),
  record("WysylkaDo", "to", address),
);

/** WarunkiTransakcji */
export const transaction = sequence<Transaction>(
  records("Umowy", "contracts", sequence<Agreement>(text("DataUmowy", "date"), text("NrUmowy", "number"))),
  records(
    "Zamowienia",
    "orders",
    sequence<Agreement>(text("DataZamowienia", "date"), text("NrZamowienia", "number")),
  ),
  texts("NrPartiiTowaru", "batchNumbers"),
  text("WarunkiDostawy", "deliveryTerms"),
  part(
    "contractualRate",
    sequence<NonNullable<Transaction["contractualRate"]>>(
      demandText("KursUmowny", "rate"),
      demandText("WalutaUmowna", "currency"),
    ),
  ),
  records("Transport", "transports", transport),
  yes("PodmiotPosredniczacy", "intermediary"),
);
