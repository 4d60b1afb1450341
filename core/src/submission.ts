import { createHash } from "node:crypto";
import * as z from "zod";

/**
 * A *submission* is one invoice on its way through KSeF. It is one item on the ledger: state, facts and timeline.
 *
 *     received -> ready -> sending -> sent -> accepted -> reported
 *
 * received  durable in the hub
 * ready     checked, waiting to be sent
 * sending   on its way, or sent with an unknown outcome: looked up before anything is sent again
 * sent      KSeF has it and is processing it
 * accepted  it has a KSeF number
 * reported  its receipt (UPO) is verified and archived: done
 * held      a person must change data or configuration, then replay it
 * rejected  KSeF said no to this document
 * dead      retries are spent; it can be replayed
 */
export const activeStates = ["received", "ready", "sending", "sent", "accepted"] as const;
export const restingStates = ["reported", "held", "rejected", "dead"] as const;
export type ActiveState = (typeof activeStates)[number];
export type State = ActiveState | (typeof restingStates)[number];

/** By the taxpayer's own choice (offline24), or in an outage the Ministry has announced. */
export const offlineModes = ["offline24", "unavailability", "failure", "total-failure"] as const;
const offlineMode = z.enum(offlineModes);

const state = z.enum([...activeStates, ...restingStates]);
/** Milliseconds since 1970. */
const instant = z.number();

const upstream = z.object({
  status: z.number().optional(),
  code: z.number().optional(),
  description: z.string().optional(),
  details: z.array(z.string()).optional(),
});

/** Why it waits or stopped: our code and sentence, and what KSeF said word for word. */
const problem = z.object({ code: z.string(), message: z.string(), upstream: upstream.optional() });

const event = z.object({
  at: instant,
  state,
  message: z.string(),
  messagePl: z.string().optional(),
  code: z.string().optional(),
  /** How often the same happened in a row; `at` is the last time, `since` the first. */
  times: z.number().optional(),
  since: instant.optional(),
});

/** Something in the archive. `sha256` in Base64, `size` in bytes. */
const blob = z.object({ key: z.string(), sha256: z.string(), size: z.number() });

const warning = z.object({
  code: z.string(),
  message: z.string(),
  messagePl: z.string(),
  path: z.string().optional(),
  line: z.number().optional(),
});

export const Submission = z.object({
  tenant: z.string(),
  id: z.string(),
  idempotencyKey: z.string(),
  state,
  createdAt: instant,
  updatedAt: instant,
  /** Nobody acts before this instant: a pause, or the lease of the worker that is acting now. */
  wakeAt: instant,
  /** What was handed in, kept to the byte; of an FA(3) document it is the document itself. */
  source: blob.extend({ mediaType: z.string() }),
  /** The FA(3) document that goes to KSeF. */
  document: blob,
  /** What is odd about the invoice and yet not wrong. */
  warnings: z.array(warning),
  invoice: z.object({
    sellerNip: z.string(),
    kind: z.string(),
    number: z.string(),
    issueDate: z.string(),
    currency: z.string(),
    gross: z.string(),
  }),
  /** Goes before others of its company. */
  urgent: z.boolean().default(false),
  /** KSeF takes it in a batch only. */
  attachment: z.boolean().default(false),
  /** Issued offline: why, when, and, of a technical correction, the SHA-256 (Base64) of the document KSeF refused. */
  offline: z
    .object({ mode: offlineMode, issuedAt: instant, correctedSha256: z.string().optional() })
    .optional(),
  /** It was in batches that KSeF refused as a whole: the next holds no more than so many, so that the cause gets alone. */
  batchAtMost: z.number().optional(),
  /** Present from the moment before the invoice is posted: it may be in this session. */
  session: z
    .object({
      /** Of a batch: the hub's own name for it, which it has before KSeF gives a reference. */
      batch: z.string().optional(),
      reference: z.string().optional(),
      invoiceReference: z.string().optional(),
    })
    .optional(),
  /** When KSeF had taken it. */
  sentAt: instant.optional(),
  /** What KSeF last said of it. */
  status: z.object({ code: z.number(), description: z.string() }).optional(),
  /** `acceptedAt`: when KSeF gave the number, as the receipt says (ISO 8601). */
  ksef: z.object({ number: z.string(), acceptedAt: z.string().optional() }).optional(),
  receipt: blob.optional(),
  problem: problem.optional(),
  /** Looks at the status since it was sent. */
  looks: z.number(),
  /** Failures in a row: the longer, the longer the pause. */
  failures: z.number(),
  /** Failures that were not an outage, since the start or the last replay: a bounded budget. */
  spent: z.number(),
  timeline: z.array(event),
});
export type Submission = z.output<typeof Submission>;
export type Problem = z.output<typeof problem>;
export type TimelineEvent = z.output<typeof event>;

export interface SubmissionRef {
  tenant: string;
  id: string;
}

/** Identity is idempotency: the same key of the same tenant is the same submission, whoever asks and how often. */
export function submissionId(tenant: string, idempotencyKey: string): string {
  return createHash("sha256").update(`${tenant}\n${idempotencyKey}`).digest("hex").slice(0, 32);
}

export function isActive(value: State): value is ActiveState {
  return (activeStates as readonly string[]).includes(value);
}

/**
 * The timeline with one more event. The same event again only counts, so an outage of days stays a single line; and
 * whatever goes round in circles, the item stays small: then the beginning and the latest are kept.
 */
export function withEvent(timeline: TimelineEvent[], next: TimelineEvent): TimelineEvent[] {
  const last = timeline.at(-1);
  if (
    last !== undefined &&
    last.state === next.state &&
    last.code === next.code &&
    last.message === next.message
  )
    return [
      ...timeline.slice(0, -1),
      { ...next, times: (last.times ?? 1) + 1, since: last.since ?? last.at },
    ];
  return timeline.length < longestTimeline
    ? [...timeline, next]
    : [...timeline.toSpliced(longestTimeline / 4, 1), next];
}

const longestTimeline = 200;
