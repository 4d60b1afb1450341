import type { Deadline } from "../offline/deadline.ts";
import { isActive, type Submission } from "../submission.ts";
import { leftToCorrection, nextStep } from "./next-step.ts";
import { phaseSince } from "./phase.ts";
import { sendingTime } from "./sending-time.ts";
import { whatWentWrong, whereItIs } from "./summary.ts";
import { joined } from "./words.ts";

/** Why an invoice is where it is, and what comes next, for the person who asks for it. Instants in milliseconds. */
export interface Explanation {
  en: Told;
  pl: Told;
  /** Who acts next: the hub or KSeF without anybody's doing, the person who asks, or nobody when all is done. */
  actor: "hub" | "you" | "ksef" | "nobody";
  since: number;
  /** When something happens by itself, where that is known. */
  nextAt?: number;
}

export interface Told {
  summary: string;
  next: string;
}

export interface ExplainOptions {
  now: number;
  /** Of an invoice issued offline, where the announced outages are known. */
  deadline?: Deadline | undefined;
  /** A technical correction goes in its place. */
  corrected?: boolean;
}

/** Answers "why is my invoice not there?" from the submission alone, in both languages. */
export function explain(
  submission: Submission,
  { now, deadline, corrected = false }: ExplainOptions,
): Explanation {
  const since = phaseSince(submission);
  const nextAt = nextLook(submission, now);
  const summary = joined(
    whereItIs(submission, since),
    whatWentWrong(submission),
    sendingTime(submission, now, deadline),
  );
  const { by, ...next } = corrected ? leftToCorrection : nextStep(submission, now, nextAt);
  return {
    en: { summary: summary.en, next: next.en },
    pl: { summary: summary.pl, next: next.pl },
    actor: by,
    since,
    ...(nextAt === undefined ? {} : { nextAt }),
  };
}

/** While an invoice is being sent without a failure, `wakeAt` is the end of a worker's lease: nothing happens then. */
function nextLook({ state, wakeAt, problem }: Submission, now: number): number | undefined {
  const leased = state === "sending" && problem === undefined;
  return isActive(state) && !leased && wakeAt > now ? wakeAt : undefined;
}
