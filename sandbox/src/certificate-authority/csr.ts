import { createPublicKey, type KeyObject } from "node:crypto";
// Demanded by the certificate library before it is loaded.
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import * as z from "zod";
import { Refusal } from "../refusal.ts";
import { attributes, readName, type EnrollmentData } from "./subject.ts";

export interface Csr {
  subject: x509.Name;
  publicKey: x509.PublicKey;
}

/**
 * Reads a PKCS#10 request in DER and checks that KSeF would certify it: 25004 when it is unreadable or its signature is
 * wrong, 25011 for its signature algorithm, 25010 for its key, 25003 when its subject is not `expected`.
 */
export async function readCsr(der: Uint8Array, expected: EnrollmentData): Promise<Csr> {
  const { request, algorithm, key } = open(der);
  if (!signatureAlgorithm.safeParse(algorithm).success) throw new Refusal(25011);
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (modulusLength !== 2048 && namedCurve !== "prime256v1") throw new Refusal(25010);
  if (!(await isSigned(request))) throw new Refusal(25004);
  if (!isNamed(request.subjectName, expected)) throw new Refusal(25003);
  return { subject: request.subjectName, publicKey: request.publicKey };
}

const signatureAlgorithm = z.object({
  name: z.enum(["RSASSA-PKCS1-v1_5", "RSA-PSS", "ECDSA"]),
  hash: z.object({ name: z.enum(["SHA-1", "SHA-256", "SHA-384", "SHA-512"]) }),
});

function open(der: Uint8Array): {
  request: x509.Pkcs10CertificateRequest;
  algorithm: unknown;
  key: KeyObject;
} {
  try {
    const request = new x509.Pkcs10CertificateRequest(der);
    const spki = Buffer.from(request.publicKey.rawData);
    const key = createPublicKey({ key: spki, format: "der", type: "spki" });
    return { request, algorithm: request.signatureAlgorithm, key };
  } catch (error) {
    throw new Refusal(25004, error instanceof Error ? error.message : String(error));
  }
}

async function isSigned(request: x509.Pkcs10CertificateRequest): Promise<boolean> {
  try {
    return await request.verify();
  } catch (error) {
    throw new Refusal(25004, error instanceof Error ? error.message : String(error));
  }
}

/** The same attributes with the same values and no more, in any order. */
function isNamed(name: x509.Name, expected: EnrollmentData): boolean {
  const given = readName(name);
  const keys = Object.keys(attributes) as (keyof EnrollmentData)[];
  const known = Object.values(attributes).flatMap((oid) => name.getField(oid)).length;
  const all = name.toJSON().flatMap((part) => Object.values(part).flat()).length;
  return known === all && keys.every((key) => given[key] === expected[key]);
}
