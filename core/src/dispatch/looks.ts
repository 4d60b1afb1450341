import type { RateGroup, RateLimits } from "../ksef/limits/rate-limits.ts";
import type { Session } from "./desk.ts";
import type { Office } from "./office.ts";

/**
 * When to look next at what was sent at an instant: after a twentieth of the time it has taken so far, so that no look
 * comes late by more than that, and not before `leastMs`; the more of the minute's or the hour's looks are spent, the
 * later. Counted from when this is asked.
 */
export async function nextLooks(
  { engine, tenant }: Office,
  group: RateGroup,
  leastMs: number,
): Promise<(sentAt: number) => number> {
  const { clock, budget, timing } = engine;
  const [limits, window] = await Promise.all([budget.limits(tenant), budget.window(tenant, group)]);
  const now = clock.now();
  const spent = shareSpent(window.requests, limits[group], now);
  return (sentAt) => {
    const pause = Math.max(leastMs, (now - sentAt) * 0.05) / (1 - Math.min(spent, 0.97) ** 2);
    return now + Math.round(Math.min(pause, Math.max(leastMs, timing.longestLookMs)));
  };
}

/** Of the window that is fuller, the share of its requests that were made: 0 to 1. */
function shareSpent(requests: readonly number[], { perMinute, perHour }: RateLimits, now: number): number {
  const since = (ms: number) => requests.filter((at) => at > now - ms).length;
  return Math.max(since(60_000) / perMinute, since(3_600_000) / perHour);
}

/** Remembers how long KSeF takes, the latest counting most. */
export function learn({ memory: { usualMs } }: Office, kind: Session["kind"], tookMs: number): void {
  usualMs[kind] = usualMs[kind] === 0 ? tookMs : 0.7 * usualMs[kind] + 0.3 * tookMs;
}

/**
 * Looks at sessions are few in a second. So of several batches only the eldest is watched, as seldom as if each were looked
 * at in turn: when it is through, the looks of that second are left for the others, which hear from it.
 */
export function leastPauseMs({ engine, desk }: Office, session: Pick<Session, "id" | "openedAt">): number {
  const { lookMs } = engine.timing;
  const others = desk.sessions.filter(
    ({ id, kind, state }) => kind === "batch" && state === "closed" && id !== session.id,
  );
  const isEldest = others.every(({ openedAt }) => openedAt >= session.openedAt);
  return isEldest ? lookMs * (others.length + 1) : 50 * lookMs;
}

/** When it is worth to look at what KSeF has been given, if it takes as long as it usually does. */
export function firstLookMs({ engine, memory }: Office, kind: Session["kind"]): number {
  const usual = Math.min(0.9 * memory.usualMs[kind], longestFirstLookMs);
  return Math.round(Math.max(engine.timing.lookMs, usual));
}

/** One that took an hour must not make the next wait for it. */
const longestFirstLookMs = 10_000;
