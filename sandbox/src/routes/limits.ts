import { Hono } from "hono";
import * as z from "zod";
import { requireAccess } from "../access.ts";
import { contextLimits, contextOverrides, subjectLimits, subjectOverrides } from "../limits/effective.ts";
import { production, rateLimitOverrides, rateLimits } from "../limits/rate-limits.ts";
import { parse } from "../refusal.ts";
import { body } from "../request.ts";
import type { Operation, State } from "../state.ts";
import type { Env } from "../token.ts";

/** `/limits`, `/rate-limits` and their `/testdata`: of whoever logged in. Source: ksef-docs, limity/limity.md. */
export function limitRoutes(state: State): Hono<Env> {
  const app = new Hono<Env>();
  const access = requireAccess(state);

  app.get("/limits/context", access, (c) => c.json(contextLimits(state, c.var.operation.nip)));

  app.get("/limits/subject", access, (c) => c.json(subjectLimits(state, subjectOf(c.var.operation))));

  app.get("/rate-limits", access, (c) => c.json(rateLimits(state, c.var.operation.context)));

  app.post("/testdata/limits/context/session", access, async (c) => {
    contextOverrides(state).set(c.var.operation.nip, parse(newContextLimits, await body(c)));
    return c.body(null, 200);
  });

  app.delete("/testdata/limits/context/session", access, (c) => {
    contextOverrides(state).delete(c.var.operation.nip);
    return c.body(null, 200);
  });

  app.post("/testdata/limits/subject/certificate", access, async (c) => {
    const { enrollment, certificate } = parse(newSubjectLimits, await body(c));
    const [maxEnrollments, maxCertificates] = [enrollment?.maxEnrollments, certificate?.maxCertificates];
    subjectOverrides(state).set(subjectOf(c.var.operation), {
      ...(typeof maxEnrollments === "number" && { maxEnrollments }),
      ...(typeof maxCertificates === "number" && { maxCertificates }),
    });
    return c.body(null, 200);
  });

  app.delete("/testdata/limits/subject/certificate", access, (c) => {
    subjectOverrides(state).delete(subjectOf(c.var.operation));
    return c.body(null, 200);
  });

  app.post("/testdata/rate-limits", access, async (c) => {
    const request = parse(newRateLimits, await body(c));
    rateLimitOverrides(state).set(c.var.operation.context.value, request.rateLimits);
    return c.body(null, 200);
  });

  app.delete("/testdata/rate-limits", access, (c) => {
    rateLimitOverrides(state).delete(c.var.operation.context.value);
    return c.body(null, 200);
  });

  app.post("/testdata/rate-limits/production", access, (c) => {
    rateLimitOverrides(state).set(c.var.operation.context.value, production);
    return c.body(null, 200);
  });
  return app;
}

/** A Peppol provider or company that acts for itself is its own subject. */
const subjectOf = ({ subject, context }: Operation): string => subject?.value ?? context.value;

const sessionLimits = z.object({
  maxInvoiceSizeInMB: z.int32().min(0).max(5),
  maxInvoiceWithAttachmentSizeInMB: z.int32().min(0).max(10),
  maxInvoices: z.int32().min(0).max(100_000),
});

const newContextLimits = z.object({ onlineSession: sessionLimits, batchSession: sessionLimits });

const count = z.int32().min(0).nullish();

const newSubjectLimits = z.object({
  subjectIdentifierType: z.enum(["Nip", "Pesel", "Fingerprint"]).optional(),
  enrollment: z.object({ maxEnrollments: count }).nullish(),
  certificate: z.object({ maxCertificates: count }).nullish(),
});

// The OpenAPI document names no bounds; KSeF refuses zero.
const rate = z.int32().min(1);
const rates = z.object({ perSecond: rate, perMinute: rate, perHour: rate });

const newRateLimits = z.object({
  rateLimits: z.object({
    onlineSession: rates,
    batchSession: rates,
    invoiceSend: rates,
    invoiceStatus: rates,
    sessionList: rates,
    sessionInvoiceList: rates,
    sessionMisc: rates,
    invoiceMetadata: rates,
    invoiceExport: rates,
    invoiceExportStatus: rates,
    invoiceDownload: rates,
    collectiveIdentifier: rates,
    other: rates,
  }),
});
