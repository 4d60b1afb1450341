import type { Held } from "./held.ts";

export type Severity = "none" | "notice" | "warning" | "urgent" | "critical" | "expired";

/** `daysLeft`: begun days until the end; 0 when it is over. */
export type Alarm = Held & { daysLeft: number; severity: Severity };

/** How pressing the end of each is: a notice from 30 days on, then 14 (warning), 7 (urgent), 1 (critical), expired. */
export function expiryAlarms(held: readonly Held[], now: number): Alarm[] {
  return held.map((each) => {
    const daysLeft = Math.max(0, Math.ceil((each.validTo - now) / dayMs));
    const [, severity] = thresholds.find(([days]) => daysLeft <= days) ?? [Infinity, "none"];
    return { ...each, daysLeft, severity };
  });
}

const dayMs = 24 * 3_600_000;

const thresholds: readonly [days: number, Severity][] = [
  [0, "expired"],
  [1, "critical"],
  [7, "urgent"],
  [14, "warning"],
  [30, "notice"],
];
