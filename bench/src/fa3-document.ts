import { Invoice, normalise } from "@ksef-hub/core";
import { toFa3, validate } from "@ksef-hub/core/fa3";

export const today = "2026-02-15";

export interface Document {
  lines: number;
  invoice: Invoice;
  xml: Uint8Array<ArrayBuffer>;
}

/** An ordinary invoice with that many lines at three rates. */
export async function documentOf(lines: number): Promise<Document> {
  const rates = ["23", "8", "5"] as const;
  const draft = Invoice.parse({
    number: `FV/${lines}/02/2026`,
    issueDate: today,
    saleDate: today,
    seller: party("5265877635", "Hurtownia Żeglarska sp. z o.o."),
    buyer: party("1111111111", "Przystań & Spółka S.A."),
    lines: Array.from({ length: lines }, (_, index) => ({
      name: `Lina cumownicza ${index + 1}, poliester, 12 mm`,
      code: `LC-${index + 1}`,
      unit: "szt.",
      quantity: String((index % 9) + 1),
      unitNetPrice: `${(index % 90) + 10}.${String(index % 100).padStart(2, "0")}`,
      rate: rates[index % rates.length],
    })),
    payment: { form: "transfer", terms: [{ date: "2026-03-01" }] },
  });
  const invoice = await normalise(draft, { now: Date.parse(`${today}T08:00:00Z`) });
  const xml = new TextEncoder().encode(toFa3(invoice));
  const faults = validate(xml, { today });
  if (faults[0] !== undefined)
    throw new Error(`The document of the bench is not valid: ${faults[0].message}`);
  return { lines, invoice, xml };
}

const party = (nip: string, name: string) => ({
  nip,
  name,
  address: { country: "PL", line1: "ul. Portowa 2", line2: "80-001 Gdańsk" },
});
