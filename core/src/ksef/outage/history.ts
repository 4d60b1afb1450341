import * as z from "zod";
import type { AnnouncedOutage, BeaconAnswer } from "./latarnia.ts";

/** What is kept of one environment. Instants are in milliseconds since 1970. */
export const OutageHistory = z.object({
  /** What the beacon said when it was last asked. */
  status: z.enum(["AVAILABLE", "MAINTENANCE", "FAILURE", "TOTAL_FAILURE", "unknown"]),
  askedAt: z.number(),
  /** When it last said anything; 0: never. */
  heardAt: z.number(),
  /** By their beginning, the latest last. */
  outages: z.array(
    z.object({
      eventId: z.number(),
      kind: z.enum(["unavailability", "failure", "total-failure"]),
      title: z.string(),
      startedAt: z.number(),
      endedAt: z.number().optional(),
      /** Nobody said so: see `endedUnheard`. */
      endPresumed: z.boolean().optional(),
    }),
  ),
});
export type OutageHistory = z.output<typeof OutageHistory>;

/** The history with one more answer of the beacon, given at `now`. */
export function withAnswer(history: OutageHistory, answer: BeaconAnswer, now: number): OutageHistory {
  if (answer.status === "unknown") return { ...history, status: "unknown", askedAt: now };
  const { status } = answer;
  const said = new Map(answer.outages.map((outage) => [identity(outage), outage]));
  const known = new Map(history.outages.map((outage) => [identity(outage), outage]));
  const outages = [
    ...answer.outages.map((outage) => withEarlier(outage, known.get(identity(outage)))),
    ...history.outages
      .filter((outage) => !said.has(identity(outage)))
      // Maintenance that was announced for later and is no longer spoken of has been called off.
      .filter(({ startedAt }) => startedAt <= now)
      .map((outage) => (status === "AVAILABLE" ? endedUnheard(outage, history.heardAt, now) : outage)),
  ]
    .filter(({ endedAt = now }) => endedAt > now - keptMs)
    .toSorted((a, b) => a.startedAt - b.startedAt)
    .slice(-mostKept);
  return { status, askedAt: now, heardAt: now, outages };
}

/** Nothing is known of this environment yet. */
export const noHistory: OutageHistory = { status: "unknown", askedAt: 0, heardAt: 0, outages: [] };

/** Two years, and more outages than two years should bring. */
const keptMs = 2 * 366 * 86_400_000;
const mostKept = 500;

type Kept = OutageHistory["outages"][number];

const identity = ({ eventId, kind }: AnnouncedOutage): string => `${eventId} ${kind}`;

/** The beacon may have dropped the message about the beginning, or that about the end. Maintenance can be moved. */
function withEarlier(said: AnnouncedOutage, known: Kept | undefined): Kept {
  if (known === undefined || said.kind === "unavailability") return said;
  const endedAt = said.endedAt ?? (known.endPresumed === true ? undefined : known.endedAt);
  const startedAt = Math.min(said.startedAt, known.startedAt);
  return { ...said, startedAt, ...(endedAt === undefined ? {} : { endedAt }) };
}

/**
 * All is well and an outage without an end is no longer spoken of: it has ended while nobody listened. It counts as
 * ended when it was last heard of, for then no deadline comes out later than it is.
 */
function endedUnheard(outage: Kept, heardAt: number, now: number): Kept {
  if (outage.endedAt !== undefined && outage.endedAt <= now) return outage;
  return { ...outage, endedAt: Math.max(outage.startedAt, heardAt), endPresumed: true };
}
