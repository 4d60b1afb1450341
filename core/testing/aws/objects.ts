import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { buildApp } from "fauxqs";

/** What a request to the double was. */
export interface SeenRequest {
  /** `PUT`, and with `?` what it asks of a sub-resource: `POST ?uploads`, `PUT ?partNumber`. */
  operation: string;
  /** Without the bucket. */
  key: string;
  headers: Record<string, string | string[] | undefined>;
}

/**
 * Instead of the answer: an error of S3, which is then not carried out; or it is carried out, and the answer is lost, breaks
 * off in the middle, or has one bit changed.
 */
export type ObjectFault = { status: number; code: string } | "lost" | "cut" | "flipped";

export interface FakeObjects {
  endpoint: string;
  bucket: string;
  /** Everything asked for, the oldest first. */
  seen: SeenRequest[];
  /** Asked about each request; replaced by the test. */
  fault: (request: SeenRequest) => ObjectFault | undefined;
  /** Uploads in parts that were neither completed nor aborted. */
  openUploads: Set<string>;
  stop(): Promise<void>;
}

/**
 * S3 of fauxqs on a free port, with what it lacks: `If-None-Match: *` on PutObject and CompleteMultipartUpload, SHA-256
 * verified on arrival, and 501 for sub-resources that it would take for objects.
 */
export async function fakeObjects(bucket = "archive"): Promise<FakeObjects> {
  const app = buildApp({ logger: false });
  const present = new Set<string>();
  const openUploads = new Set<string>();
  const begun = new WeakMap<
    object,
    { request: SeenRequest; fault: ObjectFault | undefined; undo?: () => void }
  >();

  // With a callback and not a promise: from here to the end of the handler nothing else runs, so a condition holds.
  app.addHook("preHandler", (request, reply, done) => {
    const url = new URL(request.url, "http://localhost");
    const seen = seenIn(request.method, url, request.headers);
    double.seen.push(seen);
    const fault = double.fault(seen);
    const state = { request: seen, fault };
    begun.set(request.raw, state);
    const refuse = (status: number, code: string) =>
      void reply
        .code(status)
        .type("application/xml")
        .send(request.method === "HEAD" ? "" : errorOf(code));
    if (typeof fault === "object") return refuse(fault.status, fault.code);
    if ([...url.searchParams.keys()].some((name) => subresources.has(name)))
      return refuse(501, "NotImplemented");
    if (damaged(request.headers["x-amz-checksum-sha256"], request.body)) return refuse(400, "BadDigest");
    const creates = seen.key !== "" && ["PUT", "POST ?uploadId"].includes(seen.operation);
    if (creates && request.headers["if-none-match"] === "*" && present.has(url.pathname))
      return refuse(412, "PreconditionFailed");
    if (creates) {
      if (!present.has(url.pathname)) Object.assign(state, { undo: () => present.delete(url.pathname) });
      present.add(url.pathname);
    }
    if (seen.operation === "DELETE") present.delete(url.pathname);
    done();
  });

  app.addHook("onSend", (request, reply, payload, done) => {
    const state = begun.get(request.raw);
    const upload = new URL(request.url, "http://localhost").searchParams.get("uploadId");
    if (reply.statusCode >= 400) state?.undo?.();
    else if (state?.request.operation === "POST ?uploads")
      openUploads.add(/<UploadId>(.*?)<\/UploadId>/.exec(String(payload))?.[1] ?? "");
    else if (upload !== null && request.method !== "PUT") openUploads.delete(upload);
    if (state?.fault === "lost") request.raw.socket.destroy();
    done(null, Buffer.isBuffer(payload) ? spoilt(payload, state?.fault) : payload);
  });

  const endpoint = await app.listen({ port: 0, host: "127.0.0.1" });
  const double: FakeObjects = {
    endpoint,
    bucket,
    seen: [],
    fault: () => undefined,
    openUploads,
    stop: () => app.close(),
  };
  await fetch(`${endpoint}/${bucket}`, { method: "PUT" });
  double.seen.length = 0;
  return double;
}

const subresources = new Set(
  "acl cors encryption legal-hold notification object-lock policy restore retention tagging torrent versioning versions".split(
    " ",
  ),
);

function seenIn(method: string, url: URL, headers: SeenRequest["headers"]): SeenRequest {
  const detail = ["uploads", "partNumber", "uploadId"].find((name) => url.searchParams.has(name));
  const operation = detail === undefined ? method : `${method} ?${detail}`;
  return { operation, key: url.pathname.split("/").slice(2).join("/"), headers };
}

function errorOf(code: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code} of the double</Message></Error>`;
}

/** S3 refuses an upload whose bytes are not those the checksum was made of. */
function damaged(checksum: string | string[] | undefined, body: unknown): boolean {
  if (checksum === undefined) return false;
  const bytes = Buffer.isBuffer(body) ? body : "";
  return createHash("sha256").update(bytes).digest("base64") !== checksum;
}

function spoilt(payload: Buffer, fault: ObjectFault | undefined): Buffer | Readable {
  const middle = payload.length >> 1;
  if (fault === "cut")
    return Readable.from(
      (function* () {
        yield payload.subarray(0, middle);
        throw new Error("The double breaks off here.");
      })(),
    );
  if (fault !== "flipped") return payload;
  const flipped = Buffer.from(payload);
  flipped[middle] = (flipped[middle] ?? 0) ^ 1;
  return flipped;
}
