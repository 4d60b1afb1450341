import { createHash } from "node:crypto";
import { forms } from "@ksef-hub/core/fa3";
import { Hono } from "hono";
import * as z from "zod";
import { requireAccess } from "../access.ts";
import { receiveInvoice } from "../invoice.ts";
import { isoTime } from "../iso.ts";
import { parse, Refusal } from "../refusal.ts";
import { base64, body, keyId, reference, sha256 } from "../request.ts";
import { findSession, openSession, visibleSessionStatus } from "../session.ts";
import type { State } from "../state.ts";
import type { Env } from "../token.ts";

/** `/sessions/online`: open, send, close. Source: ksef-docs, sesja-interaktywna.md. */
export function onlineRoutes(state: State): Hono<Env> {
  const app = new Hono<Env>();
  const access = requireAccess(state, "InvoiceWrite", "PefInvoiceWrite", "EnforcementOperations");

  app.post("/", access, async (c) => {
    const { formCode, encryption } = parse(openRequest, await body(c));
    const { encryptedSymmetricKey, initializationVector, publicKeyId } = encryption;
    if (publicKeyId && !state.keys.knows("SymmetricKeyEncryption", publicKeyId))
      throw new Refusal(21470, `Klucz o identyfikatorze ${publicKeyId} nie jest wspierany.`);
    const session = openSession(state, c.var.operation, {
      form: formCode,
      encryptedKey: encryptedSymmetricKey,
      initializationVector: initializationVector.toString("base64"),
    });
    const { referenceNumber, validUntil } = session;
    return c.json({ referenceNumber, validUntil: isoTime(validUntil) }, 201);
  });

  app.post("/:referenceNumber/invoices", access, async (c) => {
    const session = findSession(state, c.var.operation, reference(c, "referenceNumber"), "odnaleziona");
    const request = parse(sendRequest, await body(c));
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
    const session = findSession(state, c.var.operation, reference(c, "referenceNumber"), "odnaleziona");
    const { code } = visibleSessionStatus(state, session);
    if (code !== 100) throw new Refusal(21180, `Status sesji ${code} uniemożliwia jej zamknięcie.`);
    state.sessions.set(session.referenceNumber, { ...session, closedAt: state.clock.now() });
    return c.body(null, 204);
  });
  return app;
}

const supported = Object.values(forms).map(({ form }) => JSON.stringify(Object.values(form)));

const openRequest = z.object({
  formCode: z
    .object({ systemCode: z.string(), schemaVersion: z.string(), value: z.string() })
    .refine(
      ({ systemCode, schemaVersion, value }) =>
        supported.includes(JSON.stringify([systemCode, schemaVersion, value])),
      "Wskazany kod formularza nie jest wspierany.",
    ),
  encryption: z.object({
    encryptedSymmetricKey: base64,
    initializationVector: base64.refine(
      ({ length }) => length === 16,
      "Wektor inicjujący ma mieć 16 bajtów.",
    ),
    publicKeyId: keyId,
  }),
});

const sendRequest = z.object({
  invoiceHash: sha256,
  invoiceSize: z.number().int().min(1),
  encryptedInvoiceHash: sha256,
  encryptedInvoiceSize: z.number().int().min(1),
  encryptedInvoiceContent: base64,
  offlineMode: z.boolean().default(false),
  hashOfCorrectedInvoice: sha256.nullish(),
});
