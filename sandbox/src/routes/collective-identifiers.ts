import { Hono, type Context } from "hono";
import * as z from "zod";
import { requireAccess } from "../access.ts";
import {
  collectiveIdentifiers,
  gather,
  visibleIdentifiers,
  type CollectiveIdentifier,
  type GatheredInvoice,
} from "../collective-identifier/collective-identifier.ts";
import { ksefNumberSchema } from "../invoices/filters.ts";
import { mayRead } from "../invoices/readable.ts";
import { isoTime } from "../iso.ts";
import { page } from "../page.ts";
import { isSame } from "../permission/identifier.ts";
import { parse, Refusal } from "../refusal.ts";
import { body } from "../request.ts";
import type { ContextIdentifier, State } from "../state.ts";
import type { Env } from "../token.ts";

/** `/collective-identifiers`: one number for paying several invoices. Source: the OpenAPI document. */
export function collectiveIdentifierRoutes(state: State): Hono<Env> {
  const app = new Hono<Env>();
  app.use(requireAccess(state, "InvoiceRead", "InvoiceWrite", "CollectiveIdentifierManage"));

  app.post("/", async (c) => {
    const { invoices } = parse(request, await body(c));
    const given = invoices.map(({ ksefNumber, payment, description }) => ({
      ksefNumber,
      ...(payment && { payment }),
      ...(typeof description === "string" && { description }),
    }));
    const { number } = gather(state, c.var.operation.context, given);
    return c.json({ collectiveIdentifierNumber: number }, 201);
  });

  app.post("/query", async (c) => {
    const { context } = c.var.operation;
    const wanted = parse(query, await body(c));
    const found = visibleIdentifiers(state, context).filter((each) => matches(wanted, each, context));
    const { shown, continuationToken } = pageOf(c, "collective-identifiers", found);
    return c.json({
      continuationToken,
      collectiveIdentifiers: shown.map((each) => ({
        ...view(each, context),
        invoiceCount: each.invoices.length,
      })),
    });
  });

  app.get("/ksef/:ksefNumber", (c) => {
    const { context } = c.var.operation;
    const ksefNumber = parse(ksefNumberSchema, c.req.param("ksefNumber"));
    const found = visibleIdentifiers(state, context).filter(({ invoices }) =>
      invoices.some((invoice) => invoice.ksefNumber === ksefNumber),
    );
    const { shown, continuationToken } = pageOf(c, `collective-identifiers-of-${ksefNumber}`, found);
    return c.json({ continuationToken, collectiveIdentifiers: shown.map((each) => view(each, context)) });
  });

  app.get("/:number/invoices", (c) => {
    const number = c.req.param("number");
    const found = collectiveIdentifiers(state).get(number);
    if (found === undefined)
      throw new Refusal(21405, `Identyfikator zbiorczy o numerze ${number} nie został znaleziony.`);
    const sorted = found.invoices
      .toSorted((one, other) => (one.ksefNumber < other.ksefNumber ? 1 : -1))
      .map((invoice, sequence) => ({ invoice, sequence: -sequence }));
    const { shown, continuationToken } = pageOf(c, number, sorted);
    const invoices = shown.map(({ invoice }) => invoiceView(state, found, invoice, c.var.operation.context));
    return c.json({ continuationToken, invoices });
  });
  return app;
}

/** The latest first. */
function pageOf<T extends { sequence: number }>(c: Context, list: string, all: T[]) {
  parse(pageSize, c.req.query("pageSize"));
  const { items, next } = page(c, list, all, ({ sequence }) => -sequence);
  return { shown: items, continuationToken: next };
}

function matches(
  wanted: z.output<typeof query>,
  { number, createdAt, invoices, createdIn }: CollectiveIdentifier,
  context: ContextIdentifier,
): boolean {
  const { collectiveIdentifierNumber, createdInCurrentContext, invoiceCountFrom, invoiceCountTo } = wanted;
  return (
    createdAt >= wanted.dateCreatedFrom &&
    createdAt <= wanted.dateCreatedTo &&
    (collectiveIdentifierNumber ?? number) === number &&
    invoices.length >= (invoiceCountFrom ?? 0) &&
    invoices.length <= (invoiceCountTo ?? Infinity) &&
    (createdInCurrentContext ?? isSame(createdIn, context)) === isSame(createdIn, context)
  );
}

function view({ number, createdAt, createdIn }: CollectiveIdentifier, context: ContextIdentifier) {
  return {
    collectiveIdentifierNumber: number,
    dateCreated: isoTime(createdAt),
    createdInCurrentContext: isSame(createdIn, context),
  };
}

/** What is to be paid is for whoever made the identifier and for those the invoice names. */
function invoiceView(
  state: State,
  { createdIn }: CollectiveIdentifier,
  { ksefNumber, payment, description }: GatheredInvoice,
  context: ContextIdentifier,
) {
  const content = state.contents.get(ksefNumber);
  const isOpen = isSame(createdIn, context) || (content !== undefined && mayRead(content, context));
  if (isOpen)
    return { ksefNumber, payment: payment ?? null, description: description ?? null, detailsHidden: false };
  return { ksefNumber, detailsHidden: payment !== undefined || description !== undefined };
}

const pageSize = z.coerce.number().int().min(10).max(200).default(10);

const request = z.object({
  invoices: z
    .array(
      z.object({
        ksefNumber: ksefNumberSchema,
        payment: z.object({ amount: z.number(), currency: z.string().regex(/^[A-Z]{3}$/) }).nullish(),
        description: z.string().max(512).nullish(),
      }),
    )
    .min(1)
    .max(500)
    .refine(
      (invoices) => new Set(invoices.map(({ ksefNumber }) => ksefNumber)).size === invoices.length,
      "Każda faktura może wystąpić tylko raz.",
    ),
});

const hundredDays = 100 * 24 * 3600_000;
const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

const query = z
  .object({
    collectiveIdentifierNumber: z.string().nullish(),
    dateCreatedFrom: instant,
    dateCreatedTo: instant,
    invoiceCountFrom: z.int32().nullish(),
    invoiceCountTo: z.int32().nullish(),
    createdInCurrentContext: z.boolean().nullish(),
  })
  .refine(
    ({ dateCreatedFrom: from, dateCreatedTo: to }) => from <= to && to - from <= hundredDays,
    "Przedział czasu może mieć najwyżej 100 dni.",
  );
