import { createHash } from "node:crypto";
import type { State } from "../state.ts";
import { slowBody } from "./connection.ts";
import type { Fault } from "./fault.ts";

type Altering = Extract<
  Fault,
  { kind: "slow-body" | "truncated" | "content-type" | "merge" | "wrong-hash" | "other-content" }
>;

/** The answer the caller gets in place of the right one. */
export async function alter(state: State, response: Response, fault: Altering): Promise<Response> {
  const headers = new Headers(response.headers);
  const answer = (body: string | ArrayBuffer | ReadableStream | null): Response =>
    new Response(body, { status: response.status, headers });
  switch (fault.kind) {
    case "slow-body":
      return slowBody(state, response, fault);
    case "truncated": {
      const bytes = await response.arrayBuffer();
      headers.delete("content-length");
      return answer(bytes.slice(0, bytes.byteLength / 2));
    }
    case "content-type":
      headers.set("content-type", fault.type);
      return answer(response.body);
    case "merge":
      headers.delete("content-length");
      return answer(JSON.stringify(merged(JSON.parse(await response.text()), fault.patch)));
    case "wrong-hash":
      headers.set("x-ms-meta-hash", sha256(""));
      return answer(response.body);
    case "other-content": {
      const other = otherDocument(await response.text());
      headers.set("x-ms-meta-hash", sha256(other));
      return answer(other);
    }
  }
}

/** RFC 7396. */
function merged(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const result = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = merged(result[name], value);
  }
  return result;
}

/** A well-formed document that speaks of another invoice. */
function otherDocument(xml: string): string {
  const hash = xml.replaceAll(/<SkrotDokumentu>[^<]*</g, `<SkrotDokumentu>${sha256(xml)}<`);
  return hash.replaceAll(/<(NumerFaktury|P_2)>[^<]*</g, "<$1>INNA/1<");
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("base64");

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
