import type { LedgerEntry } from "@ksef-hub/sandbox";
import type { Posted } from "./caller.ts";
import type { Evidence, View } from "./evidence.ts";

export const failures = ["lost", "duplicates", "unfinished", "unverified", "conflicts"] as const;

/** Something that must not be: what, of which invoice, and what the hub has to say of it. */
export interface Finding {
  kind: (typeof failures)[number];
  invoice: string;
  what: string;
  view?: View | undefined;
}

/**
 * Holds the hub against KSeF's ledger. An invoice is
 *
 * lost        when the hub confirmed it and KSeF has not accepted it,
 * duplicated  when KSeF accepted it more than once: by seller and number (all are of one kind), or by content,
 * unfinished  when its submission is not `reported`,
 * unverified  when its receipt is missing or does not say KSeF's number and the document's SHA-256,
 * in conflict when the hub and KSeF name different numbers, the hub refused it or took it for two, or the hub or KSeF
 *             has what nobody posted.
 */
export function findingsOf({ posted, submissions, accepted }: Evidence): Finding[] {
  const byName = Map.groupBy(accepted, nameOf);
  const known = new Set(posted.map((invoice) => nameOf({ ...invoice, sellerNip: invoice.tenant.nip })));
  const ids = new Set(posted.flatMap((invoice) => invoice.ids));
  return [
    ...posted.flatMap((invoice) => ofPosted(invoice, byName, submissions)),
    ...repeated(accepted).map((entry) => ({
      kind: "duplicates" as const,
      invoice: nameOf(entry),
      what: `KSeF accepted it again as ${entry.ksefNumber} in session ${entry.sessionReferenceNumber}`,
    })),
    ...[...byName.keys()]
      .filter((name) => !known.has(name))
      .map((invoice) => ({ kind: "conflicts" as const, invoice, what: "KSeF has it, and nobody posted it" })),
    ...[...submissions.values()]
      .filter(({ view }) => !ids.has(view.id))
      .map(({ view }) => ({
        kind: "conflicts" as const,
        invoice: nameOf(view.invoice),
        what: `the hub has ${view.id}, which it confirmed to nobody`,
        view,
      })),
  ];
}

function ofPosted(
  { tenant, number, sha256, ids, refused }: Posted,
  byName: Map<string, LedgerEntry[]>,
  submissions: Evidence["submissions"],
): Finding[] {
  const invoice = nameOf({ sellerNip: tenant.nip, number });
  const entries = byName.get(invoice) ?? [];
  const entry = entries.find((candidate) => candidate.sha256 === sha256);
  const { view, receipt } = submissions.get(ids[0] ?? "") ?? {};
  const finding = (kind: Finding["kind"], what: string): Finding => ({ kind, invoice, what, view });
  const found: Finding[] = [];
  if (entry === undefined)
    found.push(
      finding("lost", entries.length === 0 ? "KSeF never accepted it" : "KSeF has another document"),
    );
  if (view?.state !== "reported") found.push(finding("unfinished", `it is ${view?.state ?? "unknown"}`));
  if (refused !== undefined) found.push(finding("conflicts", `the hub refused it: ${refused}`));
  if (ids.length > 1) found.push(finding("conflicts", `the hub took it as ${ids.join(" and ")}`));
  if (view !== undefined && view.document.sha256 !== sha256)
    found.push(finding("conflicts", "the hub has another document"));
  if (view?.ksefNumber !== undefined && view.ksefNumber !== entry?.ksefNumber)
    found.push(finding("conflicts", `the hub says ${view.ksefNumber}, KSeF ${entry?.ksefNumber}`));
  const wrong = receiptFault(receipt, { ksefNumber: entry?.ksefNumber, sha256 });
  if (wrong !== undefined) found.push(finding("unverified", wrong));
  return found;
}

/** What is wrong with a receipt; it must be about this one document. */
function receiptFault(
  receipt: string | undefined,
  { ksefNumber, sha256 }: { ksefNumber: string | undefined; sha256: string },
): string | undefined {
  if (receipt === undefined) return "the hub has no receipt";
  // Base64 and a KSeF number have no characters that XML would write in another way.
  const place = (tag: string): string[] =>
    [...receipt.matchAll(new RegExp(`<(?:\\w+:)?${tag}>([^<]*)<`, "g"))].map((match) => match[1]!.trim());
  const numbers = place("NumerKSeFDokumentu");
  const hashes = place("SkrotDokumentu");
  const at = numbers.findIndex((number) => number === ksefNumber);
  if (ksefNumber === undefined || at < 0)
    return `its receipt names ${numbers.slice(0, 3).join(", ")}, KSeF ${ksefNumber}`;
  if (hashes[at] !== sha256) return `its receipt has the hash ${hashes[at]}, the document ${sha256}`;
  return undefined;
}

/** Every entry whose name or content an earlier one has. */
function repeated(accepted: LedgerEntry[]): LedgerEntry[] {
  const seen = new Set<string>();
  return accepted.filter((entry) => {
    const marks = [nameOf(entry), entry.sha256];
    const isKnown = marks.some((mark) => seen.has(mark));
    for (const mark of marks) seen.add(mark);
    return isKnown;
  });
}

const nameOf = ({ sellerNip, number }: { sellerNip: string; number: string }): string =>
  `${sellerNip} ${number}`;
