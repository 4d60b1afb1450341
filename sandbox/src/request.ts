import type { Context } from "hono";
import * as z from "zod";
import { parse, Refusal } from "./refusal.ts";

/** The JSON of a request; what is not JSON is 21405. */
export async function body(c: Context): Promise<unknown> {
  const text = await c.req.text();
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Refusal(21405, error instanceof Error ? error.message : String(error));
  }
}

/** A path parameter that is a reference number. */
export function reference(c: Context, name: string): string {
  return parse(referenceNumber, c.req.param(name));
}

/** Bytes written in Base64. */
export const base64 = z.base64().transform((text) => Buffer.from(text, "base64"));

/** SHA-256 in Base64. */
export const sha256 = z.base64().length(44);

/** `publicKeyId`: SHA-256 of a public key in Base64, or absent. */
export const keyId = sha256.nullish();

const referenceNumber = z.string().length(36, "Numer referencyjny ma mieć 36 znaków.");
