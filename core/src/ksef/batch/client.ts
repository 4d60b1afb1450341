import * as z from "zod";
import type { Form } from "../../fa3/forms.ts";
import type { Access, OpenOnline } from "../client.ts";
import { call, type Call, type Endpoint } from "../http.ts";
import { ContextLimits } from "../limits/context-limits.ts";
import { RateLimitsByGroup } from "../limits/rate-limits.ts";
import { putPart, type PartTarget } from "./put-part.ts";

export interface OpenBatch {
  formCode: Form;
  batchFile: {
    fileSize: number;
    fileHash: string;
    compressionType: "Zip" | "TarGz";
    fileParts: { ordinalNumber: number; fileSize: number; fileHash: string }[];
  };
  encryption: OpenOnline["encryption"];
  offlineMode: boolean;
}

export type BatchOpened = z.output<typeof opened>;

/** The part of the client for batch sessions, and for the limits in force. `json` calls and reads by a schema. */
export function batchClient(
  endpoint: Endpoint,
  json: <T>(schema: z.ZodType<T>, request: Call) => Promise<T>,
) {
  return {
    openBatch: (body: OpenBatch, access: Access) =>
      json(opened, { method: "POST", path: "/sessions/batch", json: body, ...access }),
    /** Uploads a part once, as `partUploadRequests` says. It goes to a blob store: no token, no limit. */
    putPart: (target: PartTarget, content: Blob, options: { deadlineMs: number; signal?: AbortSignal }) =>
      putPart({ ...endpoint, deadlineMs: options.deadlineMs }, target, content, options.signal),
    closeBatch: async (session: string, access: Access): Promise<void> => {
      const path = `/sessions/batch/${encodeURIComponent(session)}/close`;
      await call(endpoint, { method: "POST", path, ...access });
    },
    /** Of a session of either kind. */
    sessionStatus: (session: string, access: Access) =>
      json(sessionStatus, { path: `/sessions/${encodeURIComponent(session)}`, ...access }),
    rateLimits: (access: Access) => json(RateLimitsByGroup, { path: "/rate-limits", ...access }),
    contextLimits: (access: Access) => json(ContextLimits, { path: "/limits/context", ...access }),
  };
}

const opened = z.object({
  referenceNumber: z.string(),
  partUploadRequests: z.array(
    z.object({
      ordinalNumber: z.number(),
      method: z.string(),
      url: z.string(),
      headers: z.record(z.string(), z.string().nullable()),
    }),
  ),
});

const status = z.object({
  code: z.number(),
  description: z.string(),
  details: z.array(z.string()).nullish(),
});
const upoPage = z.object({
  referenceNumber: z.string(),
  downloadUrl: z.string(),
  downloadUrlExpirationDate: z.string(),
});
const sessionStatus = z.object({
  status,
  dateCreated: z.string(),
  dateUpdated: z.string(),
  validUntil: z.string().nullish(),
  upo: z.object({ pages: z.array(upoPage) }).nullish(),
  invoiceCount: z.number().nullish(),
  successfulInvoiceCount: z.number().nullish(),
  failedInvoiceCount: z.number().nullish(),
});
