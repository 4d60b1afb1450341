import { Hono, type Context } from "hono";
import * as z from "zod";
import { requireAccess } from "../access.ts";
import { closeBatch } from "../batch/close.ts";
import { largestPart } from "../batch/package.ts";
import { keepPart, mayUpload, partUploadRequests } from "../batch/part.ts";
import { parse, Refusal } from "../refusal.ts";
import { body, reference, sha256 } from "../request.ts";
import { findSession, openSession } from "../session.ts";
import type { State } from "../state.ts";
import type { Env } from "../token.ts";
import { sessionParts, sessionRequest } from "./session-request.ts";

/** `/sessions/batch`: open and close. Source: ksef-docs, sesja-wsadowa.md. */
export function batchRoutes(state: State): Hono<Env> {
  const app = new Hono<Env>();
  const access = requireAccess(state, "InvoiceWrite", "EnforcementOperations");

  app.post("/", access, async (c) => {
    const request = parse(openRequest, await body(c));
    const { fileSize, fileHash, fileParts, compressionType } = request.batchFile;
    if (fileParts.length > maxParts)
      throw new Refusal(21161, `Zadeklarowano ${fileParts.length} części; dozwolone jest ${maxParts}.`);
    const parts = fileParts.toSorted((one, other) => one.ordinalNumber - other.ordinalNumber);
    const tooLarge = parts.filter((part) => part.fileSize > largestEncryptedPart);
    if (tooLarge.length > 0)
      throw new Refusal(
        21157,
        ...tooLarge.map(
          ({ ordinalNumber }) => `Rozmiar części ${ordinalNumber} przekroczył dozwolony rozmiar 100MB.`,
        ),
      );
    const session = openSession(state, c.var.operation, {
      ...sessionParts(state, request),
      batch: {
        compression: compressionType ?? "Zip",
        size: fileSize,
        sha256: fileHash,
        parts: parts.map((part) => ({ size: part.fileSize, sha256: part.fileHash })),
        offlineMode: request.offlineMode,
      },
    });
    const { referenceNumber } = session;
    return c.json({ referenceNumber, partUploadRequests: partUploadRequests(state, session) }, 201);
  });

  app.post("/:referenceNumber/close", access, async (c) => {
    const session = findSession(state, c.var.operation, reference(c, "referenceNumber"), { kind: "Batch" });
    if (session.batch !== undefined) await closeBatch(state, session, session.batch);
    return c.body(null, 204);
  });
  return app;
}

/** The blob store the parts go to: it is outside the API and answers in its own way. */
export function partRoutes(state: State): Hono {
  const app = new Hono();
  app.put("/00/:session/batch-parts/:ordinal", async (c) => {
    const session = state.sessions.get(c.req.param("session").toUpperCase());
    const ordinal = Number(c.req.param("ordinal"));
    const link = { expires: c.req.query("se") ?? "", signature: c.req.query("sig") ?? "" };
    // An access token would be taken for one of the store.
    if (c.req.header("authorization") !== undefined) return blobError(c, 401, "InvalidAuthenticationInfo");
    if (session === undefined || !mayUpload(state, session, ordinal, link))
      return blobError(c, 403, "AuthenticationFailed");
    if (c.req.header("x-ms-blob-type") !== "BlockBlob") return blobError(c, 400, "MissingRequiredHeader");
    keepPart(state, session, ordinal, new Uint8Array(await c.req.arrayBuffer()));
    return c.body(null, 201);
  });
  return app;
}

const maxParts = 50;
/** Padding adds a whole block to a part of the largest size. */
const largestEncryptedPart = largestPart + 16;

const openRequest = sessionRequest.extend({
  batchFile: z.object({
    fileSize: z.number().int().min(1).max(5_000_000_000),
    fileHash: sha256,
    compressionType: z.enum(["Zip", "TarGz"]).nullish(),
    fileParts: z
      .array(
        z.object({
          ordinalNumber: z.number().int().min(1),
          fileSize: z.number().int().min(1),
          fileHash: sha256,
        }),
      )
      .min(1)
      .refine(
        (parts) => new Set(parts.map(({ ordinalNumber }) => ordinalNumber)).size === parts.length,
        "Numer części występuje dwa razy.",
      )
      .refine(
        (parts) => parts.every(({ ordinalNumber }) => ordinalNumber <= parts.length),
        "Części mają mieć kolejne numery od 1.",
      ),
  }),
  offlineMode: z.boolean().default(false),
});

function blobError(c: Context, status: 400 | 401 | 403, code: string): Response {
  const xml = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code></Error>`;
  return c.body(xml, status, { "content-type": "application/xml", "x-ms-error-code": code });
}
