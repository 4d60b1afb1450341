import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addDays, addWorkingDays, isWorkingDay, previousWorkingDay } from "../src/calendar.ts";

/** Weekdays off work, by hand from the act of 18 January 1951 and printed calendars; weekends are left out. */
const daysOff: Record<string, string[]> = {
  // Easter 31 March, Corpus Christi 30 May. 6 January is a Saturday, 24 December is still a working day.
  "2024": [
    "2024-01-01",
    "2024-04-01",
    "2024-05-01",
    "2024-05-03",
    "2024-05-30",
    "2024-08-15",
    "2024-11-01",
    "2024-11-11",
    "2024-12-25",
    "2024-12-26",
  ],
  // Easter 20 April, Corpus Christi 19 June. The first free Christmas Eve.
  "2025": [
    "2025-01-01",
    "2025-01-06",
    "2025-04-21",
    "2025-05-01",
    "2025-06-19",
    "2025-08-15",
    "2025-11-11",
    "2025-12-24",
    "2025-12-25",
    "2025-12-26",
  ],
  // Easter 5 April, Corpus Christi 4 June. 15 August is a Saturday.
  "2026": [
    "2026-01-01",
    "2026-01-06",
    "2026-04-06",
    "2026-05-01",
    "2026-06-04",
    "2026-11-11",
    "2026-12-24",
    "2026-12-25",
  ],
  // Easter 28 March, Corpus Christi 27 May. 1 May and 25 December are Saturdays.
  "2027": [
    "2027-01-01",
    "2027-01-06",
    "2027-03-29",
    "2027-05-03",
    "2027-05-27",
    "2027-11-01",
    "2027-11-11",
    "2027-12-24",
  ],
};

describe("the Polish calendar", () => {
  it.each(Object.entries(daysOff))("knows every weekday off work in %s", (year, expected) => {
    const off: string[] = [];
    for (let day = `${year}-01-01`; day.startsWith(year); day = addDays(day, 1)) {
      const weekday = new Date(day).getUTCDay();
      if (weekday !== 0 && weekday !== 6 && !isWorkingDay(day)) off.push(day);
    }
    expect(off).toEqual(expected);
  });

  it("has Saturdays and Sundays off", () => {
    expect(["2026-02-14", "2026-02-15", "2026-02-16"].map(isWorkingDay)).toEqual([false, false, true]);
  });

  it.each([
    ["2026-02-16", "2026-02-13"], // over a weekend
    ["2026-04-07", "2026-04-03"], // over Easter; Good Friday is a working day
    ["2026-01-07", "2026-01-05"], // over Epiphany
    ["2026-12-28", "2026-12-23"], // over Christmas from Thursday to Sunday
    ["2024-12-27", "2024-12-24"], // Christmas Eve was not free yet
    ["2024-05-06", "2024-05-02"], // between two holidays
    ["2018-11-13", "2018-11-09"], // the single holiday of the centenary
    ["2024-03-01", "2024-02-29"], // leap day
    ["2026-02-15", "2026-02-13"], // a Sunday itself
  ])("before %s the last working day is %s", (date, expected) => {
    expect(previousWorkingDay(date)).toBe(expected);
  });

  it("counts working days in both directions", () => {
    expect(addWorkingDays("2026-02-13", 1)).toBe("2026-02-16");
    expect(addWorkingDays("2025-12-23", 1)).toBe("2025-12-29");
    expect(addWorkingDays("2026-04-30", 7)).toBe("2026-05-12");
    expect(addWorkingDays("2026-02-15", 0)).toBe("2026-02-15");
    expect(addWorkingDays("2026-01-07", -3)).toBe("2025-12-31");
  });

  it("comes back to a working day it went from", () => {
    const days = fc.integer({ min: 0, max: 12_000 }).map((n) => addDays("2012-01-01", n));
    fc.assert(
      fc.property(days, fc.integer({ min: 1, max: 30 }), (day, n) => {
        const start = addWorkingDays(day, 1);
        return addWorkingDays(addWorkingDays(start, n), -n) === start;
      }),
    );
  });
});
