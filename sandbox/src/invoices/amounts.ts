import { elementAt, type XmlElement } from "@ksef-hub/core/fa3";

export interface Amounts {
  /** In the currency of the invoice. */
  netAmount: number;
  grossAmount: number;
  /** In PLN. */
  vatAmount: number;
}

/**
 * Totals as the document states them: net all of P_13, gross P_15, VAT all of P_14, which for another currency than PLN
 * are those converted to PLN (P_14_1W). Source: the OpenAPI document and ksef-api issue 538.
 */
export function amountsOf(root: XmlElement, currency: string): Amounts {
  const fields = elementAt(root, "Fa")?.children ?? [];
  const sum = (pattern: RegExp): number =>
    Number(
      fields
        .filter(({ name }) => pattern.test(name))
        .reduce((total, { text }) => total + hundredths(text.trim()), 0n),
    ) / 100;
  return {
    netAmount: sum(/^P_13_/),
    grossAmount: sum(/^P_15$/),
    vatAmount: sum(currency === "PLN" ? /^P_14_\d$/ : /^P_14_\dW$/),
  };
}

/** An amount with at most two decimal places. */
function hundredths(amount: string): bigint {
  const [whole = "0", fraction = ""] = amount.split(".");
  return BigInt(whole + fraction.padEnd(2, "0"));
}
