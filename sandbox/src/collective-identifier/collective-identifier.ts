import { collectiveIdentifierNumber } from "../number.ts";
import { isSame } from "../permission/identifier.ts";
import { Refusal } from "../refusal.ts";
import type { ContextIdentifier, State } from "../state.ts";
import type { Collection } from "../store.ts";

/** Several invoices of one seller under one number, to be paid together. */
export interface CollectiveIdentifier {
  number: string;
  /** Counts all of them from 1. */
  sequence: number;
  sellerNip: string;
  createdIn: ContextIdentifier;
  createdAt: number;
  invoices: GatheredInvoice[];
}

export interface GatheredInvoice {
  ksefNumber: string;
  payment?: { amount: number; currency: string };
  description?: string;
}

/** How often one context may give an invoice to a collective identifier. */
const largestUse = 132;

/** Makes one of accepted invoices. Throws 71001 for an invoice there is not or of another seller than the first, and 71002. */
export function gather(
  state: State,
  context: ContextIdentifier,
  invoices: GatheredInvoice[],
): CollectiveIdentifier {
  const sellers = invoices.map(({ ksefNumber }) => sellerOf(state, ksefNumber));
  const [sellerNip] = sellers;
  const stranger = invoices[sellers.findIndex((seller) => seller === undefined || seller !== sellerNip)];
  if (sellerNip === undefined || stranger !== undefined)
    throw new Refusal(
      71001,
      `Faktura o numerze KSeF ${(stranger ?? invoices[0])?.ksefNumber} nie może zostac przypisana do Identyfikatora Zbiorczego.`,
    );
  const spent = invoices.find(({ ksefNumber }) => used(state, context, ksefNumber) >= largestUse);
  if (spent !== undefined)
    throw new Refusal(
      71002,
      `Faktura o numerze KSeF ${spent.ksefNumber} jest już przypisana do maksymalnej liczby Identyfikatorów Zbiorczych.`,
    );
  const createdAt = state.clock.now();
  const sequence = collectiveIdentifiers(state).size + 1;
  const number = collectiveIdentifierNumber(sellerNip, createdAt);
  const made = { number, sequence, sellerNip, createdIn: context, createdAt, invoices };
  collectiveIdentifiers(state).set(number, made);
  return made;
}

/** Those this context made and, for a company, those of its own invoices; the latest first. */
export function visibleIdentifiers(state: State, context: ContextIdentifier): CollectiveIdentifier[] {
  return collectiveIdentifiers(state)
    .values()
    .filter(
      ({ createdIn, sellerNip }) =>
        isSame(createdIn, context) || (context.type === "Nip" && context.value === sellerNip),
    )
    .toReversed();
}

export function collectiveIdentifiers(state: State): Collection<CollectiveIdentifier> {
  return state.store.collection("collective-identifier");
}

/** The seller of an invoice that has its number by now. */
function sellerOf(state: State, ksefNumber: string): string | undefined {
  const invoice = state.invoices.get(state.byKsefNumber.get(ksefNumber) ?? "");
  return invoice !== undefined && invoice.finalAt <= state.clock.now()
    ? invoice.accepted?.sellerNip
    : undefined;
}

function used(state: State, context: ContextIdentifier, ksefNumber: string): number {
  return collectiveIdentifiers(state)
    .values()
    .filter(
      ({ createdIn, invoices }) =>
        isSame(createdIn, context) && invoices.some((invoice) => invoice.ksefNumber === ksefNumber),
    ).length;
}
