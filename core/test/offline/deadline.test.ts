import { describe, expect, it } from "vitest";
import { sendingDeadline, timeLeft } from "../../src/offline/deadline.ts";
import { at, deadlineOf, outage, type Case } from "./case.ts";

it("is the Ministry's own example: the failure ends on Saturday 2025-07-12, the deadline is Tuesday 2025-07-22", () => {
  const failure = outage("failure", "2025-07-09T10:00+02:00", "2025-07-12T16:00+02:00");
  const invoice = {
    mode: "offline24",
    issueDate: "2025-07-08",
    issuedAt: at("2025-07-08T12:00+02:00"),
  } as const;
  expect(sendingDeadline(invoice, [])).toMatchObject({ date: "2025-07-09" });
  // 14, 15, 16, 17, 18, 21, 22 July.
  expect(sendingDeadline(invoice, [failure])).toEqual({
    state: "set",
    date: "2025-07-22",
    until: at("2025-07-22T22:00Z"),
  });
});

describe("offline24: the next working day", () => {
  it.each<[issued: string, expected: string]>([
    ["2026-02-11", "2026-02-12"], // Wednesday, then Thursday
    ["2026-02-13", "2026-02-16"], // Friday, over the weekend
    ["2026-02-14", "2026-02-16"], // Saturday
    ["2026-02-15", "2026-02-16"], // Sunday
    ["2025-12-23", "2025-12-29"], // Tuesday; 24 (free since 2025), 25, 26 December, then a weekend
    ["2024-12-23", "2024-12-24"], // Monday; Christmas Eve was a working day for the last time
    ["2026-12-23", "2026-12-28"], // Wednesday; Thursday 24, Friday 25, Saturday 26, Sunday 27
    ["2025-12-31", "2026-01-02"], // Wednesday; Thursday is New Year
    ["2026-12-31", "2027-01-04"], // Thursday; Friday is New Year, then a weekend
    ["2026-01-05", "2026-01-07"], // Monday; Tuesday is Epiphany
    ["2026-04-02", "2026-04-03"], // Thursday; Good Friday is a working day
    ["2026-04-03", "2026-04-07"], // Good Friday; Easter is 5 April, Easter Monday is free
    ["2026-04-30", "2026-05-04"], // Thursday; Friday 1 May, Saturday, Sunday 3 May
    ["2027-04-30", "2027-05-04"], // Friday; Saturday 1 May, Sunday, Monday 3 May
    ["2024-05-02", "2024-05-06"], // Thursday; Friday 3 May, then a weekend
    ["2026-06-03", "2026-06-05"], // Wednesday; Corpus Christi is Easter and 60 days, Thursday 4 June
    ["2026-08-14", "2026-08-17"], // Friday; Assumption falls on the Saturday
    ["2026-11-10", "2026-11-12"], // Tuesday; Wednesday is Independence Day
  ])("issued %s, sent until %s", (issued, expected) => {
    expect(deadlineOf(["offline24", `${issued}T12:00Z`, [], ""])).toBe(expected);
  });
});

describe("a deadline ends with its day in Poland", () => {
  it.each([
    ["2026-02-11", "2026-02-12T23:00Z"], // winter: midnight is 23:00 UTC
    ["2026-07-01", "2026-07-02T22:00Z"], // summer: midnight is 22:00 UTC
    ["2026-03-27", "2026-03-30T22:00Z"], // clocks go forward on Sunday 29 March
    ["2026-10-23", "2026-10-26T23:00Z"], // clocks go back on Sunday 25 October
  ])("issued %s, late from %s", (issueDate, expected) => {
    const deadline = sendingDeadline({ mode: "offline24", issueDate, issuedAt: at(issueDate) }, []);
    expect(deadline).toMatchObject({ until: at(expected) });
    expect(timeLeft(deadline, at(expected) - 1)).toBe(1);
    expect(timeLeft(deadline, at(expected) + 1000)).toBe(-1000);
  });
});

describe("unavailability: the next working day after its end", () => {
  it.each<[string, Case]>([
    // Wednesday to Wednesday: Thursday.
    [
      "of an hour",
      during("unavailability", "2026-02-11T11:00+01:00", "2026-02-11T12:00+01:00", "2026-02-12"),
    ],
    // Announced for Friday night to Sunday morning: Monday.
    [
      "over a weekend",
      during("unavailability", "2026-02-13T22:00+01:00", "2026-02-15T06:00+01:00", "2026-02-16"),
    ],
    // Ends on a Monday, so Tuesday.
    [
      "into Monday",
      during("unavailability", "2026-02-14T22:00+01:00", "2026-02-16T02:00+01:00", "2026-02-17"),
    ],
    // Ends on Tuesday in its last millisecond: Wednesday.
    [
      "before midnight",
      during("unavailability", "2026-02-10T20:00+01:00", "2026-02-10T22:59:59.999Z", "2026-02-11"),
    ],
    // At midnight in Poland it is Wednesday, though in UTC still Tuesday: Thursday.
    ["at midnight", during("unavailability", "2026-02-10T20:00+01:00", "2026-02-10T23:00Z", "2026-02-12")],
    // In summer midnight comes at 22:00 UTC: half an hour later it is Wednesday 8 July, so Thursday.
    ["after midnight", during("unavailability", "2026-07-07T20:00+02:00", "2026-07-07T22:30Z", "2026-07-09")],
    // Saturday 2 May is between two holidays, of which 3 May is a Sunday: Monday 4 May.
    ["in May", during("unavailability", "2026-04-30T20:00+02:00", "2026-05-02T06:00+02:00", "2026-05-04")],
    ["that goes on", during("unavailability", "2026-02-10T20:00+01:00", undefined, "open")],
  ])("%s", (_, row) => {
    expect(deadlineOf(row)).toBe(row[3]);
  });
});

describe("failure: seven working days after its end", () => {
  it.each<[string, Case]>([
    // Maundy Thursday 2 April: 3, 7 (after Easter Monday), 8, 9, 10, 13, 14.
    ["Easter", during("failure", "2026-04-02T08:00+02:00", "2026-04-02T20:00+02:00", "2026-04-14")],
    // Tuesday 23 December: 29, 30, 31 December, 2, 5, 7 (after Epiphany), 8 January.
    [
      "Christmas to Epiphany",
      during("failure", "2025-12-23T08:00+01:00", "2025-12-23T20:00+01:00", "2026-01-08"),
    ],
    // The year before, with Christmas Eve: 24, 27, 30, 31 December, 2, 3, 7 (Epiphany is a Monday) January.
    [
      "Christmas of 2024",
      during("failure", "2024-12-23T08:00+01:00", "2024-12-23T20:00+01:00", "2025-01-07"),
    ],
    // Wednesday 29 April: 30, then 4, 5, 6, 7, 8, 11 May.
    ["1 and 3 May", during("failure", "2026-04-29T08:00+02:00", "2026-04-29T20:00+02:00", "2026-05-11")],
    // Wednesday 27 May: 28, 29, 1, 2, 3, 5 (after Corpus Christi), 8 June.
    ["Corpus Christi", during("failure", "2026-05-27T08:00+02:00", "2026-05-27T20:00+02:00", "2026-06-08")],
    // Wednesday 4 November: 5, 6, 9, 10, 12 (after Independence Day), 13, 16.
    ["November", during("failure", "2026-11-04T08:00+01:00", "2026-11-04T20:00+01:00", "2026-11-16")],
    // Sunday 25 October, 02:30 for the second time: 26, 27, 28, 29, 30 October, 2, 3 November; All Saints is a Sunday.
    [
      "the hour that comes twice",
      during("failure", "2026-10-24T08:00+02:00", "2026-10-25T02:30+01:00", "2026-11-03"),
    ],
    // Monday 9 February in its last millisecond: 10, 11, 12, 13, 16, 17, 18.
    [
      "before midnight",
      during("failure", "2026-02-09T20:00+01:00", "2026-02-09T22:59:59.999Z", "2026-02-18"),
    ],
    // A millisecond later it is Tuesday: 11, 12, 13, 16, 17, 18, 19.
    ["at midnight", during("failure", "2026-02-09T20:00+01:00", "2026-02-09T23:00Z", "2026-02-19")],
    ["that goes on", during("failure", "2026-02-09T20:00+01:00", undefined, "open")],
  ])("%s", (_, row) => {
    expect(deadlineOf(row)).toBe(row[3]);
  });
});

/** An invoice issued at the very beginning of an outage. */
function during(
  kind: "unavailability" | "failure",
  start: string,
  end: string | undefined,
  expected: string,
): Case {
  return [kind, start, [outage(kind, start, end)], expected];
}
