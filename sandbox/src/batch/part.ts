import { createHash } from "node:crypto";
import { isValidLink, uploadLink } from "../link.ts";
import { Refusal } from "../refusal.ts";
import type { Session, State } from "../state.ts";
import type { Collection } from "../store.ts";

/** An uploaded part, kept until its session is closed. */
interface Part {
  size: number;
  /** SHA-256 in Base64. */
  sha256: string;
  /** Base64; only of a part with the declared size and hash, as no other is ever used. */
  content?: string;
}

/** Time to upload each part, for each part declared. Source: ksef-docs, sesja-wsadowa.md. */
const uploadTime = 20 * 60_000;

/** `partUploadRequests`: where each part of the package goes. */
export function partUploadRequests(state: State, session: Session): Record<string, unknown>[] {
  const declared = session.batch?.parts ?? [];
  return declared.map((_, index) => ({
    ordinalNumber: index + 1,
    method: "PUT",
    url: uploadLink(state, path(session, index + 1), declared.length * uploadTime).url,
    headers: { "x-ms-blob-type": "BlockBlob" },
  }));
}

/** Whether the link allows to write this part now. */
export function mayUpload(
  state: State,
  session: Session,
  ordinal: number,
  link: { expires: string; signature: string },
): boolean {
  return isValidLink(state, path(session, ordinal), link.expires, link.signature, "w");
}

/** Keeps a part, in place of one uploaded before. Of a session that was closed it changes nothing. */
export function keepPart(state: State, session: Session, ordinal: number, bytes: Uint8Array): void {
  const declared = session.batch?.parts[ordinal - 1];
  const isClosed = state.sessions.get(session.referenceNumber)?.closedAt !== undefined;
  if (declared === undefined || isClosed) return;
  const sha256 = createHash("sha256").update(bytes).digest("base64");
  const isAsDeclared = bytes.length === declared.size && sha256 === declared.sha256;
  parts(state).set(key(session, ordinal), {
    size: bytes.length,
    sha256,
    ...(isAsDeclared && { content: Buffer.from(bytes).toString("base64") }),
  });
}

/**
 * The uploaded parts in order, undefined in place of one whose hash is not the declared one. Throws 21205 when one is
 * missing and 21157 when one has another size than declared.
 */
export function uploadedParts(state: State, session: Session): (Buffer | undefined)[] {
  const declared = session.batch?.parts ?? [];
  const uploaded = declared.map((_, index) => {
    const part = parts(state).get(key(session, index + 1));
    if (part !== undefined) return part;
    throw new Refusal(21205, `Nie przesłano zadeklarowanej '${index + 1}' części pliku.`);
  });
  const wrong = uploaded.findIndex(({ size }, index) => size !== declared[index]?.size);
  if (wrong >= 0)
    throw new Refusal(21157, `Zadeklarowany rozmiar części '${wrong + 1}' nie zgadza się z rzeczywistym.`);
  return uploaded.map(({ content }) => (content === undefined ? undefined : Buffer.from(content, "base64")));
}

export function deleteParts(state: State, session: Session): void {
  for (const index of session.batch?.parts.keys() ?? []) parts(state).delete(key(session, index + 1));
}

const parts = (state: State): Collection<Part> => state.store.collection("batch-part");
const key = ({ referenceNumber }: Session, ordinal: number): string => `${referenceNumber} ${ordinal}`;
const path = ({ referenceNumber }: Session, ordinal: number): string =>
  `00/${referenceNumber.toLowerCase()}/batch-parts/${ordinal}`;
