import { describe, expect, it } from "vitest";
import { becomesOfflineAt, onlineTimeLeft } from "../../src/offline/online.ts";

describe("an online invoice becomes an offline one", () => {
  it.each([
    ["2025-10-03", "2025-10-04T00:00+02:00"], // the Ministry's example
    ["2026-02-28", "2026-03-01T00:00+01:00"], // the end of a month
    ["2026-12-31", "2027-01-01T00:00+01:00"], // the end of a year
    ["2026-03-28", "2026-03-29T00:00+01:00"], // the night in which clocks go forward: midnight comes before
    ["2026-03-29", "2026-03-30T00:00+02:00"], // a day of 23 hours
    ["2026-10-24", "2026-10-25T00:00+02:00"], // the night in which clocks go back
    ["2026-10-25", "2026-10-26T00:00+01:00"], // a day of 25 hours
  ])("issued %s, from %s", (issueDate, expected) => {
    expect(new Date(becomesOfflineAt(issueDate))).toEqual(new Date(expected));
  });

  it("counts the time left: a batch opened at 23:59:59 is online, an invoice sent at 00:00:01 is not", () => {
    expect(onlineTimeLeft("2025-10-03", Date.parse("2025-10-03T23:59:59+02:00"))).toBe(1000);
    expect(onlineTimeLeft("2025-10-03", Date.parse("2025-10-04T00:00:01+02:00"))).toBe(-1000);
  });
});
