import { randomBytes } from "node:crypto";
import { warsawDate } from "@ksef-hub/core";

/**
 * CR challenge, AU authentication, SO online session, SB batch session, EE invoice, EU collective UPO, EC KSeF token, EG
 * permission operation, EH certificate enrollment.
 */
export type ReferenceKind = "CR" | "AU" | "SO" | "SB" | "EE" | "EU" | "EC" | "EG" | "EH";

/** A reference number as KSeF writes it, 36 characters: `20250918-EE-2F15D39000-242207E5C4-1B`. */
export function referenceNumber(kind: ReferenceKind, at: number): string {
  const body = `${day(at)}-${kind}-${hex(5)}-${hex(5)}`;
  return `${body}-${crc8(body)}`;
}

/**
 * A new `numer KSeF`, 35 characters: seller's NIP, Warsaw day of acceptance, twelve technical digits, CRC-8 of all that.
 * Source: ksef-docs, faktury/numer-ksef.md.
 */
export function ksefNumber(sellerNip: string, at: number): string {
  const body = `${sellerNip}-${day(at)}-${hex(6)}`;
  return `${body}-${crc8(body)}`;
}

/** A new `identyfikator zbiorczy`, 35 characters: `1111111111-IZ202607-65ED02180000-E7`. Source: the OpenAPI document. */
export function collectiveIdentifierNumber(sellerNip: string, at: number): string {
  const body = `${sellerNip}-IZ${day(at).slice(0, 6)}-${hex(6)}`;
  return `${body}-${crc8(body)}`;
}

/** CRC-8 with polynomial 0x07 and initial value 0, as two upper-case hexadecimal digits. */
export function crc8(text: string): string {
  let remainder = 0;
  for (const byte of Buffer.from(text)) {
    remainder ^= byte;
    for (let bit = 0; bit < 8; bit += 1) {
      remainder = remainder & 0x80 ? ((remainder << 1) ^ 0x07) & 0xff : remainder << 1;
    }
  }
  return remainder.toString(16).toUpperCase().padStart(2, "0");
}

const day = (at: number): string => warsawDate(at).replaceAll("-", "");
const hex = (bytes: number): string => randomBytes(bytes).toString("hex").toUpperCase();
