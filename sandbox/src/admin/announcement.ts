import * as z from "zod";

/** ISO 8601 with an offset, or milliseconds since 1970. */
export const instant = z.union([
  z.number().int(),
  z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
]);

/** What the beacon can be told to announce. */
export const announcement = z.strictObject({
  category: z.enum(["MAINTENANCE", "FAILURE", "TOTAL_FAILURE"]),
  title: z.string().optional(),
  text: z.string().optional(),
  start: instant.optional(),
  end: instant.optional(),
});
