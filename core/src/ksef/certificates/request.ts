import { webcrypto } from "node:crypto";
// Demanded by the certificate library before it is loaded.
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { Secret } from "../../secret.ts";
import type { EnrolmentData } from "./client.ts";

export type KeyKind = "ec" | "rsa";

/**
 * A new key (EC P-256 or RSA 2048, SHA-256) and a PKCS#10 request for it, in DER and Base64, that has exactly the
 * attributes KSeF gave: one changed, missing or too many is refused. Source: ksef-docs, certyfikaty-KSeF.md.
 */
export async function certificateRequest(
  data: EnrolmentData,
  kind: KeyKind = "ec",
): Promise<{ csr: string; privateKeyPem: Secret }> {
  const keys = await webcrypto.subtle.generateKey(algorithms[kind], true, ["sign", "verify"]);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: new x509.Name(distinguishedName(data)),
    keys,
    signingAlgorithm: { name: algorithms[kind].name, hash: "SHA-256" },
  });
  const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    csr: Buffer.from(request.rawData).toString("base64"),
    privateKeyPem: new Secret(x509.PemConverter.encode(pkcs8, "PRIVATE KEY")),
  };
}

const algorithms = {
  ec: { name: "ECDSA", namedCurve: "P-256" },
  rsa: {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
};

/** From the general to the particular, each value in a part of its own. X.520 wants two of them as PrintableString. */
function distinguishedName(data: EnrolmentData): x509.JsonNameParams {
  return (Object.keys(oids) as (keyof EnrolmentData)[]).flatMap((attribute) =>
    [data[attribute] ?? []].flat().map((text) => ({
      [oids[attribute]]: [printable.has(attribute) ? { printableString: text } : { utf8String: text }],
    })),
  );
}

const oids: Record<keyof EnrolmentData, string> = {
  countryName: "2.5.4.6",
  organizationName: "2.5.4.10",
  organizationIdentifier: "2.5.4.97",
  givenName: "2.5.4.42",
  surname: "2.5.4.4",
  serialNumber: "2.5.4.5",
  uniqueIdentifier: "2.5.4.45",
  commonName: "2.5.4.3",
};

const printable: ReadonlySet<keyof EnrolmentData> = new Set<keyof EnrolmentData>([
  "countryName",
  "serialNumber",
]);
