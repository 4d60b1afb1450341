import { expect, it } from "vitest";
import { expiryAlarms } from "../../../src/ksef/certificates/alarm.ts";
import { heldBy } from "../../../src/ksef/certificates/held.ts";
import { Rig } from "./rig.ts";

const day = 24 * 3600_000;
const end = Date.parse("2028-03-01T10:00:00Z");
const certificate = {
  what: "Offline",
  serialNumber: "0123456789ABCDEF",
  validFrom: end - 730 * day,
  validTo: end,
} as const;

it.each([
  [31 * day, 31, "none"],
  [30 * day + 1, 31, "none"],
  [30 * day, 30, "notice"],
  [14 * day + 1, 15, "notice"],
  [14 * day, 14, "warning"],
  [7 * day + 1, 8, "warning"],
  [7 * day, 7, "urgent"],
  [day + 1, 2, "urgent"],
  [day, 1, "critical"],
  [1, 1, "critical"],
  [0, 0, "expired"],
  [-5 * day, 0, "expired"],
])("%i ms before the end: %i days left, %s", (left, daysLeft, severity) => {
  expect(expiryAlarms([certificate], end - left)).toEqual([{ ...certificate, daysLeft, severity }]);
});

it.each([
  ["2026-11-22T12:00:00Z", 40, "none"],
  ["2026-12-18T12:00:00Z", 14, "warning"],
  ["2026-12-31T22:59:59Z", 1, "critical"],
  ["2026-12-31T23:00:00Z", 0, "expired"],
])("a KSeF token ends with the year 2026 in Warsaw: %s", async (now, daysLeft, severity) => {
  const rig = await Rig.open({ byToken: true });

  const alarms = expiryAlarms(await heldBy(await rig.holder()), Date.parse(now));

  expect(alarms).toMatchObject([{ what: "token", daysLeft, severity }]);
});
