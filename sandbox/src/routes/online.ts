import { createHash } from "node:crypto";
import { Hono, type Context } from "hono";
import * as z from "zod";
import { requireAccess } from "../access.ts";
import { isoTime } from "../iso.ts";
import { receiveInvoice } from "../receive.ts";
import { parse, Refusal } from "../refusal.ts";
import { base64, body, reference, sha256 } from "../request.ts";
import { findSession, openSession, visibleSessionStatus } from "../session.ts";
import type { Session, State } from "../state.ts";
import type { Env } from "../token.ts";
import { sessionParts, sessionRequest } from "./session-request.ts";

/** `/sessions/online`: open, send, close. Source: ksef-docs, sesja-interaktywna.md. */
export function onlineRoutes(state: State): Hono<Env> {
  const app = new Hono<Env>();
  const access = requireAccess(state, "InvoiceWrite", "PefInvoiceWrite", "EnforcementOperations");
  const found = (c: Context<Env>): Session => {
    const wanted = { kind: "Online", verb: "odnaleziona" } as const;
    return findSession(state, c.var.operation, reference(c, "referenceNumber"), wanted);
  };

  app.post("/", access, async (c) => {
    const request = parse(sessionRequest, await body(c));
    const session = openSession(state, c.var.operation, sessionParts(state, request));
    const { referenceNumber, validUntil } = session;
    return c.json({ referenceNumber, validUntil: isoTime(validUntil) }, 201);
  });

  app.post("/:referenceNumber/invoices", access, async (c) => {
    const request = parse(sendRequest, await body(c));
    const session = found(c);
    state.posts.set(request.invoiceHash, (state.posts.get(request.invoiceHash) ?? 0) + 1);
    const content = request.encryptedInvoiceContent;
    if (content.length !== request.encryptedInvoiceSize)
      throw new Refusal(21402, "Długość treści nie zgadza się z rozmiarem pliku.");
    if (createHash("sha256").update(content).digest("base64") !== request.encryptedInvoiceHash)
      throw new Refusal(21403, "Skrót treści nie zgadza się ze skrótem pliku.");
    const invoice = receiveInvoice(state, session, {
      content,
      sha256: request.invoiceHash,
      size: request.invoiceSize,
      offlineMode: request.offlineMode,
      correctedSha256: request.hashOfCorrectedInvoice ?? undefined,
    });
    return c.json({ referenceNumber: invoice.referenceNumber }, 202);
  });

  app.post("/:referenceNumber/close", access, (c) => {
    const session = found(c);
    const { code } = visibleSessionStatus(state, session);
    if (code !== 100) throw new Refusal(21180, `Status sesji ${code} uniemożliwia jej zamknięcie.`);
    state.sessions.set(session.referenceNumber, { ...session, closedAt: state.clock.now() });
    return c.body(null, 204);
  });
  return app;
}

const sendRequest = z.object({
  invoiceHash: sha256,
  invoiceSize: z.number().int().min(1),
  encryptedInvoiceHash: sha256,
  encryptedInvoiceSize: z.number().int().min(1),
  encryptedInvoiceContent: base64,
  offlineMode: z.boolean().default(false),
  hashOfCorrectedInvoice: sha256.nullish(),
});
