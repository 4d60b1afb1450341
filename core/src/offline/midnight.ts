import { addDays } from "../calendar.ts";
import { warsawDate } from "../warsaw.ts";

/** The instant at which a day `YYYY-MM-DD` is over in Poland, in milliseconds since 1970: the next day's first. */
export function endOfDay(date: string): number {
  const next = addDays(date, 1);
  const midnightUtc = Date.parse(`${next}T00:00:00Z`);
  // Clocks change at 01:00 UTC, after midnight in Poland: the day begins two hours before UTC's in summer, else one.
  const inSummer = midnightUtc - 2 * hour;
  return warsawDate(inSummer) === next ? inSummer : midnightUtc - hour;
}

const hour = 3_600_000;
