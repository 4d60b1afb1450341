import { Big } from "big.js";
import type { Order, OrderLine } from "../model.ts";
import { sum, vatOn, written } from "./decimal.ts";
import { fill } from "./fill.ts";
import { numbered } from "./numbers.ts";
import { taxClass } from "./tax-class.ts";

/**
 * What art. 106f(1)(4) of the VAT act wants of the order: net value and VAT of each position, and its value with VAT.
 * VAT is filled only where there is one; margin schemes have none to show.
 *
 * The value of an order is the sum of its positions, unless this is a correction: that may list only the positions
 * that change, or their differences, so that the sum is not the order.
 */
export function completeOrder(order: Order, marginScheme: boolean, correcting: boolean): Order {
  const lines = numbered(order.lines).map((line) => completeLine(line, marginScheme));
  const result = { ...order, lines };
  return correcting ? result : fill(result, { grossTotal: grossTotal(lines, marginScheme) });
}

/**
 * Value with VAT of a completed line. Undefined where it lacks its rate or its value, and under a margin scheme, which
 * knows no net price.
 */
export function orderLineGross(line: OrderLine, marginScheme: boolean): Big | undefined {
  const known = taxClass(line, marginScheme);
  if (known === undefined || known.group === "margin" || line.netAmount === undefined) return undefined;
  return new Big(line.netAmount).plus(line.vatAmount ?? "0");
}

function completeLine(line: OrderLine, marginScheme: boolean): OrderLine {
  const { quantity, unitNetPrice } = line;
  const valued = fill(line, {
    netAmount:
      quantity === undefined || unitNetPrice === undefined
        ? undefined
        : written(new Big(unitNetPrice).times(quantity)),
  });
  const { group, percent = "0" } = taxClass(line, marginScheme) ?? {};
  if (valued.netAmount === undefined || group === undefined || new Big(percent).eq(0)) return valued;
  return fill(valued, { vatAmount: written(vatOn(new Big(valued.netAmount), percent)) });
}

function grossTotal(lines: OrderLine[], marginScheme: boolean): string | undefined {
  const values = lines
    .filter(({ beforeCorrection }) => beforeCorrection !== true)
    .map((line) => orderLineGross(line, marginScheme));
  if (values.length === 0 || !values.every((value) => value !== undefined)) return undefined;
  return written(sum(values));
}
