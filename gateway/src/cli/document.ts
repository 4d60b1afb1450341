import { readFile } from "node:fs/promises";
import { HubError, nbpExchangeRates, normalise, parseInvoice, realClock } from "@ksef-hub/core";
import { toFa3 } from "@ksef-hub/core/fa3";

/** A file cannot be read or written. */
export class FileFailure extends Error {
  override readonly name = "FileFailure";
}

/** The bytes of a file the user named. Throws FileFailure. */
export async function bytesOf(file: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (cause) {
    throw new FileFailure(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Whether a file holds the model; everything else is taken for XML. */
export const isJson = (file: string): boolean => file.toLowerCase().endsWith(".json");

/**
 * The FA(3) document of an invoice in JSON. The National Bank of Poland is asked only for a rate that the invoice needs
 * and does not say, and never when `offline`. Throws `model.invalid`, `fa3.incomplete` or `rates.*`.
 */
export async function written(
  json: Uint8Array,
  { offline }: { offline: boolean },
): Promise<Uint8Array<ArrayBuffer>> {
  const invoice = parseInvoice(json);
  const rates = offline ? {} : { exchangeRates: nbpExchangeRates({ fetch, clock: realClock, deadlineMs }) };
  const filled = await normalise(invoice, { now: realClock.now(), ...rates });
  return new TextEncoder().encode(toFa3(filled));
}

/** What an error has against the invoice; undefined when the fault is not the invoice's. */
export function faultsOf(error: unknown) {
  if (!(error instanceof HubError) || error.http !== 422) return undefined;
  const { code, message, faults } = error;
  const all = faults.length > 0 ? faults : [{ code, message }];
  return all.map((fault) => ({ ...fault, severity: "error" as const }));
}

const deadlineMs = 30_000;
