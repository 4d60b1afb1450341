import { constants, verify, X509Certificate } from "node:crypto";
import { certificateStatus, ksefCertificates } from "../certificate-authority/certificate-record.ts";
import type { Invoice, State } from "../state.ts";

/** What a code on the picture of an invoice comes to. */
export interface Verification {
  /** The first that holds: why it cannot be relied on; absent when it can. */
  fault?: string;
  ksefNumber?: string;
  /** Of whoever vouches for an offline invoice. */
  issuer?: string;
}

/** KOD I: the accepted invoice of this seller, day (`DD-MM-YYYY`) and SHA-256 (Base64URL). Source: ksef-docs, kody-qr.md. */
export function verifyInvoice(
  state: State,
  { nip, date, sha256 }: { nip: string; date: string; sha256: string },
): Verification {
  const found = acceptedInvoice(state, nip, sha256);
  if (found?.accepted === undefined) return { fault: "Tej faktury nie ma w KSeF." };
  const { ksefNumber, issueDate } = found.accepted;
  if (issueDate.split("-").toReversed().join("-") !== date)
    return { fault: "Faktura o tym skrócie ma inną datę wystawienia." };
  return { ksefNumber };
}

/** KOD II: whether an active certificate of the type Offline signed `signed`. Source: ksef-docs, kody-qr.md. */
export function verifyIssuer(
  state: State,
  link: { serialNumber: string; nip: string; sha256: string; signed: string; signature: string },
): Verification {
  const certificate = ksefCertificates(state).get(link.serialNumber);
  if (certificate === undefined) return { fault: "Nie ma takiego certyfikatu." };
  const { commonName: issuer, type, der, validFrom } = certificate;
  if (type !== "Offline") return { issuer, fault: "Certyfikat nie służy do wystawiania faktur offline." };
  const status = certificateStatus(state, certificate);
  if (status !== "Active" || state.clock.now() < validFrom)
    return { issuer, fault: `Certyfikat nie jest aktywny (${status}).` };
  const { publicKey: key } = new X509Certificate(Buffer.from(der, "base64"));
  const [text, signature] = [Buffer.from(link.signed), Buffer.from(link.signature, "base64url")];
  const isSigned =
    key.asymmetricKeyType === "rsa"
      ? verify("sha256", text, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }, signature)
      : (["ieee-p1363", "der"] as const).some((dsaEncoding) =>
          verify("sha256", text, { key, dsaEncoding }, signature),
        );
  if (!isSigned) return { issuer, fault: "Podpis nie zgadza się z linkiem." };
  const ksefNumber = acceptedInvoice(state, link.nip, link.sha256)?.accepted?.ksefNumber;
  return { issuer, ...(ksefNumber !== undefined && { ksefNumber }) };
}

function acceptedInvoice(state: State, nip: string, sha256Url: string): Invoice | undefined {
  const sha256 = Buffer.from(sha256Url, "base64url").toString("base64");
  const now = state.clock.now();
  return state.invoices
    .values()
    .find(
      (invoice) => invoice.sha256 === sha256 && invoice.accepted?.sellerNip === nip && invoice.finalAt <= now,
    );
}
