import { HubError } from "@ksef-hub/core";
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import * as z from "zod";

/** Refuses a body of more bytes with `request.too-large`. */
export const atMostBytes = (maxSize: number) =>
  bodyLimit({
    maxSize,
    onError: () => {
      throw new HubError("request.too-large", `The hub takes at most ${maxSize} bytes.`);
    },
  });

/** The body as JSON of this schema. Throws `request.invalid`. */
export async function jsonOf<T>(c: Context, schema: z.ZodType<T>): Promise<T> {
  const json: unknown = await c.req.json().catch((cause: unknown) => {
    throw new HubError("request.invalid", "The body is not JSON.", { cause });
  });
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new HubError("request.invalid", z.prettifyError(parsed.error));
  return parsed.data;
}
