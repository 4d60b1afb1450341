import {
  constants,
  createHash,
  createPrivateKey,
  privateDecrypt,
  X509Certificate,
  type KeyObject,
} from "node:crypto";
import type { Clock } from "@ksef-hub/core";
import { issueCertificate, type IssuedCertificate } from "./certificate.ts";
import { isoTime } from "./iso.ts";
import type { Collection } from "./store.ts";

export type KeyUsage = "KsefTokenEncryption" | "SymmetricKeyEncryption";

/** A key of KSeF as it is kept. */
export interface StoredKey extends IssuedCertificate {
  usage: KeyUsage;
}

/** KSeF's own keys. Source: ksef-docs, bezpieczenstwo/klucze-publiczne-do-szyfrowania.md. */
export interface KsefKeys {
  /** `GET /security/public-key-certificates`: the keys neither retired nor expired, those of a usage from the oldest on. */
  published(): PublishedCertificate[];
  /** False when this `publicKeyId` is unknown for the usage or not valid now, which KSeF answers with 21470. */
  knows(usage: KeyUsage, publicKeyId: string): boolean;
  /**
   * RSA-OAEP with SHA-256 and MGF1-SHA-256, by the key named; when none is, by each accepted one, the newest first.
   * Undefined when the bytes were not encrypted for it, or when it is retired.
   */
  decrypt(usage: KeyUsage, bytes: Uint8Array, publicKeyId: string | null | undefined): Buffer | undefined;
  /**
   * Publishes a new key for the usage (default: for both) and gives its certificates. The old ones stay accepted until
   * `retireOld()`, or with `retireOld: true` end at once, as after an incident. `validFrom` (default: now) announces it.
   */
  rotate(options: {
    usage?: KeyUsage;
    retireOld: boolean;
    validFrom?: number;
  }): Promise<PublishedCertificate[]>;
  /** Ends every key of the usage (default: of both) but the newest. */
  retireOld(usage?: KeyUsage): void;
}

export interface PublishedCertificate {
  certificate: string;
  certificateId: string;
  publicKeyId: string;
  validFrom: string;
  validTo: string;
  usage: KeyUsage[];
}

/** Opens the keys kept in `stored` by their publicKeyId, making those that are missing or have expired. */
export async function openKeys(stored: Collection<StoredKey>, clock: Clock): Promise<KsefKeys> {
  let keys = stored.values().map(open);

  const make = async (usage: KeyUsage, validFrom: number): Promise<OpenKey> => {
    const issued = { ...(await ministryCertificate(validFrom)), usage };
    const key = open(issued);
    stored.set(key.published.publicKeyId, issued);
    keys.push(key);
    return key;
  };
  const current = (usage: KeyUsage): OpenKey[] =>
    keys.filter((key) => key.usage === usage && clock.now() <= key.validTo);
  const accepted = (usage: KeyUsage): OpenKey[] =>
    current(usage).filter(({ validFrom }) => validFrom <= clock.now());
  const retireOld = (usage: KeyUsage): void => {
    const old = keys.filter((key) => key.usage === usage).slice(0, -1);
    for (const { published } of old) stored.delete(published.publicKeyId);
    keys = keys.filter((key) => !old.includes(key));
  };

  const missing = usages.filter((usage) => accepted(usage).length === 0);
  await Promise.all(missing.map((usage) => make(usage, clock.now() - day)));
  return {
    published: () => usages.flatMap((usage) => current(usage).map(({ published }) => published)),
    knows: (usage, publicKeyId) =>
      accepted(usage).some(({ published }) => published.publicKeyId === publicKeyId),
    decrypt(usage, bytes, publicKeyId) {
      const candidates = accepted(usage)
        .filter(({ published }) => !publicKeyId || published.publicKeyId === publicKeyId)
        .toReversed();
      for (const { privateKey } of candidates) {
        const plain = decryptWith(privateKey, bytes);
        if (plain !== undefined) return plain;
      }
      return undefined;
    },
    async rotate({ usage, retireOld: atOnce, validFrom = clock.now() }) {
      const rotated = usage === undefined ? usages : [usage];
      const made = await Promise.all(rotated.map((each) => make(each, validFrom)));
      if (atOnce) rotated.forEach(retireOld);
      return made.map(({ published }) => published);
    },
    retireOld: (usage) => (usage === undefined ? usages : [usage]).forEach(retireOld),
  };
}

interface OpenKey {
  usage: KeyUsage;
  published: PublishedCertificate;
  privateKey: KeyObject;
  validFrom: number;
  validTo: number;
}

const usages: KeyUsage[] = ["KsefTokenEncryption", "SymmetricKeyEncryption"];
const day = 24 * 3600_000;

function open(stored: StoredKey): OpenKey {
  const certificate = new X509Certificate(stored.certificatePem);
  const [validFrom, validTo] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  return {
    usage: stored.usage,
    published: {
      certificate: certificate.raw.toString("base64"),
      certificateId: sha256(certificate.raw),
      publicKeyId: sha256(certificate.publicKey.export({ type: "spki", format: "der" })),
      validFrom: isoTime(validFrom),
      validTo: isoTime(validTo),
      usage: [stored.usage],
    },
    privateKey: createPrivateKey(stored.privateKeyPem),
    validFrom,
    validTo,
  };
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("base64");

function ministryCertificate(validFrom: number): Promise<IssuedCertificate> {
  return issueCertificate({
    subject: "C=PL, O=Ministerstwo Finansów, CN=Ministerstwo Finansów",
    key: "rsa",
    use: "key-encryption",
    notBefore: validFrom,
    notAfter: validFrom + 730 * day,
  });
}

function decryptWith(key: KeyObject, bytes: Uint8Array): Buffer | undefined {
  try {
    return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" }, bytes);
  } catch (error) {
    if (error instanceof Error && "code" in error && String(error.code).startsWith("ERR_OSSL"))
      return undefined;
    throw error;
  }
}
