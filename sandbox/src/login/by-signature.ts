import { createHash, type X509Certificate } from "node:crypto";
import type { AuthTokenRequest } from "../auth-request.ts";
import { enrolledCertificate } from "../certificate-authority/certificate-record.ts";
import { keepLoginCertificate } from "../certificate-authority/login-certificate.ts";
import { effectivePermissions } from "../permission/effective.ts";
import { Refusal } from "../refusal.ts";
import type { Operation, State } from "../state.ts";
import { authenticationStatus } from "../status.ts";
import { takeChallenge } from "./challenge.ts";
import { certificateIdentity } from "./identity.ts";
import { registerProvider } from "./peppol-provider.ts";
import { judgeSubject, recordLogin } from "./record.ts";

/**
 * Starts a login with a signed request; the signature must have been verified. Throws 21111 for a bad challenge, 21406
 * or 21117 when the certificate does not fit what is asked. With `verifyChain` a certificate nobody vouches for fails.
 */
export function loginWithSignature(
  state: State,
  request: AuthTokenRequest,
  certificate: X509Certificate,
  document: Uint8Array,
  verifyChain: boolean,
): Operation {
  const { context } = request;
  const enrolled = enrolledCertificate(state, certificate);
  const { subject, method } =
    enrolled === undefined
      ? certificateIdentity(certificate, request.subjectIdentifierType)
      : { subject: enrolled.subject, method: "InternalCertificate" as const };
  if ((context.type === "PeppolId") !== (subject.type === "PeppolId"))
    throw new Refusal(21117, `Podmiot ${subject.type} w kontekście ${context.type}.`);
  takeChallenge(state, request.challenge);
  const fault =
    (enrolled && enrolledFault(enrolled)) ??
    certificateFault(state, certificate, verifyChain && enrolled === undefined);
  const verdict =
    fault === undefined
      ? judgeSubject(state, subject, context, effectivePermissions(state, subject, context))
      : authenticationStatus(460, fault);
  const operation = recordLogin(state, {
    context,
    subject,
    method,
    verdict,
    proof: { documentSha256: createHash("sha256").update(document).digest("base64") },
    ...(request.allowedIps && { allowedIps: request.allowedIps }),
  });
  keepLoginCertificate(state, operation, certificate);
  if (context.type === "PeppolId" && verdict.code === 200)
    registerProvider(state, context.value, certificate);
  return operation;
}

/** What is wrong with a certificate KSeF issued; one meant for offline invoices does not log in. */
function enrolledFault({ type, status }: NonNullable<Enrolled>): string | undefined {
  if (type === "Offline") return "Niepoprawny certyfikat";
  return {
    Active: undefined,
    Blocked: "Certyfikat zawieszony",
    Revoked: "Certyfikat odwołany",
    Expired: "Nieważny certyfikat",
  }[status];
}

type Enrolled = ReturnType<typeof enrolledCertificate>;

/** What is wrong with any certificate. The sandbox trusts no authority but its own, so no other chain ever holds. */
function certificateFault(
  state: State,
  certificate: X509Certificate,
  verifyChain: boolean,
): string | undefined {
  const now = state.clock.now();
  if (now < Date.parse(certificate.validFrom) || now > Date.parse(certificate.validTo))
    return "Nieważny certyfikat";
  return verifyChain ? "Niezaufany łańcuch certyfikatów" : undefined;
}
