import { Hono } from "hono";
import * as z from "zod";
import { requireAccess } from "../access.ts";
import { xmlAnswer } from "../answer.ts";
import { exportView } from "../invoices/export-status.ts";
import { startExport } from "../invoices/export.ts";
import { ksefNumberSchema } from "../invoices/filters.ts";
import { queryMetadata } from "../invoices/query.ts";
import { mayRead } from "../invoices/readable.ts";
import { readFilters } from "../invoices/select.ts";
import { parse, Refusal } from "../refusal.ts";
import { body, reference } from "../request.ts";
import type { ContextIdentifier, State } from "../state.ts";
import type { Env } from "../token.ts";
import { encryption, refuseUnknownKey } from "./encryption.ts";

/** `/invoices`: accepted invoices for everybody they name. Source: ksef-docs, pobieranie-faktur/pobieranie-faktur.md. */
export function invoiceRoutes(state: State): Hono<Env> {
  const app = new Hono<Env>();
  app.use(requireAccess(state, "InvoiceRead"));

  app.get("/ksef/:ksefNumber", (c) => {
    const number = parse(ksefNumberSchema, c.req.param("ksefNumber"));
    return xmlAnswer(c, document(state, c.var.operation.context, number));
  });

  app.post("/query/metadata", async (c) => {
    const page = parse(paging, c.req.query());
    const filters = readFilters(state, await body(c));
    return c.json(queryMetadata(state, c.var.operation.context, filters, page));
  });

  app.post("/exports", async (c) => {
    const request = parse(exportRequest, await body(c));
    const { encryptedSymmetricKey, initializationVector, publicKeyId } = request.encryption;
    const filters = readFilters(state, request.filters);
    refuseUnknownKey(state, publicKeyId);
    const key = state.keys.decrypt("SymmetricKeyEncryption", encryptedSymmetricKey, publicKeyId);
    const referenceNumber = await startExport(state, c.var.operation.context, {
      filters,
      key: key?.length === 32 ? key : undefined,
      initializationVector,
      onlyMetadata: request.onlyMetadata,
      compression: request.compressionType ?? "Zip",
    });
    return c.json({ referenceNumber }, 201);
  });

  app.get("/exports/:referenceNumber", (c) =>
    c.json(exportView(state, c.var.operation.context, reference(c, "referenceNumber"))),
  );
  return app;
}

const paging = z.object({
  sortOrder: z.enum(["Asc", "Desc"]).default("Asc"),
  pageOffset: z.coerce.number().int().min(0).default(0),
  pageSize: z.coerce.number().int().min(10).max(250).default(10),
});

const exportRequest = z.object({
  encryption,
  onlyMetadata: z.boolean().default(false),
  compressionType: z.enum(["Zip", "TarGz"]).nullish(),
  filters: z.unknown(),
});

/** Whoever the invoice does not name is told the same as of a number that was never given. */
function document(state: State, context: ContextIdentifier, number: string): Buffer<ArrayBuffer> {
  const invoice = state.invoices.get(state.byKsefNumber.get(number) ?? "");
  const content = state.contents.get(number);
  const stored = state.documents.get(number);
  const now = state.clock.now();
  const isKnown = content !== undefined && mayRead(content, context);
  if (!isKnown || invoice === undefined || stored === undefined || invoice.finalAt > now)
    throw new Refusal(21164, `Faktura o numerze KSeF ${number} nie została znaleziona.`);
  if (invoice.storedAt > now) {
    const why = "została przetworzona, ale nie jest jeszcze dostępna do pobrania. Spróbuj ponownie później.";
    throw new Refusal(21165, `Faktura o numerze KSeF ${number} ${why}`);
  }
  return Buffer.from(stored, "base64");
}
