import { createPrivateKey, X509Certificate } from "node:crypto";
import type { CertificateType } from "./client.ts";
import type { EnrolmentRecord } from "./enrolment.ts";
import type { Holder } from "./holder.ts";
import { privateKeyOf } from "./private-key.ts";

/** The serial number of the certificate that the private key of this enrolment belongs to; undefined when there is none. */
export async function findCertificate(
  holder: Holder,
  record: EnrolmentRecord,
  { id, type }: { id: string; type: CertificateType },
  signal?: AbortSignal,
): Promise<string | undefined> {
  const { client, connection } = holder;
  const key = createPrivateKey((await privateKeyOf(holder, record, id)).reveal());
  // The newest fifty are enough: nobody may ask for as many.
  const newest = { size: 50, offset: 0 };
  const { certificates } = await connection.use((access) => client.query({ type }, newest, access), signal);
  const serialNumbers = certificates.map(({ certificateSerialNumber }) => certificateSerialNumber);
  for (let start = 0; start < serialNumbers.length; start += atOnce) {
    const some = serialNumbers.slice(start, start + atOnce);
    const answer = await connection.use((access) => client.retrieve(some, access), signal);
    const ours = answer.certificates.find(({ certificate }) =>
      new X509Certificate(Buffer.from(certificate, "base64")).checkPrivateKey(key),
    );
    if (ours !== undefined) return ours.certificateSerialNumber;
  }
  return undefined;
}

/** How many certificates one call fetches. */
const atOnce = 10;
