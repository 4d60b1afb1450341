import { isActive, type Submission } from "../submission.ts";
import type { Waiting } from "./plan.ts";

/** What a dispatcher has to remember of an unfinished submission. */
export interface Card extends Waiting {
  state: "received" | "ready" | "sending" | "sent" | "accepted";
  wakeAt: number;
  session: Submission["session"];
}

/**
 * The unfinished submissions of a company, as far as they are due soon: a picture in memory of what the ledger says, kept
 * up to date with every change this process makes. It only says where to look; each step reads the ledger.
 */
export class Board {
  readonly #cards = new Map<string, Card>();
  /** Some task is at work on these. */
  readonly #inHand = new Set<string>();

  get size(): number {
    return this.#cards.size;
  }

  get busy(): boolean {
    return this.#inHand.size > 0;
  }

  /** Takes note of what a submission is now. */
  note(submission: Submission, now: number): void {
    const { id, state, wakeAt } = submission;
    if (!isActive(state) || wakeAt > now + horizonMs) return void this.#cards.delete(id);
    const { urgent, offline, attachment, document, session, batchAtMost: atMost } = submission;
    const only = attachment ? "batch" : offline?.correctedSha256 === undefined ? undefined : "online";
    const { size, sha256 } = document;
    const common = { id, state, wakeAt, session, urgent, offline: offline !== undefined, size, sha256 };
    this.#cards.set(id, {
      ...common,
      ...(only === undefined ? {} : { only }),
      ...(atMost === undefined ? {} : { atMost }),
    });
  }

  forget(id: string): void {
    this.#cards.delete(id);
  }

  /** Runs `work` with these in hand: nobody else in this process is given them meanwhile. */
  async holding<T>(ids: readonly string[], work: () => Promise<T>): Promise<T> {
    for (const id of ids) this.#inHand.add(id);
    try {
      return await work();
    } finally {
      for (const id of ids) this.#inHand.delete(id);
    }
  }

  /** Ready to be sent, the urgent ones first, then by how long they have been due. */
  ready(now: number): Card[] {
    const due = this.#due(now, (state) => state === "ready");
    return due.toSorted((a, b) => Number(b.urgent) - Number(a.urgent) || a.wakeAt - b.wakeAt);
  }

  /** Due for whatever comes next, but for sending. */
  pending(now: number): Card[] {
    return this.#due(now, (state) => state !== "ready");
  }

  /** These, and what else was sent in their sessions: one look at a session tells of all. */
  sentWith(cards: readonly Card[]): Card[] {
    const sessions = new Set(cards.map(({ session }) => session?.reference));
    if (sessions.size === 0) return [];
    return [...this.#cards.values()].filter(
      ({ id, state, session }) =>
        state === "sent" && sessions.has(session?.reference) && !this.#inHand.has(id),
    );
  }

  /** When the next of those that are not due yet will be. */
  nextAt(now: number): number {
    let next = Infinity;
    for (const { id, wakeAt } of this.#cards.values())
      if (wakeAt > now && wakeAt < next && !this.#inHand.has(id)) next = wakeAt;
    return next;
  }

  #due(now: number, fits: (state: Card["state"]) => boolean): Card[] {
    const due: Card[] = [];
    for (const card of this.#cards.values())
      if (card.wakeAt <= now && fits(card.state) && !this.#inHand.has(card.id)) due.push(card);
    return due;
  }
}

/** What is due later is left to the ledger, which is looked through again before then. */
export const horizonMs = 120_000;
