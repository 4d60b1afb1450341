import { HubError, type ErrorCode } from "../../error.ts";
import { exchange, type Endpoint } from "../http.ts";

/** Where a part goes: an entry of `partUploadRequests`. The address holds its own key, so it is not shown in errors. */
export interface PartTarget {
  ordinalNumber: number;
  method: string;
  url: string;
  headers: Record<string, string | null>;
}

/**
 * One upload of a part, with the method, address and headers KSeF has given and nothing else that would identify us.
 * Resolves for 201 only, as a firewall's page can come with 200. Throws `ksef.session-closed` when the address has run
 * out or is refused, `ksef.bad-request`, or an outage, after which the same upload may succeed: it replaces the part.
 * Source: OpenAPI document, OpenBatchSessionResponse.
 */
export async function putPart(
  endpoint: Endpoint,
  { method, url, headers: given, ordinalNumber }: PartTarget,
  content: Blob,
  signal?: AbortSignal,
): Promise<void> {
  const headers = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== null);
  const { response, bytes } = await exchange(endpoint, url, { method, headers, body: content }, signal);
  if (response.status === 201) return;
  const { status } = response;
  const description = storeError.exec(Buffer.from(bytes).toString("utf8"))?.[1];
  // What does not speak as the store does is not the store: a proxy or a firewall in front of it.
  const code = (description === undefined ? undefined : refusals[status]) ?? "ksef.unavailable";
  const said = description === undefined ? `HTTP ${status}` : `HTTP ${status}, ${description}`;
  throw new HubError(code, `The storage of KSeF does not take part ${ordinalNumber}: ${said}.`, {
    upstream: { status, ...(description === undefined ? {} : { description }) },
  });
}

/** The store answers in XML of its own. */
const storeError = /<Error>\s*<Code>([^<]+)<\/Code>/;

const refusals: Record<number, ErrorCode> = {
  400: "ksef.bad-request",
  401: "ksef.bad-request",
  403: "ksef.session-closed",
};
