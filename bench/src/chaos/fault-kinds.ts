import type { FaultRuleInput, Sandbox } from "@ksef-hub/sandbox";
import type { Random } from "./random.ts";

export type Rule = Exclude<FaultRuleInput, string>;

/** Something that goes wrong for a while, and after which a valid invoice can still be accepted. */
export type FaultKind =
  | { name: string; rule: (random: Random) => Rule }
  /** What is not a rule: begins it, and gives what ends it. */
  | { name: string; lever: (sandbox: Sandbox, random: Random) => Promise<() => void> };

/**
 * Everything the sandbox can do, but for what KSeF means for good: invoices refused with 410, 415, 430, 440 (of an
 * original that nobody has) and 450, downloads that are another invoice, and answers of 400 and 403 in JSON.
 */
export const faultKinds: readonly FaultKind[] = [
  // A gateway, a firewall or the API answers in place of KSeF.
  ...[500, 502, 503, 504].flatMap((status) => [
    anywhere(`html-${status}`, `html-${status}`),
    anywhere(`html-${status}-after`, `html-${status}-after`),
  ]),
  ...["json-500", "json-500-after", "json-503", "waf", "waf-after", "waf-403"].map((form) =>
    anywhere(form, form),
  ),
  // Nobody answers, or not to the end.
  ...["reset", "reset-after", "reset-mid-body", "truncated"].map((form) => anywhere(form, form)),
  anywhere("hang", { kind: "hang", when: "before" }),
  anywhere("hang-after", { kind: "hang", when: "after" }),
  anywhere("delay", (random) => ({ kind: "delay", ms: random.whole(50, 1_500) })),
  anywhere("slow-body", (random) => ({ kind: "slow-body", ms: random.whole(100, 2_500), chunks: 10 })),
  // The answer is odd.
  anywhere("content-type", { kind: "content-type" }),
  on("merge", { method: "GET", path: "/sessions/*" }, oddFields),
  on("merge-invoice", { method: "GET", path: "/sessions/*/invoices/*" }, oddFields),
  // KSeF will not, for now.
  anywhere("429", (random) => ({ kind: "too-many-requests", retryAfterSeconds: random.whole(0, 3) })),
  on("21184", { method: "POST", path: "/sessions/online/*/invoices" }, "refusal-21184"),
  on("21180", { method: "POST", path: "/sessions/online/*/invoices" }, "refusal-21180"),
  on("21470-online", { method: "POST", path: "/sessions/online" }, "refusal-21470"),
  on("21470-batch", { method: "POST", path: "/sessions/batch" }, "refusal-21470"),
  on("21111-token", { path: "/auth/ksef-token" }, "refusal-21111"),
  on("21111-signature", { path: "/auth/xades-signature" }, "refusal-21111"),
  on("21205", { method: "POST", path: "/sessions/batch/*/close" }, "refusal-21205"),
  // Logins and their tokens.
  anywhere("401", { kind: "unauthorized" }),
  anywhere("token-revoked", (random) => ({
    kind: "token-revoked",
    until: random.pick(["refresh", "login"] as const),
  })),
  on("token-lifetime", {}, (random) => ({ kind: "token-lifetime", seconds: random.whole(1, 60) })),
  on("slow-login", {}, (random) => ({ kind: "slow-login", ms: random.whole(200, 3_000) })),
  on("refresh-refused", { path: "/auth/token/refresh" }, { kind: "answer", status: 400 }),
  // What becomes of invoices, sessions and receipts.
  ...([405, 435, 500, 550] as const).map((code) =>
    on(`invoice-${code}`, {}, { kind: "invoice-status", code }),
  ),
  on("invoice-stuck", {}, (random) => ({ kind: "invoice-stuck", ms: random.whole(200, 4_000) })),
  ...([405, 415, 420, 430, 435, 440, 445, 500] as const).map((code) =>
    on(`session-${code}`, {}, { kind: "session-status", code }),
  ),
  on("storage-late", {}, (random) => ({ kind: "storage-late", ms: random.whole(200, 4_000) })),
  on("upo-late", {}, (random) => ({ kind: "upo-late", ms: random.whole(200, 4_000) })),
  ...["/sessions/**/upo", "/sessions/**/upo/*", "/storage/**"].flatMap((path) => [
    on(`wrong-hash ${path}`, { method: "GET", path }, { kind: "wrong-hash" }),
    on(`other-content ${path}`, { method: "GET", path }, { kind: "other-content" }),
  ]),
  on("part-lost", { method: "PUT", path: "/storage/**" }, "part-lost"),
  // Keys and clock.
  { name: "rotate-keys", lever: (sandbox, random) => rotateKeys(sandbox, random.chance(0.5)) },
  { name: "rotate-keys-in-flight", lever: rotateInFlight },
  { name: "clock-jump", lever: jumpAhead },
  // All of it is gone.
  ...(["FAILURE", "TOTAL_FAILURE", "MAINTENANCE", "silent", "down"] as const).map((beacon) => ({
    name: `outage-${beacon}`,
    lever: (sandbox: Sandbox, random: Random) => outage(sandbox, beacon, random),
  })),
  on("beacon-down", { path: "/latarnia/**" }, "html-502"),
  { name: "beacon-cries-failure", lever: falseAlarm },
];

type On = NonNullable<Rule["on"]>;
type Drawn = Rule["fault"] | ((random: Random) => Rule["fault"]);

/** A fault that belongs to certain requests, or to what KSeF does with them; the share of them it strikes is drawn. */
function on(name: string, which: On, fault: Drawn): FaultKind {
  return { name, rule: (random) => ({ on: which, ...share(random), fault: drawn(fault, random) }) };
}

/** A fault that any request can meet: on every one, or on one part of the API. */
function anywhere(name: string, fault: Drawn): FaultKind {
  return {
    name,
    rule: (random) => ({ on: random.pick(places), ...share(random), fault: drawn(fault, random) }),
  };
}

const places: [On, ...On[]] = [
  {},
  { method: "POST", path: "/sessions/online/*/invoices" },
  { method: "POST", path: "/sessions/online/*/invoices" },
  { method: "POST", path: "/sessions/**" },
  { method: "POST", path: "/sessions/*/*/close" },
  { method: "GET", path: "/sessions/**" },
  { method: "GET", path: "/invoices/ksef/*" },
  { path: "/storage/**" },
  { path: "/auth/**" },
];

const share = (random: Random) => ({ probability: random.pick([0.2, 0.5, 1]) });

const drawn = (fault: Drawn, random: Random): Rule["fault"] =>
  typeof fault === "function" ? fault(random) : fault;

function oddFields(): Rule["fault"] {
  return {
    kind: "merge",
    patch: { status: { description: "Nowy opis statusu" }, somethingNew: { of: ["a", "later", "version"] } },
  };
}

const nothing = (): void => undefined;

/** Valid from the present of this machine: once KSeF's clock was moved, its own present is the future here. */
async function rotateKeys(sandbox: Sandbox, retireOld: boolean): Promise<() => void> {
  await sandbox.keys.rotate({ retireOld, validFrom: Math.min(Date.now(), sandbox.clock.now()) });
  return nothing;
}

/** The keys change while a session is being opened with the old ones. */
async function rotateInFlight(sandbox: Sandbox, random: Random): Promise<() => void> {
  if (sandbox.clock.offset > 0) return rotateKeys(sandbox, true);
  const path = random.pick(["/sessions/online", "/sessions/batch", "/auth/ksef-token"]);
  const rule = { on: { method: "POST", path }, times: 1, fault: { kind: "rotate-keys" } } as const;
  const { id } = sandbox.faults.add(rule);
  return () => void sandbox.faults.remove(id);
}

/** Twenty minutes, so that access tokens end; three hours in all, so that no invoice becomes one of yesterday's. */
async function jumpAhead(sandbox: Sandbox): Promise<() => void> {
  if (sandbox.clock.offset < 3 * 3_600_000) sandbox.clock.advance(20 * 60_000);
  return nothing;
}

async function outage(
  sandbox: Sandbox,
  beacon: "FAILURE" | "TOTAL_FAILURE" | "MAINTENANCE" | "silent" | "down",
  random: Random,
): Promise<() => void> {
  sandbox.outage.begin({ beacon, fault: random.pick(["html-502", "html-503", "reset", "hang"]) });
  return () => sandbox.outage.end();
}

async function falseAlarm(sandbox: Sandbox): Promise<() => void> {
  sandbox.beacon.announce({ category: "FAILURE" });
  return () => sandbox.beacon.allClear();
}
