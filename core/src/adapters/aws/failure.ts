import { HubError } from "../../error.ts";

/**
 * What a client of AWS threw, as `storage.missing`, `storage.denied` or `storage.unavailable` (throttled or failing
 * beyond the client's own retries, unreachable, out of time). Anything else is a defect and comes back unchanged.
 * `what` names the resource for whoever has to mend it: `the table ksef-hub`.
 */
export function awsFailure(thrown: unknown, what: string): unknown {
  if (!(thrown instanceof Error) || thrown instanceof HubError) return thrown;
  const code = codeOf(thrown);
  if (code === undefined) return thrown;
  return new HubError(code, `${said[code]} ${what}: ${thrown.name}: ${thrown.message}.`, { cause: thrown });
}

const said = {
  "storage.missing": "AWS does not have",
  "storage.denied": "AWS does not let the hub use",
  "storage.unavailable": "AWS does not answer for",
} as const;

function codeOf(error: Error): keyof typeof said | undefined {
  if (missing.has(error.name)) return "storage.missing";
  // Before the status: SQS says 403 when it throttles.
  if (throttled.has(error.name)) return "storage.unavailable";
  const status = statusOf(error);
  if (denied.has(error.name) || status === 403) return "storage.denied";
  const failing = status === undefined ? fromBelow(error) : status === 429 || status >= 500;
  return failing ? "storage.unavailable" : undefined;
}

/** Of the resource itself; that an item, an object or a secret is not there is an answer and no failure. */
const missing = new Set(["NoSuchBucket", "QueueDoesNotExist", "TableNotFoundException"]);

const denied = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "CredentialsProviderError",
  "ExpiredTokenException",
  "InvalidClientTokenId",
  "InvalidSecurity",
  "InvalidSignatureException",
  "KMSAccessDeniedException",
  "KmsAccessDenied",
  "KmsDisabled",
  "KmsNotFound",
  "MissingAuthenticationTokenException",
  "UnrecognizedClientException",
]);

const throttled = new Set([
  "KmsThrottled",
  "LimitExceededException",
  "OverLimit",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "ThrottlingException",
]);

function statusOf(error: Error): number | undefined {
  return "$metadata" in error ? (error.$metadata as { httpStatusCode?: number }).httpStatusCode : undefined;
}

/** The client puts its metadata on everything that goes wrong with a request, sockets and deadlines too. */
function fromBelow(error: Error): boolean {
  return "$metadata" in error || error.name === "TimeoutError" || "syscall" in error;
}
