import { createPrivateKey, X509Certificate } from "node:crypto";
import { HubError } from "../../error.ts";
import type { CertificateType } from "./client.ts";
import type { EnrolmentRecord, Step } from "./enrolment.ts";
import type { Holder } from "./holder.ts";
import { privateKeyName, privateKeyOf } from "./private-key.ts";
import {
  certificateSecret,
  openCertificate,
  readCertificate,
  sealCertificate,
  type KsefCertificate,
} from "./stored.ts";

/** Fetches a certificate KSeF has issued, stores it with its key and ends the enrolment. */
export async function collect(
  holder: Holder,
  record: EnrolmentRecord,
  { id, serialNumber }: Step<"issued">,
  { type, signal }: { type: CertificateType; signal?: AbortSignal | undefined },
): Promise<KsefCertificate> {
  const { secrets, tenant } = holder;
  const name = certificateSecret(tenant, type);
  const earlier = await secrets.get(name, { fresh: true });
  const known = earlier && openCertificate(earlier);
  const certificate =
    known?.serialNumber === serialNumber
      ? known
      : await fetchCertificate(holder, record, { id, serialNumber, type, signal });
  if (certificate !== known) await secrets.put(name, sealCertificate(certificate));
  // In this order a crash leaves no key behind that nobody knows of.
  await secrets.delete(privateKeyName(holder, id));
  await record.save({ step: "ended", serialNumber });
  return certificate;
}

interface Wanted {
  id: string;
  serialNumber: string;
  type: CertificateType;
  signal: AbortSignal | undefined;
}

async function fetchCertificate(
  holder: Holder,
  record: EnrolmentRecord,
  { id, serialNumber, type, signal }: Wanted,
): Promise<KsefCertificate> {
  const { client, connection } = holder;
  const privateKeyPem = await privateKeyOf(holder, record, id);
  const { certificates } = await connection.use((access) => client.retrieve([serialNumber], access), signal);
  const found = certificates.find(({ certificateSerialNumber }) => certificateSerialNumber === serialNumber);
  if (found === undefined)
    throw new HubError("ksef.not-found", `KSeF does not hand out the certificate ${serialNumber} yet.`);
  const certificate = new X509Certificate(Buffer.from(found.certificate, "base64"));
  if (!certificate.checkPrivateKey(createPrivateKey(privateKeyPem.reveal())))
    throw new HubError(
      "ksef.protocol",
      `The certificate ${serialNumber} is not for the key it was asked for.`,
    );
  const certificatePem = certificate.toString();
  return { type, certificatePem, privateKeyPem, ...readCertificate(certificatePem), serialNumber };
}
