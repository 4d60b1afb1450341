import { SignatureService } from "ksef-client-ts";
import { issueCertificate, type IssuedCertificate } from "../src/certificate.ts";
import type { Sandbox } from "../src/index.ts";
import { bearer, call, clientWith, type Answer, type Client } from "./client.ts";
import type { VirtualClock } from "./virtual-clock.ts";

/** A certificate of a person with this serial number, `PNOPL-…` or `TINPL-…`; absent: known by fingerprint only. */
export function personCertificate(clock: VirtualClock, serialNumber?: string): Promise<IssuedCertificate> {
  const number = serialNumber === undefined ? "" : `2.5.4.5=${serialNumber}, `;
  return certificate(clock, `C=PL, 2.5.4.42=Osoba, 2.5.4.4=Testowa, ${number}CN=Osoba Testowa`);
}

/** A certificate with this distinguished name. */
export function certificate(clock: VirtualClock, subject: string): Promise<IssuedCertificate> {
  const notBefore = clock.now() - 86_400_000;
  return issueCertificate({ subject, key: "ec", use: "signing", notBefore, notAfter: clock.now() + 1e11 });
}

export interface SignedRequest {
  /** The identifier inside ContextIdentifier: `<Nip>…</Nip>`. */
  context: string;
  type?: string;
  /** Elements after SubjectIdentifierType. */
  policy?: string;
  query?: string;
}

/** Starts a login with a signature. */
export async function startSigned(
  sandbox: Sandbox,
  signer: IssuedCertificate,
  { context, type = "certificateSubject", policy = "", query = "" }: SignedRequest,
): Promise<Answer> {
  const { challenge } = (await call(sandbox, "POST", "/auth/challenge")).json;
  const xml = `<AuthTokenRequest xmlns="http://ksef.mf.gov.pl/auth/token/2.1"><Challenge>${challenge}</Challenge><ContextIdentifier>${context}</ContextIdentifier><SubjectIdentifierType>${type}</SubjectIdentifierType>${policy}</AuthTokenRequest>`;
  const signed = SignatureService.sign(xml, signer.certificatePem, signer.privateKeyPem);
  return call(sandbox, "POST", `/auth/xades-signature${query}`, signed);
}

/** Code and details of a started login's status. */
export async function loginStatus(sandbox: Sandbox, started: Answer): Promise<(number | string)[]> {
  const { referenceNumber, authenticationToken } = started.json;
  const headers = bearer(authenticationToken.token);
  const { status } = (await call(sandbox, "GET", `/auth/${referenceNumber}`, undefined, headers)).json;
  return [status.code, ...(status.details ?? [])];
}

/** Logs in to the end. */
export async function signIn(
  sandbox: Sandbox,
  signer: IssuedCertificate,
  request: SignedRequest,
): Promise<Client> {
  return redeem(sandbox, await startSigned(sandbox, signer, request));
}

/** A client with the tokens of a started login. */
export async function redeem(sandbox: Sandbox, { json }: Answer): Promise<Client> {
  const headers = bearer(json.authenticationToken.token);
  const answer = await call(sandbox, "POST", "/auth/token/redeem", undefined, headers);
  if (answer.status !== 200) throw new Error(`no tokens: ${answer.text}`);
  return clientWith(sandbox, answer.json.accessToken.token);
}

export const nip = (value: string): string => `<Nip>${value}</Nip>`;
