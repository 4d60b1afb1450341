import { Hono, type Context } from "hono";
import { requireAccess } from "../access.ts";
import { xmlAnswer } from "../answer.ts";
import { invoiceView, visibleStatus } from "../invoice.ts";
import { isoTime } from "../iso.ts";
import { page } from "../page.ts";
import { Refusal } from "../refusal.ts";
import { reference } from "../request.ts";
import { findSession, sessionNow, visibleInvoices } from "../session.ts";
import { listSessions } from "../session-list.ts";
import type { Invoice, Session, State } from "../state.ts";
import type { Env } from "../token.ts";
import { invoiceUpo, sessionUpo, upoPages } from "../upo.ts";

/** `/sessions`: statuses and UPO. Source: ksef-docs, faktury/sesje/sesja-sprawdzenie-stanu-i-pobranie-upo.md. */
export function sessionRoutes(state: State): Hono<Env> {
  const app = new Hono<Env>();
  app.use(requireAccess(state, "Introspection", "InvoiceWrite", "PefInvoiceWrite", "EnforcementOperations"));
  const session = (c: Context<Env>): Session =>
    findSession(state, c.var.operation, reference(c, "referenceNumber"));

  app.get("/", (c) => c.json(listSessions(state, c)));

  app.get("/:referenceNumber", (c) => {
    const found = session(c);
    const now = sessionNow(state, found);
    const upo = upoPages(state, found);
    return c.json({
      status: now.status,
      dateCreated: isoTime(found.openedAt),
      dateUpdated: isoTime(now.updatedAt),
      validUntil: isoTime(found.validUntil),
      ...(upo && { upo }),
      invoiceCount: now.invoiceCount,
      successfulInvoiceCount: now.successful,
      failedInvoiceCount: now.failed,
    });
  });

  app.get("/:referenceNumber/invoices", (c) => {
    const { referenceNumber } = session(c);
    return c.json(invoicePage(state, c, referenceNumber, visibleInvoices(state, session(c))));
  });

  app.get("/:referenceNumber/invoices/failed", (c) => {
    const failed = visibleInvoices(state, session(c)).filter(
      (invoice) => visibleStatus(state, invoice).code >= 400,
    );
    return c.json(invoicePage(state, c, `failed-${session(c).referenceNumber}`, failed));
  });

  app.get("/:referenceNumber/invoices/:invoiceReferenceNumber", (c) =>
    c.json(invoiceView(state, findInvoice(state, c, session(c)))),
  );

  app.get("/:referenceNumber/invoices/:invoiceReferenceNumber/upo", (c) => {
    const { referenceNumber } = session(c);
    const invoice = findInvoice(state, c, session(c));
    const name = `numerze referencyjnym faktury ${invoice.referenceNumber}`;
    return xmlAnswer(c, invoiceUpo(state, invoice) ?? noUpo(name, referenceNumber));
  });

  app.get("/:referenceNumber/invoices/ksef/:ksefNumber/upo", (c) => {
    const { referenceNumber } = session(c);
    const number = c.req.param("ksefNumber");
    const invoice = state.invoices.get(state.byKsefNumber.get(number) ?? "");
    const upo = invoice?.sessionReferenceNumber === referenceNumber ? invoiceUpo(state, invoice) : undefined;
    return xmlAnswer(c, upo ?? noUpo(`numerze KSeF ${number}`, referenceNumber));
  });

  app.get("/:referenceNumber/upo/:upoReferenceNumber", (c) => {
    const found = session(c);
    const number = reference(c, "upoReferenceNumber");
    const upo = sessionUpo(state, found, number);
    if (upo !== undefined) return xmlAnswer(c, upo);
    const what = `UPO o numerze referencyjnym ${number} dla sesji ${found.referenceNumber}`;
    throw new Refusal(21178, `${what} nie zostało znalezione.`);
  });
  return app;
}

function invoicePage(state: State, c: Context, list: string, all: Invoice[]): Record<string, unknown> {
  const { items, next } = page(c, list, all, ({ ordinal }) => ordinal);
  return { continuationToken: next, invoices: items.map((invoice) => invoiceView(state, invoice)) };
}

function findInvoice(state: State, c: Context, session: Session): Invoice {
  const number = reference(c, "invoiceReferenceNumber");
  const invoice = state.invoices.get(number);
  if (invoice !== undefined && visibleInvoices(state, session)[invoice.ordinal - 1] === invoice)
    return invoice;
  // The table of this endpoint has no code of its own for it.
  throw new Refusal(21405, `Faktura o numerze referencyjnym ${number} nie została znaleziona w sesji.`);
}

function noUpo(name: string, session: string): never {
  throw new Refusal(21178, `UPO o ${name} i numerze referencyjnym sesji ${session} nie zostało znalezione.`);
}
