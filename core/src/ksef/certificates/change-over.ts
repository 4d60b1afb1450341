import type { Credentials } from "../credentials.ts";
import type { Holder } from "./holder.ts";
import { certificateSecret, openCertificate, readCertificate } from "./stored.ts";

/**
 * Lets the tenant log in with its new certificate once that has logged in, and not before: until then the old one stays.
 * False: no new certificate waits. Throws what KSeF has against the login.
 */
export async function changeOver(holder: Holder, signal?: AbortSignal): Promise<boolean> {
  const { secrets, tenant } = holder;
  const name = certificateSecret(tenant, "Authentication");
  const waiting = await secrets.get(name, { fresh: true });
  if (waiting === undefined) return false;
  const { certificatePem, privateKeyPem, serialNumber } = openCertificate(waiting);
  if (!isFor(await holder.credentials(), serialNumber)) {
    const credentials = { kind: "certificate", certificatePem, privateKeyPem } as const;
    await holder.tryLogin(credentials, signal);
    await holder.use(credentials);
  }
  await secrets.delete(name);
  return true;
}

const isFor = (credentials: Credentials, serialNumber: string): boolean =>
  credentials.kind === "certificate" &&
  readCertificate(credentials.certificatePem).serialNumber === serialNumber;
