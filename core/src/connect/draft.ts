import type * as z from "zod";
import type { Invoice } from "../model.ts";
import type { Json } from "../ports.ts";

type Model = z.input<typeof Invoice>;
type Parts = "seller" | "buyer" | "lines";

/** An invoice as far as a record tells it. Amounts are exact decimal strings, dates are days (2026-02-15). */
export interface Draft extends Partial<Omit<Model, Parts>> {
  seller?: Part<Model["seller"]>;
  buyer?: Part<Model["buyer"]>;
  lines: DraftLine[];
}

export interface DraftLine extends Partial<NonNullable<Model["lines"]>[number]> {
  /** The vendor's code of the tax: the connection's mapping has its VAT rate. */
  taxCode?: string;
  /** The vendor's unit, where the mapping may have another name for it. */
  unitCode?: string;
  /** The line as the vendor gave it, for the field map. */
  source: Json;
}

type Part<T> = {
  [Name in keyof T]?: T[Name] extends object | undefined ? Part<NonNullable<T[Name]>> : T[Name];
};
