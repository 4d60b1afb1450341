import { constants, createHash, createPrivateKey, privateDecrypt, X509Certificate } from "node:crypto";
import { issueCertificate, type IssuedCertificate } from "./certificate.ts";
import { isoTime } from "./iso.ts";
import type { Collection } from "./store.ts";

export type KeyUsage = "KsefTokenEncryption" | "SymmetricKeyEncryption";

/** KSeF's own keys: one certificate for each usage, as `GET /security/public-key-certificates` shows them. */
export interface KsefKeys {
  published(): PublishedCertificate[];
  /** False when this `publicKeyId` is not published for the usage, which KSeF answers with 21470. */
  knows(usage: KeyUsage, publicKeyId: string): boolean;
  /** RSA-OAEP with SHA-256 and MGF1-SHA-256. Undefined when the bytes were not encrypted for this key. */
  decrypt(usage: KeyUsage, bytes: Uint8Array): Buffer | undefined;
}

export interface PublishedCertificate {
  certificate: string;
  certificateId: string;
  publicKeyId: string;
  validFrom: string;
  validTo: string;
  usage: KeyUsage[];
}

/** Opens the keys kept in `stored`, making those that are missing. */
export async function openKeys(stored: Collection<IssuedCertificate>, now: number): Promise<KsefKeys> {
  const keys = await Promise.all(
    usages.map(async (usage) => {
      const issued = stored.get(usage) ?? (await ministryCertificate(now));
      stored.set(usage, issued);
      return { usage, published: publish(usage, issued), privateKey: createPrivateKey(issued.privateKeyPem) };
    }),
  );
  return {
    published: () => keys.map(({ published }) => published),
    knows: (usage, publicKeyId) =>
      keys.some((key) => key.usage === usage && key.published.publicKeyId === publicKeyId),
    decrypt(usage, bytes) {
      const key = keys.find((candidate) => candidate.usage === usage)!.privateKey;
      try {
        return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" }, bytes);
      } catch (error) {
        if (error instanceof Error && "code" in error && String(error.code).startsWith("ERR_OSSL"))
          return undefined;
        throw error;
      }
    },
  };
}

const usages: KeyUsage[] = ["KsefTokenEncryption", "SymmetricKeyEncryption"];
const day = 24 * 3600_000;

function ministryCertificate(now: number): Promise<IssuedCertificate> {
  return issueCertificate({
    subject: "C=PL, O=Ministerstwo Finansów, CN=Ministerstwo Finansów",
    key: "rsa",
    use: "key-encryption",
    notBefore: now - day,
    notAfter: now + 730 * day,
  });
}

function publish(usage: KeyUsage, { certificatePem }: IssuedCertificate): PublishedCertificate {
  const certificate = new X509Certificate(certificatePem);
  return {
    certificate: certificate.raw.toString("base64"),
    certificateId: sha256(certificate.raw),
    publicKeyId: sha256(certificate.publicKey.export({ type: "spki", format: "der" })),
    validFrom: isoTime(Date.parse(certificate.validFrom)),
    validTo: isoTime(Date.parse(certificate.validTo)),
    usage: [usage],
  };
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("base64");
