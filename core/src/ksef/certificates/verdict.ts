import { HubError, type ErrorCode } from "../../error.ts";

interface Status {
  code: number;
  description: string;
  details?: string[] | null | undefined;
}

interface Limits {
  enrollment: { limit: number; remaining: number };
  certificate: { limit: number; remaining: number };
}

/**
 * What the final status of an enrolment means. 400: rejected, for a reason in its details. 500 and 550, and any other:
 * KSeF has failed, and another request may succeed. Source: OpenAPI document, CertificateEnrollmentStatusResponse.
 */
export function enrolmentRefusal({ code, description, details }: Status): HubError {
  const upstream = { code, description, details: details ?? [] };
  const words = [`KSeF: ${description}`, ...upstream.details].join(". ");
  return code < 500
    ? new HubError("ksef.enrolment-refused", words, { upstream })
    : new HubError("ksef.enrolment-failed", `${words}. Run it again to ask anew.`, { upstream });
}

/** A refusal of the request itself by what has to be done about it; any other error as it is. */
export function requestRefusal(error: HubError): HubError {
  const { upstream, message, retryAfterMs } = error;
  const meaning = exceptions[upstream?.code ?? 0];
  if (meaning === undefined) return error;
  return new HubError(meaning.code, `${message} ${meaning.advice}`, { upstream, retryAfterMs, cause: error });
}

/** Source: OpenAPI document, GET /certificates/enrollments/data and POST /certificates/enrollments. */
const exceptions: Record<number, { code: ErrorCode; advice: string }> = {
  25001: { code: "ksef.credentials", advice: "Log in with a certificate, not by KSeF token." },
  25002: { code: "ksef.credentials", advice: "Log in with a certificate, not by KSeF token." },
  25003: {
    code: "ksef.enrolment-refused",
    advice: "Run it again to ask with the data of the present login.",
  },
  25004: { code: "ksef.enrolment-refused", advice: "KSeF cannot read the request." },
  25006: { code: "ksef.certificate-limit", advice: "The limit of requests can only be raised by KSeF." },
  25007: { code: "ksef.certificate-limit", advice: "Revoke a certificate that is not needed any more." },
  25010: { code: "ksef.enrolment-refused", advice: "KSeF does not take a key of this kind." },
  25011: { code: "ksef.enrolment-refused", advice: "KSeF does not take this signature algorithm." },
};

/** KSeF would refuse the request: nothing was sent. */
export function limitReached({ enrollment, certificate }: Limits): HubError {
  const message =
    certificate.remaining <= 0
      ? `All ${certificate.limit} certificates KSeF allows are in use. Revoke one that is not needed any more.`
      : `All ${enrollment.limit} requests KSeF allows have been made. The limit can only be raised by KSeF.`;
  return new HubError("ksef.certificate-limit", message);
}
