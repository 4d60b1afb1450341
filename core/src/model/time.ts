import * as z from "zod";
import { sentence } from "./sentence.ts";

/** A calendar date `YYYY-MM-DD` from `earliest` to 2050-01-01, the last day the official types take. */
export function date(earliest = "2006-01-01"): z.ZodISODate {
  return z.iso
    .date(
      sentence(
        "A date is a real day written YYYY-MM-DD.",
        "Data to istniejący dzień zapisany jako RRRR-MM-DD.",
      ),
    )
    .refine((day) => day >= earliest && day <= latestDay, {
      error: sentence(
        `This date must lie between ${earliest} and ${latestDay}.`,
        `Data musi przypadać między ${earliest} a ${latestDay}.`,
      ),
    });
}

/** A date of payment. */
export const paymentDate = () => date("2016-07-01");

/** The date of a contract or an order. */
export const agreementDate = () => date("1990-01-01");

/**
 * A date and time `YYYY-MM-DDThh:mm:ss`, with a fraction or without, and an offset (`Z`, `+02:00`). The official
 * types let the offset be left out; the time is then local, and must be in range wherever on Earth that is.
 */
export function instant(earliest: string): z.ZodString {
  const first = Date.parse(earliest);
  return z
    .string()
    .regex(
      dateTime,
      sentence(
        'A date and time is written "2026-02-15T09:30:47Z".',
        'Datę i czas zapisuje się jako "2026-02-15T09:30:47Z".',
      ),
    )
    .refine(
      (text) => {
        const [day = "", , offset] = text.split(/(?=T)|(?=Z$)|(?=[+-]\d\d:\d\d$)/);
        if (!z.iso.date().safeParse(day).success) return false;
        const time = Date.parse(offset === undefined ? `${text}Z` : text);
        const margin = offset === undefined ? fourteenHours : 0;
        return time - margin >= first && time + margin <= latestInstant;
      },
      sentence(
        `This must be a real date and time between ${earliest} and 2050-01-01T23:59:59Z.`,
        `Musi to być istniejąca data i czas między ${earliest} a 2050-01-01T23:59:59Z.`,
      ),
    );
}

const latestDay = "2050-01-01";
const latestInstant = Date.parse("2050-01-01T23:59:59Z");
const fourteenHours = 14 * 3_600_000;
const dateTime =
  /^\d{4}-\d\d-\d\dT(([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?|24:00:00(\.0+)?)(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)?$/;
