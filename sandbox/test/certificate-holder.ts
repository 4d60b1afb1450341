import { webcrypto, X509Certificate } from "node:crypto";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { SignatureService } from "ksef-client-ts";
import type { Sandbox } from "../src/index.ts";
import { requestXml, type Signer } from "./auth-request.ts";
import { bearer, call, clientWith, type Answer, type Client } from "./client.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** The attributes of a distinguished name by the names of the API. */
export type Name = Record<string, string | undefined>;

/** Somebody who is logged in and asks for KSeF certificates. */
export interface Holder {
  client: Client;
  get(path: string): Promise<Record<string, unknown>>;
  /** The name a CSR must have. */
  name(): Promise<Name>;
  /** Sends a CSR, with other members of the request when they are given. */
  request(csr: string, change?: Record<string, unknown>): Promise<Answer>;
  /** Asks for a certificate for a new key, or that in `keys`; `name` changes the name in the CSR. */
  enroll(change?: Record<string, unknown>, name?: Name, keys?: webcrypto.CryptoKeyPair): Promise<Answer>;
  /** Waits for the certificate and gives its serial number. */
  enrolled(change?: Record<string, unknown>, keys?: webcrypto.CryptoKeyPair): Promise<string>;
  retrieve(serialNumber: string): Promise<X509Certificate>;
  query(filter: Record<string, unknown>): Promise<Record<string, unknown>[]>;
  revoke(serialNumber: string, body?: unknown): Promise<Answer>;
}

/** Logs in with a signature in the context of the company with this NIP. */
export async function holder(
  sandbox: Sandbox,
  clock: VirtualClock,
  signer: Signer & { nip: string },
): Promise<Holder> {
  const { authenticationToken } = (await startSigned(sandbox, signer)).json;
  const token = bearer(authenticationToken.token);
  const { accessToken } = (await call(sandbox, "POST", "/auth/token/redeem", undefined, token)).json;
  return holderWith(clientWith(sandbox, accessToken.token), clock);
}

export function holderWith(client: Client, clock: VirtualClock): Holder {
  const self: Holder = {
    client,
    get: async (path) => JSON.parse((await client.call("GET", path)).text),
    name: async () => (await self.get("/certificates/enrollments/data")) as Name,
    request(csr, change) {
      const body = { certificateName: "Test 1", certificateType: "Authentication", csr, ...change };
      return client.call("POST", "/certificates/enrollments", body);
    },
    async enroll(change, name, keys) {
      const csr = await makeCsr({ ...(await self.name()), ...name }, keys ?? (await newKeys()));
      return self.request(csr, change);
    },
    async enrolled(change, keys) {
      const { referenceNumber } = (await self.enroll(change, {}, keys)).json;
      clock.pass(500);
      const enrollment = await self.get(`/certificates/enrollments/${referenceNumber}`);
      return String(enrollment["certificateSerialNumber"]);
    },
    async retrieve(serialNumber) {
      const body = { certificateSerialNumbers: [serialNumber] };
      const { text } = await client.call("POST", "/certificates/retrieve", body);
      return new X509Certificate(Buffer.from(JSON.parse(text).certificates[0].certificate, "base64"));
    },
    async query(filter) {
      const { text } = await client.call("POST", "/certificates/query?pageSize=50", filter);
      return JSON.parse(text).certificates;
    },
    revoke: (serialNumber, body) => client.call("POST", `/certificates/${serialNumber}/revoke`, body),
  };
  return self;
}

/** Starts a login by a signed request in the context of the company with this NIP. */
export async function startSigned(sandbox: Sandbox, signer: Signer & { nip: string }): Promise<Answer> {
  const { challenge } = (await call(sandbox, "POST", "/auth/challenge")).json;
  const xml = requestXml({ challenge, nip: signer.nip });
  const signed = SignatureService.sign(xml, signer.certificatePem, signer.privateKeyPem);
  return call(sandbox, "POST", "/auth/xades-signature", signed);
}

/** A new key on P-256. */
export function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
}

/** PKCS#10 in DER and Base64. */
export async function makeCsr(
  name: Name,
  keys: webcrypto.CryptoKeyPair,
  algorithm = "ECDSA",
): Promise<string> {
  const parts = Object.entries(name).filter(([, value]) => value !== undefined);
  const csr = await x509.Pkcs10CertificateRequestGenerator.create({
    name: parts.map(([attribute, value]) => ({ [oids[attribute] ?? ""]: [String(value)] })),
    keys,
    signingAlgorithm: { name: algorithm, hash: "SHA-256" },
  });
  return Buffer.from(csr.rawData).toString("base64");
}

const oids: Record<string, string> = {
  commonName: "2.5.4.3",
  countryName: "2.5.4.6",
  givenName: "2.5.4.42",
  surname: "2.5.4.4",
  serialNumber: "2.5.4.5",
  organizationName: "2.5.4.10",
  organizationIdentifier: "2.5.4.97",
  organizationalUnit: "2.5.4.11",
};
