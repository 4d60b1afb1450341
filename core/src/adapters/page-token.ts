import { HubError } from "../error.ts";
import type { Query } from "../ports.ts";

/** Says where a page ended: the sort columns of its last item. It belongs to one index and one `pk`. */
export function pageToken(query: Query, position: string[]): string {
  return Buffer.from(JSON.stringify([query.index ?? 0, query.pk, ...position])).toString("base64url");
}

/** The position in a token, or `request.invalid` when it is not a token for this query. */
export function positionOf(token: string, query: Query, columns: number): string[] {
  const [index, pk, ...position] = parse(token);
  const texts = position.filter((part) => typeof part === "string");
  if (
    index !== (query.index ?? 0) ||
    pk !== query.pk ||
    texts.length !== columns ||
    position.length !== columns
  )
    throw invalid();
  return texts;
}

function parse(token: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    return Array.isArray(parsed) ? parsed : [];
  } catch (cause) {
    throw invalid(cause);
  }
}

function invalid(cause?: unknown): HubError {
  return new HubError("request.invalid", "This page token does not belong to this list.", { cause });
}
