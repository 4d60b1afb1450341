import { issueCertificate, type IssuedCertificate } from "./certificate.ts";
import { issueKsefToken } from "./ksef-token/ksef-token.ts";
import { nipPattern } from "./nip.ts";
import { ownerPermissions } from "./permission/effective.ts";
import type { Company, State } from "./state.ts";

/** The company with this NIP, made once: a seal certificate with an RSA key, one with an EC key, and a KSeF token. */
export async function openCompany(state: State, nip: string): Promise<Company> {
  if (!nipPattern.test(nip)) throw new RangeError(`"${nip}" is not a NIP: ten digits are needed.`);
  const known = state.companies.get(nip);
  if (known !== undefined) return known;
  const now = state.clock.now();
  const [rsa, ec] = await Promise.all([sealCertificate(nip, "rsa", now), sealCertificate(nip, "ec", now)]);
  // Somebody may have made it while the keys were being generated.
  const made = state.companies.get(nip);
  if (made !== undefined) return made;
  const owner = { type: "Nip", value: nip } as const;
  const request = { author: owner, context: owner, permissions: ownerPermissions };
  const { token, secret } = issueKsefToken(state, { ...request, description: "Token firmy" }, now);
  const company: Company = {
    nip,
    ksefToken: secret,
    tokenReferenceNumber: token.referenceNumber,
    certificatePem: rsa.certificatePem,
    privateKeyPem: rsa.privateKeyPem,
    ecCertificatePem: ec.certificatePem,
    ecPrivateKeyPem: ec.privateKeyPem,
  };
  state.companies.set(nip, company);
  return company;
}

const day = 24 * 3600_000;

/** Attributes of a qualified company seal. Source: ksef-docs, auth/podpis-xades.md. */
function sealCertificate(nip: string, key: "rsa" | "ec", now: number): Promise<IssuedCertificate> {
  return issueCertificate({
    subject: `C=PL, O=Firma ${nip} sp. z o.o., 2.5.4.97=VATPL-${nip}, CN=Firma ${nip}`,
    key,
    use: "signing",
    notBefore: now - day,
    notAfter: now + 730 * day,
  });
}
