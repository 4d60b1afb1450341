import * as z from "zod";
import { warsawInstant, warsawTime } from "../iso.ts";

const written = /^(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/;

/**
 * An instant in milliseconds since 1970 with what is finer as a fraction. Without an offset it is Polish local time.
 * Source: the OpenAPI document, `InvoiceQueryFilters.dateRange`.
 */
const instant = z
  .string()
  .regex(written, "Data ma mieć postać 2026-01-03T13:45:00+00:00.")
  .transform((text) => {
    const [, toSecond = "", fraction = "", offset] = written.exec(text) ?? [];
    const at = offset === undefined ? warsawInstant(toSecond) : Date.parse(toSecond + offset);
    return at + Number(`0${fraction}`) * 1000;
  })
  .refine((at) => !Number.isNaN(at), "Nie ma takiej daty.");

const dateTypes = ["Issue", "Invoicing", "PermanentStorage"] as const;
export type DateType = (typeof dateTypes)[number];

export const dateRange = z
  .object({
    dateType: z.enum(dateTypes),
    from: instant,
    to: instant.nullish(),
    restrictToPermanentStorageHwmDate: z.boolean().nullish(),
  })
  .refine(({ from, to }) => !to || from <= to, "'dateRange.from' must not be later than 'dateRange.to'.");

/** Whether the range is longer than three months both in UTC and in Poland (ksef-api issue 507). */
export function isTooLong(from: number, to: number): boolean {
  const [localFrom, localTo] = [wallTime(from), wallTime(to)];
  return to > threeMonthsAfter(from) && localTo > threeMonthsAfter(localFrom);
}

/** What the clock on the wall shows in Poland, as if it were UTC. */
function wallTime(at: number): number {
  return Date.parse(`${warsawTime(Math.floor(at)).slice(0, 23)}Z`) + (at - Math.floor(at));
}

/** The same day and time three months later, or the last day of that month when it has no such day. */
function threeMonthsAfter(at: number): number {
  const date = new Date(Math.floor(at));
  const day = date.getUTCDate();
  date.setUTCMonth(date.getUTCMonth() + 3);
  if (date.getUTCDate() !== day) date.setUTCDate(0);
  return date.getTime() + (at - Math.floor(at));
}
