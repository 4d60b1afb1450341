import { createHmac, timingSafeEqual } from "node:crypto";
import type { State } from "./state.ts";

export interface Link {
  url: string;
  expiresAt: number;
}

const day = 24 * 3600_000;

/** A link anyone may follow until it expires; its signature cannot be guessed. `path` names the document, `session-upo/…`. */
export function downloadLink(state: State, path: string): Link {
  return link(state, `${path}.xml`, { path, permission: "r", lifetime: 3 * day });
}

/** The same for a part of an exported package, good for an hour. */
export function packageLink(state: State, path: string): Link {
  return link(state, path, { path, permission: "r", lifetime: day / 24 });
}

/** A link anyone may write to with PUT for `lifetime` milliseconds. */
export function uploadLink(state: State, path: string, lifetime: number): Link {
  return link(state, path, { path, permission: "w", lifetime });
}

/** Whether this link was issued by us, to read or to write, and has not expired. */
export function isValidLink(
  state: State,
  path: string,
  expires: string,
  given: string,
  permission: "r" | "w" = "r",
): boolean {
  const expected = Buffer.from(signature(state, path, permission, expires));
  const actual = Buffer.from(given);
  return (
    expected.length === actual.length &&
    timingSafeEqual(expected, actual) &&
    state.clock.now() < Date.parse(expires)
  );
}

/** The query is that of a shared access signature, as the blob store of KSeF issues them. */
function link(
  state: State,
  file: string,
  { path, permission, lifetime }: { path: string; permission: "r" | "w"; lifetime: number },
): Link {
  const expires = new Date(state.clock.now() + lifetime).toISOString().replace(/\.\d{3}Z$/, "Z");
  const sig = signature(state, path, permission, expires);
  const query = new URLSearchParams({ sv: "2025-01-05", se: expires, sr: "b", sp: permission, sig });
  return {
    url: `${state.baseUrl().replace(/\/v2$/, "")}/storage/${file}?${query.toString()}`,
    expiresAt: Date.parse(expires),
  };
}

function signature(state: State, path: string, permission: string, expires: string): string {
  const text = [permission, path, expires].join("\n");
  return createHmac("sha256", state.secrets.links).update(text).digest("base64");
}
