import { describe, expect, it } from "vitest";
import { timeLeft } from "../../src/offline/deadline.ts";
import { deadlineOf, outage, type Case } from "./case.ts";

describe("what happens later", () => {
  const noon = "2026-02-09T12:00+01:00"; // a Monday: offline24 until Tuesday 10 February
  const maintenance = outage("unavailability", "2026-02-09T08:00+01:00", "2026-02-09T20:00+01:00");
  const failure = outage("failure", "2026-02-09T08:00+01:00", "2026-02-09T20:00+01:00"); // until Wednesday 18

  it.each<[string, Case]>([
    // Ends on Wednesday 11: 12, 13, 16, 17, 18, 19, 20.
    [
      "a failure moves offline24",
      [
        "offline24",
        noon,
        [outage("failure", "2026-02-10T23:59+01:00", "2026-02-11T09:00+01:00")],
        "2026-02-20",
      ],
    ],
    // The deadline passed a minute before.
    [
      "a failure after the deadline does not",
      [
        "offline24",
        noon,
        [outage("failure", "2026-02-11T00:00+01:00", "2026-02-11T09:00+01:00")],
        "2026-02-10",
      ],
    ],
    // Over before the invoice was there, though on its day.
    [
      "a failure before the issue does not",
      ["offline24", noon, [outage("failure", "2026-02-09T08:00+01:00", noon)], "2026-02-10"],
    ],
    // It began before the issue and ends after it, on Monday 9: 10, 11, 12, 13, 16, 17, 18.
    ["a failure under way does", ["offline24", noon, [failure], "2026-02-18"]],
    ["a failure that goes on leaves it open", ["offline24", noon, [outage("failure", noon)], "open"]],
    // The guide lets only failures move a deadline.
    [
      "unavailability does not move offline24",
      ["offline24", noon, [outage("unavailability", "2026-02-10T08:00+01:00")], "2026-02-10"],
    ],
    [
      "unavailability does not move that of another",
      [
        "unavailability",
        noon,
        [maintenance, outage("unavailability", "2026-02-10T08:00+01:00")],
        "2026-02-10",
      ],
    ],
    // As with offline24: 12, 13, 16, 17, 18, 19, 20.
    [
      "a failure moves unavailability",
      [
        "unavailability",
        noon,
        [maintenance, outage("failure", "2026-02-10T12:00+01:00", "2026-02-11T12:00+01:00")],
        "2026-02-20",
      ],
    ],
    // The failure, which began first, would give Wednesday 18; the unavailability alone Tuesday 10.
    [
      "a failure under way outlasts unavailability",
      [
        "unavailability",
        noon,
        [outage("unavailability", "2026-02-09T09:00+01:00", "2026-02-09T21:00+01:00"), failure],
        "2026-02-18",
      ],
    ],
    // The seventh day is Wednesday 18; counted anew from Thursday 19: 20, 23, 24, 25, 26, 27 February, 2 March.
    [
      "a failure on the seventh day starts the count anew",
      [
        "failure",
        noon,
        [outage("failure", "2026-02-18T23:00+01:00", "2026-02-19T01:00+01:00"), failure],
        "2026-03-02",
      ],
    ],
    [
      "a failure on the eighth does not",
      [
        "failure",
        noon,
        [failure, outage("failure", "2026-02-19T00:00+01:00", "2026-02-19T01:00+01:00")],
        "2026-02-18",
      ],
    ],
    // From Tuesday 10: until Thursday 19. From Friday 20: 23, 24, 25, 26, 27 February, 2, 3 March.
    [
      "one failure after another",
      [
        "offline24",
        noon,
        [
          outage("failure", "2026-02-10T08:00+01:00", "2026-02-10T20:00+01:00"),
          outage("failure", "2026-02-19T08:00+01:00", "2026-02-20T20:00+01:00"),
        ],
        "2026-03-03",
      ],
    ],
    [
      "a total failure lifts it",
      ["offline24", noon, [outage("total-failure", "2026-02-10T12:00+01:00")], "none"],
    ],
    // Within the seven working days.
    [
      "a total failure lifts that of a failure",
      [
        "failure",
        noon,
        [failure, outage("total-failure", "2026-02-18T12:00+01:00", "2026-02-18T13:00+01:00")],
        "none",
      ],
    ],
    [
      "a total failure lifts that of a failure that goes on",
      ["failure", noon, [outage("failure", noon), outage("total-failure", "2026-03-18T12:00+01:00")], "none"],
    ],
    [
      "a total failure after the deadline does not",
      ["offline24", noon, [outage("total-failure", "2026-02-11T00:00+01:00")], "2026-02-10"],
    ],
    ["in a total failure there is none", ["total-failure", noon, [], "none"]],
    // Nobody announced it: the strictest holds.
    ["an unknown outage moves nothing", ["failure", noon, [], "2026-02-10"]],
  ])("%s", (_, row) => {
    expect(deadlineOf(row)).toBe(row[3]);
  });

  it("leaves no time to count where there is no date", () => {
    expect(timeLeft({ state: "open" }, 0)).toBeUndefined();
    expect(timeLeft({ state: "none" }, 0)).toBeUndefined();
  });
});
