import { HubError } from "../error.ts";
import type { Invoice, Line, OrderLine, Rate, Totals } from "../model.ts";
import { parseXml } from "../xml.ts";
import { forms } from "./forms.ts";
import { invoice as codec } from "./mapping/invoice.ts";

/**
 * The invoice an FA(3) document says, or an FA(2) document received before February 2026. Elements it does not know are
 * passed over, and so is their content; nothing is computed or made up. What a valid FA(3) document says satisfies the
 * `Invoice` schema. Throws `xml.*` or `fa3.form`.
 */
export function fromFa3(bytes: Uint8Array): Invoice {
  const root = parseXml(bytes);
  const known = forms[root.namespace];
  if (root.name !== "Faktura" || known === undefined)
    throw new HubError(
      "fa3.form",
      `The root is <${root.name}> of "${root.namespace}", not an FA (3) invoice.`,
    );
  const invoice = (codec.read(root) ?? {}) as Invoice;
  if (known.form.systemCode === "FA (2)") renameRates(invoice);
  return invoice;
}

/**
 * FA(2) has one zero rate and one "np" where FA(3) tells several apart; the totals tell them apart in both. A rate stays
 * out when the totals leave a doubt.
 */
function renameRates({ totals = {}, lines = [], order }: Invoice): void {
  const zero = only(totals, { zeroDomestic: "0 KR", zeroIntraEu: "0 WDT", zeroExport: "0 EX" });
  const untaxed = only(totals, { outsidePoland: "np I", euServices: "np II" });
  for (const line of [...lines, ...(order?.lines ?? [])]) {
    const rate = line.rate as string | undefined;
    if (rate === "0") setRate(line, zero);
    if (rate === "np") setRate(line, untaxed);
  }
}

function only(totals: Totals, rates: Partial<Record<keyof Totals, Rate>>): Rate | undefined {
  const found = Object.keys(rates).filter((key) => totals[key as keyof Totals] !== undefined);
  return found.length === 1 ? rates[found[0] as keyof Totals] : undefined;
}

function setRate(line: Line | OrderLine, rate: Rate | undefined): void {
  if (rate === undefined) delete line.rate;
  else line.rate = rate;
}
