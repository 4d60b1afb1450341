import { createHmac, timingSafeEqual } from "node:crypto";
import type { State } from "./state.ts";

const lifetime = 3 * 24 * 3600_000;

/** A link anyone may follow until it expires; its signature cannot be guessed. `path` names the document, `session-upo/…`. */
export function downloadLink(state: State, path: string): { url: string; expiresAt: number } {
  const expiresAt = state.clock.now() + lifetime;
  const query = new URLSearchParams({ se: String(expiresAt), sig: signature(state, path, expiresAt) });
  return {
    url: `${state.baseUrl().replace(/\/v2$/, "")}/storage/${path}.xml?${query.toString()}`,
    expiresAt,
  };
}

/** Whether this link was issued by us and has not expired. */
export function isValidLink(state: State, path: string, expires: string, given: string): boolean {
  const expiresAt = Number(expires);
  const expected = Buffer.from(signature(state, path, expiresAt));
  const actual = Buffer.from(given);
  return (
    expected.length === actual.length && timingSafeEqual(expected, actual) && state.clock.now() < expiresAt
  );
}

function signature(state: State, path: string, expiresAt: number): string {
  return createHmac("sha256", state.secrets.links).update(`${path}\n${expiresAt}`).digest("base64url");
}
