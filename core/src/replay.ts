import * as z from "zod";
import { addDays } from "./calendar.ts";
import type { Engine } from "./engine.ts";
import { errorTable, type ErrorCode, HubError, toHubError } from "./error.ts";
import { replay } from "./lifecycle.ts";
import { endOfDay } from "./offline/midnight.ts";
import type { Submission } from "./submission.ts";

/** An instant in ISO 8601 with its offset, or a day in Poland: `from` means its beginning, `to` its end. */
const moment = (edge: "from" | "to") =>
  z.union(
    [
      z.iso.date().transform((day) => (edge === "from" ? endOfDay(addDays(day, -1)) : endOfDay(day) - 1)),
      z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
    ],
    { error: "a day such as 2026-02-01, or an instant such as 2026-02-01T08:00:00Z" },
  );

const knownCode = z.enum(Object.keys(errorTable) as ErrorCode[], {
  error: ({ input }) => `the hub has no code ${JSON.stringify(input)}`,
});

/** Which invoices: what is left out does not matter, and all that is given must hold. Bounds are inclusive. */
export const ReplayFilter = z.strictObject({
  states: z
    .array(z.enum(["held", "dead"]))
    .min(1)
    .optional(),
  /** What they stopped for. */
  codes: z.array(knownCode).min(1).optional(),
  /** How the invoice number begins. */
  numberPrefix: z.string().min(1).optional(),
  /** RodzajFaktury, such as `VAT` or `KOR`. */
  kind: z.string().min(1).optional(),
  stoppedFrom: moment("from").optional(),
  stoppedTo: moment("to").optional(),
  createdFrom: moment("from").optional(),
  createdTo: moment("to").optional(),
});
export type ReplayFilter = z.output<typeof ReplayFilter>;

export interface ReplayOptions {
  /** Only says what would be replayed. */
  dryRun?: boolean;
  /** Stopped invoices looked at in one go, whether they match or not; all when left out. */
  limit?: number | undefined;
  /** `next` of the go before. */
  after?: string | undefined;
  signal?: AbortSignal;
  /** Told of each match: the invoice as it was found, and what came of it. */
  onProgress?: (match: Submission, outcome: ReplayOutcome) => void;
}

/** `skipped`: meanwhile somebody else took it up. A code: it could not be replayed. */
export type ReplayOutcome = "matched" | "replayed" | "skipped" | ErrorCode;

export interface Replayed {
  matched: number;
  replayed: number;
  skipped: number;
  failed: Partial<Record<ErrorCode, number>>;
  /** Present when the limit or the signal ended it early: where to go on. */
  next?: string;
}

/**
 * Replays the held and dead invoices of a company that a filter names, the longest stopped first. What stops anew
 * meanwhile is not taken up twice. One that fails keeps no other from its turn. Throws `request.invalid` for an `after`
 * that is not one of ours.
 */
export async function replayAll(
  engine: Engine,
  tenant: string,
  filter: ReplayFilter,
  { dryRun = false, limit = Infinity, after, signal, onProgress }: ReplayOptions = {},
): Promise<Replayed> {
  const result: Replayed = { matched: 0, replayed: 0, skipped: 0, failed: {} };
  const begin = after === undefined ? undefined : placeOf(after);
  const from = Math.max(filter.stoppedFrom ?? 0, begin?.at ?? 0);
  const to = Math.min(filter.stoppedTo ?? Infinity, engine.clock.now());
  let seen = 0;
  let last = after;
  for await (const submission of engine.submissions.stopped(tenant, from, to)) {
    const { id, updatedAt } = submission;
    if (begin !== undefined && updatedAt === begin.at && id <= begin.id) continue;
    if (seen === limit || signal?.aborted === true) return { ...result, next: last ?? `${from}~` };
    seen += 1;
    last = `${updatedAt}~${id}`;
    if (!matches(submission, filter)) continue;
    result.matched += 1;
    const outcome = dryRun ? "matched" : await replayOne(engine, submission);
    if (outcome === "replayed" || outcome === "skipped") result[outcome] += 1;
    else if (outcome !== "matched") result.failed[outcome] = (result.failed[outcome] ?? 0) + 1;
    onProgress?.(submission, outcome);
  }
  return result;
}

function placeOf(after: string): { at: number; id: string } {
  const [, at, id] = /^(\d{1,15})~([0-9a-f]*)$/.exec(after) ?? [];
  if (at === undefined || id === undefined)
    throw new HubError("request.invalid", "after is the next of an earlier answer.");
  return { at: Number(at), id };
}

function matches({ state, problem, invoice, createdAt }: Submission, filter: ReplayFilter): boolean {
  const { states, codes, numberPrefix = "", kind, createdFrom = 0, createdTo = Infinity } = filter;
  return (
    (states === undefined || states.some((one) => one === state)) &&
    (codes === undefined || codes.some((one) => one === problem?.code)) &&
    (kind === undefined || invoice.kind === kind) &&
    invoice.number.startsWith(numberPrefix) &&
    createdAt >= createdFrom &&
    createdAt <= createdTo
  );
}

async function replayOne(engine: Engine, { tenant, id }: Submission): Promise<ReplayOutcome> {
  try {
    await replay(engine, { tenant, id });
    return "replayed";
  } catch (thrown) {
    const { code } = toHubError(thrown);
    return code === "submission.not-replayable" ? "skipped" : code;
  }
}
