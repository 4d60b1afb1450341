import * as z from "zod";
import type { Engine } from "./engine.ts";
import { HubError, type Fault } from "./error.ts";
import { toFa3 } from "./fa3/to-fa3.ts";
import { Invoice } from "./model.ts";
import { inPolish } from "./model/sentence.ts";
import { normalise } from "./normalise/index.ts";

/** What an invoice can be handed in as: an FA(3) document, or our model in JSON. */
export const mediaTypes = ["application/xml", "application/json"] as const;
export type MediaType = (typeof mediaTypes)[number];

export interface Source {
  mediaType: MediaType;
  content: Uint8Array<ArrayBuffer>;
}

/**
 * The FA(3) document of a source. An invoice in JSON is parsed, filled in where something follows from what is given,
 * and written. Throws `model.invalid` with a fault for each field, `fa3.incomplete`, or `rates.*`.
 */
export async function fa3From(
  engine: Engine,
  { mediaType, content }: Source,
): Promise<Uint8Array<ArrayBuffer>> {
  if (mediaType === "application/xml") return content;
  const { clock, exchangeRates } = engine;
  const invoice = await normalise(parseInvoice(content), { now: clock.now(), exchangeRates });
  return new TextEncoder().encode(toFa3(invoice));
}

/** An invoice of our model from JSON. Throws `model.invalid`. */
export const parseInvoice = (content: Uint8Array): Invoice => invoiceFrom(json(content));

/** The same from a value. Throws `model.invalid` with a fault for each field, in both languages. */
export function invoiceFrom(value: unknown): Invoice {
  const parsed = Invoice.safeParse(value);
  if (parsed.success) return parsed.data;
  // The second time in Polish: the sentences of the library itself are in a language of its own.
  const polish = Invoice.safeParse(value, { error: z.locales.pl().localeError }).error?.issues;
  const faults: Fault[] = parsed.error.issues.map(({ path, message }, index) => ({
    code: "model.invalid",
    path: z.core.toDotPath(path),
    message,
    messagePl: inPolish(message) ?? polish?.[index]?.message ?? message,
  }));
  throw new HubError("model.invalid", faults.map(({ path, message }) => `${path}: ${message}`).join("; "), {
    faults,
  });
}

function json(content: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new HubError("model.invalid", `Not JSON: ${message}`, { cause });
  }
}
