import { HubError, offlineModes } from "@ksef-hub/core";
import type { Context } from "hono";
import * as z from "zod";

/** `?mode=offline24&urgent=true`. A misspelt name must not send an invoice online in silence: no others are taken. */
const issue = z.strictObject({
  mode: z.enum(["online", ...offlineModes]).default("online"),
  urgent: z.enum(["true", "false"]).default("false"),
});

/** How an invoice is handed in. In the query, as the body is the invoice itself, to the byte. Throws `request.invalid`. */
export function issueOf(c: Context) {
  const { mode, urgent } = read(issue, c.req.query());
  return { urgent: urgent === "true", ...(mode === "online" ? {} : { mode }) };
}

/** How a technical correction is handed in: its mode is that of the original. */
export const correctionOrderOf = (c: Context) => ({
  urgent: read(issue.omit({ mode: true }), c.req.query()).urgent === "true",
});

function read<T>(schema: z.ZodType<T>, query: Record<string, string>): T {
  const parsed = schema.safeParse(query);
  if (!parsed.success)
    throw new HubError("request.invalid", `In the query: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
