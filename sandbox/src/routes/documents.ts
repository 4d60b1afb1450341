import { Hono, type Context } from "hono";
import { requireAccess } from "../access.ts";
import { xmlAnswer } from "../answer.ts";
import { isValidLink } from "../link.ts";
import { Refusal } from "../refusal.ts";
import type { State } from "../state.ts";
import type { Env } from "../token.ts";
import { invoiceUpo, sessionUpo } from "../upo.ts";

/** `/invoices/ksef`: accepted invoices of the context by their KSeF number. */
export function invoiceRoutes(state: State): Hono<Env> {
  const app = new Hono<Env>();
  app.get("/:ksefNumber", requireAccess(state, "InvoiceRead"), (c) => {
    const number = c.req.param("ksefNumber");
    const invoice = state.invoices.get(state.byKsefNumber.get(number) ?? "");
    const document = state.documents.get(number);
    const now = state.clock.now();
    const known = invoice?.accepted?.sellerNip === c.var.operation.nip && invoice.finalAt <= now;
    if (!known || document === undefined)
      throw new Refusal(21164, `Faktura o numerze KSeF ${number} nie została znaleziona.`);
    if (invoice.storedAt > now) {
      const why =
        "została przetworzona, ale nie jest jeszcze dostępna do pobrania. Spróbuj ponownie później.";
      throw new Refusal(21165, `Faktura o numerze KSeF ${number} ${why}`);
    }
    return xmlAnswer(c, Buffer.from(document, "base64"));
  });
  return app;
}

/** What `upoDownloadUrl` and `downloadUrl` lead to: no token, but a signature in the link. */
export function storageRoutes(state: State): Hono {
  const app = new Hono();
  app.get("/invoice-upo/:file", (c) => {
    const reference = withoutSuffix(c.req.param("file"));
    const upo = () => invoiceUpo(state, state.invoices.get(reference));
    return serve(state, c, `invoice-upo/${reference}`, upo);
  });
  app.get("/session-upo/:session/:file", (c) => {
    const session = state.sessions.get(c.req.param("session"));
    const path = `session-upo/${c.req.param("session")}/${withoutSuffix(c.req.param("file"))}`;
    return serve(state, c, path, () => session && sessionUpo(state, session));
  });
  return app;
}

type Upo = Buffer<ArrayBuffer> | undefined;

function serve(state: State, c: Context, path: string, upo: () => Upo): Response {
  const valid = isValidLink(state, path, c.req.query("se") ?? "", c.req.query("sig") ?? "");
  const bytes = valid ? upo() : undefined;
  if (bytes !== undefined) return xmlAnswer(c, bytes);
  // The links lead to a blob store outside the API, which answers in its own way.
  const xml = '<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthenticationFailed</Code></Error>';
  return c.body(xml, 403, { "content-type": "application/xml" });
}

const withoutSuffix = (file: string): string => file.replace(/\.xml$/, "");
