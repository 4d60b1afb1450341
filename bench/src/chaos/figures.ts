import type { Caller } from "./caller.ts";
import type { Evidence } from "./evidence.ts";
import type { ChaosOptions } from "./run.ts";
import type { Traffic } from "./traffic.ts";
import { failures, type Finding } from "./verdict.ts";

/** What the run is about, and what a good one has none of. */
type Verdict = Record<"kills" | "invoices" | "seed" | Finding["kind"] | "crashes", number>;

export interface Figures extends Verdict {
  [detail: string]: unknown;
}

export function figuresOf({
  options: { kills, invoices, seed, tenants, limits, backend },
  evidence: { accepted, verdicts, posted },
  findings,
  traffic,
  struck,
  repeats,
  storageFailures,
  crashes,
  killsAtWork,
  seconds,
}: {
  options: Pick<ChaosOptions, "kills" | "invoices" | "seed" | "tenants" | "limits" | "backend">;
  evidence: Evidence;
  findings: Finding[];
  traffic: Traffic;
  struck: Record<string, number>;
  repeats: Caller["repeats"];
  storageFailures: number;
  crashes: number;
  killsAtWork: number;
  seconds: number;
}): Figures {
  const count = (kind: Finding["kind"]): number => findings.filter((finding) => finding.kind === kind).length;
  const counts = Object.fromEntries(failures.map((kind) => [kind, count(kind)]));
  const posts = accepted.reduce((sum, entry) => sum + entry.posts, 0);
  const refused = verdicts.filter(({ verdict }) => verdict.code !== 200);
  const byCode = Map.groupBy(refused, ({ verdict }) => verdict.code);
  return {
    kills,
    invoices,
    seed,
    ...(counts as Record<Finding["kind"], number>),
    crashes,
    tenants,
    limits,
    backend,
    storageFailures,
    seconds: Math.round(seconds),
    /** Kills while KSeF had not yet accepted everything the hub had confirmed. */
    killsAtWork,
    confirmed: posted.length,
    accepted: accepted.length,
    postsPerAccepted: accepted.length === 0 ? 0 : Math.round((posts / accepted.length) * 1000) / 1000,
    /** Copies of accepted invoices, which KSeF itself had to refuse. */
    refusedCopies: byCode.get(440)?.length ?? 0,
    refusedByCode: Object.fromEntries([...byCode].map(([code, list]) => [code, list.length])),
    requests: traffic.requests,
    /** Answers of 429 that no fault gave. */
    provoked429: Math.max(0, traffic.tooMany - (struck["429"] ?? 0)),
    sessionsOpened: traffic.sessionsOpened,
    callerRepeats: repeats,
    faults: Object.values(struck).reduce((sum, times) => sum + times, 0),
    faultsByKind: Object.fromEntries(
      Object.entries(struck).toSorted(([one], [other]) => (one < other ? -1 : 1)),
    ),
  };
}
