import { createHash, X509Certificate } from "node:crypto";
import type { AuthTokenRequest } from "./auth-request.ts";
import { referenceNumber } from "./number.ts";
import { Refusal } from "./refusal.ts";
import type { Operation, Proof, State } from "./state.ts";
import { authenticationStatus, type Status } from "./status.ts";

/** Starts a login with a signed request; the signature must have been verified. Throws 21111 for a bad challenge. */
export function loginWithSignature(
  state: State,
  request: AuthTokenRequest,
  certificate: X509Certificate,
  document: Uint8Array,
): Operation {
  takeChallenge(state, request.challenge);
  const documentSha256 = createHash("sha256").update(document).digest("base64");
  const method =
    subject(certificate, "organizationIdentifier").length > 0 ? "QualifiedSeal" : "QualifiedSignature";
  const verdict = judgeCertificate(state, request, certificate);
  return start(state, request.context.value, method, verdict, { documentSha256 });
}

/** Starts a login with an encrypted `token|timestampMs`. Throws 21111 for a bad challenge. */
export function loginWithToken(
  state: State,
  request: { challenge: string; context: { type: string; value: string }; encryptedToken: Uint8Array },
): Operation {
  const issuedAt = takeChallenge(state, request.challenge);
  const { context } = request;
  const plain = state.keys.decrypt("KsefTokenEncryption", request.encryptedToken);
  const { token, fault } = readToken(plain, issuedAt);
  const company = state.companies.values().find(({ ksefToken }) => ksefToken === token);
  const tokenReferenceNumber = company?.tokenReferenceNumber ?? "";
  const reason =
    fault ??
    (company === undefined
      ? "Nieprawidłowy token"
      : context.type !== "Nip" || company.nip !== context.value
        ? `Token nie może być użyty w kontekście ${context.type}:${context.value}`
        : undefined);
  const verdict = reason === undefined ? authenticationStatus(200) : authenticationStatus(450, reason);
  return start(state, context.value, "Token", verdict, { tokenReferenceNumber });
}

/** What the status endpoint shows of a login now. */
export function visibleStatus(state: State, operation: Operation): Status {
  if (operation.revokedAt !== undefined) {
    const reason = "Uwierzytelnienie i powiązane refresh tokeny zostały unieważnione przez użytkownika";
    return authenticationStatus(425, reason);
  }
  const over = operation.startedAt + state.processing.authenticationMs;
  return state.clock.now() < over ? authenticationStatus(100) : operation.verdict;
}

const challengeLifetime = 10 * 60_000;

/** A new challenge. Those nobody used in time are forgotten. */
export function issueChallenge(state: State): { challenge: string; issuedAt: number } {
  const issuedAt = state.clock.now();
  for (const [old, at] of state.challenges.entries()) {
    if (issuedAt - at <= challengeLifetime) break;
    state.challenges.delete(old);
  }
  const challenge = referenceNumber("CR", issuedAt);
  state.challenges.set(challenge, issuedAt);
  return { challenge, issuedAt };
}

/** When the challenge was issued. It can be taken once, within ten minutes. */
function takeChallenge(state: State, challenge: string): number {
  const issuedAt = state.challenges.get(challenge);
  if (issuedAt === undefined || state.clock.now() - issuedAt > challengeLifetime) throw new Refusal(21111);
  state.challenges.delete(challenge);
  return issuedAt;
}

function start(
  state: State,
  nip: string,
  method: Operation["method"],
  verdict: Status,
  proof: Proof,
): Operation {
  const startedAt = state.clock.now();
  const operation: Operation = {
    referenceNumber: referenceNumber("AU", startedAt),
    nip,
    method,
    startedAt,
    verdict,
    proof,
  };
  state.operations.set(operation.referenceNumber, operation);
  return operation;
}

function judgeCertificate(state: State, request: AuthTokenRequest, certificate: X509Certificate): Status {
  const now = state.clock.now();
  if (now < Date.parse(certificate.validFrom) || now > Date.parse(certificate.validTo))
    return authenticationStatus(460, "Nieważny certyfikat");
  const { context } = request;
  const entitled =
    request.subjectIdentifierType === "certificateSubject"
      ? certificateNip(certificate) === context.value
      : fingerprints(state, context.value).includes(certificate.fingerprint256);
  return context.type === "Nip" && entitled
    ? authenticationStatus(200)
    : authenticationStatus(415, "Brak przypisanych uprawnień");
}

/** NIP of a seal or of a person. Patterns: ksef-docs, auth/podpis-xades.md. */
function certificateNip(certificate: X509Certificate): string | undefined {
  const seal = subject(certificate, "organizationIdentifier").map(
    (text) => /VATPL.*?(\d{10})/.exec(text)?.[1],
  );
  const person = subject(certificate, "serialNumber").map(
    (text) => /(?:TINPL|NIP).*?(\d{10})/.exec(text)?.[1],
  );
  return [...seal, ...person].find((nip) => nip !== undefined);
}

function subject(
  certificate: X509Certificate,
  attribute: "organizationIdentifier" | "serialNumber",
): string[] {
  const names: Partial<Record<string, string | string[]>> = { ...certificate.toLegacyObject().subject };
  return [names[attribute] ?? []].flat();
}

function fingerprints(state: State, nip: string): string[] {
  const company = state.companies.get(nip);
  if (company === undefined) return [];
  return [company.certificatePem, company.ecCertificatePem].map(
    (pem) => new X509Certificate(pem).fingerprint256,
  );
}

function readToken(plain: Buffer | undefined, issuedAt: number): { token?: string; fault?: string } {
  if (plain === undefined) return { fault: "Nieprawidłowe szyfrowanie tokena" };
  // A KSeF token has bars of its own; the timestamp follows the last.
  const [, token, timestamp] = /^(.+)\|(\d+)$/s.exec(plain.toString("utf8")) ?? [];
  if (token === undefined) return { fault: "Nieprawidłowe kodowanie tokena" };
  return Number(timestamp) === issuedAt ? { token } : { token, fault: "Nieprawidłowy czas tokena" };
}
