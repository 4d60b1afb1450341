import type { Context } from "hono";
import { NoAnswer } from "../faults/connection.ts";
import { InvalidInput } from "./invalid-input.ts";

/**
 * What the sandbox answers in its own name, `{"error": {"message", "details"}}`: 400 for input it cannot understand.
 * Undefined for errors of the API. Throws what is meant to get no answer at all.
 */
export function ownAnswer(c: Context, error: Error): Response | undefined {
  if (error instanceof NoAnswer) throw error;
  if (!(error instanceof InvalidInput)) return undefined;
  return c.json({ error: { message: error.message, details: error.details } }, 400);
}
