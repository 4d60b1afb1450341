/** An instant as KSeF writes it: `2025-09-18T15:00:30.000+00:00`. */
export function isoTime(at: number): string {
  return new Date(at).toISOString().replace("Z", "+00:00");
}

/** An instant in Polish local time with its offset, as the UPO has it: `2025-09-16T11:02:41.584+02:00`. */
export function warsawTime(at: number): string {
  const offset = warsawOffset
    .formatToParts(at)
    .find(({ type }) => type === "timeZoneName")!
    .value.replace("GMT", "");
  const shift =
    Number(`${offset[0]}1`) * (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6))) * 60_000;
  return new Date(at + shift).toISOString().replace("Z", offset);
}

/** When the clocks in Poland show this, `2025-09-16T11:02:41`; NaN when it is no date. */
export function warsawInstant(local: string): number {
  const asUtc = Date.parse(`${local}Z`);
  if (Number.isNaN(asUtc)) return asUtc;
  // The offset of a time near by first, then that of the time itself.
  const near = Date.parse(local + warsawTime(asUtc).slice(-6));
  return Date.parse(local + warsawTime(near).slice(-6));
}

const warsawOffset = new Intl.DateTimeFormat("en", { timeZone: "Europe/Warsaw", timeZoneName: "longOffset" });
