import { toFa3 } from "../../src/fa3/to-fa3.ts";
import { Invoice } from "../../src/model.ts";
import { normalise } from "../../src/normalise/index.ts";

/** The example of the documentation as a person would write it. */
export const exampleJson = `{
  "number": "FV/2026/02/15",
  "issueDate": "2026-02-15",
  "seller": {
    "nip": "5265877635",
    "name": "Kwiaciarnia Róża sp. z o.o.",
    "address": { "country": "PL", "line1": "ul. Pierwsza 1, 00-001 Warszawa" }
  },
  "buyer": {
    "nip": "1111111111",
    "name": "Hotel Morski S.A.",
    "address": { "country": "PL", "line1": "ul. Portowa 2", "line2": "80-001 Gdańsk" }
  },
  "lines": [
    { "name": "Bukiet", "unit": "szt.", "quantity": "12", "unitNetPrice": "49.90", "rate": "8" },
    { "name": "Dostawa", "unit": "szt.", "quantity": "1", "unitNetPrice": "20.00", "rate": "23" }
  ]
}`;

/** The document it becomes when it is converted at 8 o'clock of its day. */
export async function exampleXml(): Promise<string> {
  const invoice = Invoice.parse(JSON.parse(exampleJson));
  return toFa3(await normalise(invoice, { now: Date.parse("2026-02-15T08:00:00Z") }));
}
