import type { Totals } from "../../model.ts";
import { part, sequence, type Entry } from "../codec.ts";
import { demandText, text } from "../codec-values.ts";

/** P_13_1 to P_13_11 and the tax that belongs to them. */
export const totals = sequence<Totals>(
  taxed("standard", "1"),
  taxed("reduced", "2"),
  taxed("superReduced", "3"),
  taxed("taxi", "4"),
  part("oss", sequence<NonNullable<Totals["oss"]>>(demandText("P_13_5", "net"), text("P_14_5", "vat"))),
  text("P_13_6_1", "zeroDomestic"),
  text("P_13_6_2", "zeroIntraEu"),
  text("P_13_6_3", "zeroExport"),
  text("P_13_7", "exempt"),
  text("P_13_8", "outsidePoland"),
  text("P_13_9", "euServices"),
  text("P_13_10", "reverseCharge"),
  text("P_13_11", "margin"),
);

type Taxed = NonNullable<Totals["standard"]>;

function taxed<K extends string>(key: K, number: string): Entry<{ [_ in K]?: Taxed | undefined }> {
  return part(
    key,
    sequence<Taxed>(
      demandText(`P_13_${number}`, "net"),
      demandText(`P_14_${number}`, "vat"),
      text(`P_14_${number}W`, "vatInPln"),
    ),
  );
}
