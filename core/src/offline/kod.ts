import type { Secret } from "../secret.ts";
import { qrAddress } from "./address.ts";
import { signLink } from "./sign.ts";

/** A verification code on the picture of an invoice: the link inside it and the text that stands under it. */
export interface Kod {
  link: string;
  label: string;
}

export interface DocumentProof {
  /** `test`, `demo`, `production`, or an address of its own. */
  environment: string;
  /** Podmiot1/NIP: ten digits. */
  sellerNip: string;
  /** Of the document sent or to be sent, to the byte; Base64. */
  sha256: string;
}

/**
 * KOD I: whether the invoice is in KSeF, unchanged. `issueDate` is P_1, `YYYY-MM-DD`. Without a KSeF number the label
 * is OFFLINE. Source: ksef-docs, kody-qr.md, part 1.
 */
export function kodI(proof: DocumentProof & { issueDate: string; ksefNumber?: string | undefined }): Kod {
  const { environment, sellerNip, issueDate, sha256, ksefNumber } = proof;
  const path = ["invoice", sellerNip, dayFirst(issueDate), base64Url(sha256)];
  return { link: join(environment, path), label: ksefNumber ?? "OFFLINE" };
}

/**
 * KOD II: who issued the invoice offline, vouched for by a KSeF certificate of the type Offline. Signatures are
 * random: each call makes another link, all of them good. Throws `ksef.credentials` for a key KSeF does not take.
 * Source: ksef-docs, kody-qr.md, part 2.
 */
export function kodII(
  proof: DocumentProof & {
    /** On whose behalf the issuer acts: where it logs in to KSeF. */
    context: { type: "Nip" | "InternalId" | "NipVatUe" | "PeppolId"; value: string };
    /** `serialNumber` as KSeF writes it in `certificateSerialNumber`. */
    certificate: { serialNumber: string; privateKeyPem: Secret };
  },
): Kod {
  const { environment, context, sellerNip, certificate, sha256 } = proof;
  const subject = [context.type, context.value, sellerNip, certificate.serialNumber];
  const link = join(environment, ["certificate", ...subject, base64Url(sha256)]);
  return { link: `${link}/${signLink(link, certificate.privateKeyPem)}`, label: "CERTYFIKAT" };
}

/** What is signed is the text of the link, so nothing may need an escape that a reader would undo. */
function join(environment: string, path: string[]): string {
  const unfit = path.find((segment) => !/^[\w.+*-]+$/.test(segment));
  if (unfit !== undefined) throw new Error(`"${unfit}" cannot stand in a verification link.`);
  return [qrAddress(environment), ...path].join("/");
}

function dayFirst(date: string): string {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(date) ?? [];
  if (year === undefined) throw new Error(`"${date}" is not a date YYYY-MM-DD.`);
  return `${day}-${month}-${year}`;
}

function base64Url(sha256: string): string {
  const bytes = Buffer.from(sha256, "base64");
  if (bytes.byteLength !== 32) throw new Error(`"${sha256}" is not a SHA-256 in Base64.`);
  return bytes.toString("base64url");
}
