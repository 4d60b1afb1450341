import { HubError } from "../error.ts";
import type { Clock } from "../ports.ts";
import type { PublicBudget } from "./limits/public-budget.ts";
import type { RateBudget } from "./limits/rate-budget.ts";
import { rateGroupOf } from "./limits/rate-group.ts";
import type { Breaker } from "./outage/breaker.ts";

/** A call as the gate sees it: `path` below the base URL. */
export interface GateCall {
  method: string;
  path: string;
  signal?: AbortSignal | undefined;
}

/** Stands before every call to the API of KSeF and hears what came of it. */
export interface Gate {
  /** Resolves when the call may be made. Throws `ksef.rate-limited` or `ksef.paused`: then it must not be made for now. */
  enter(call: GateCall): Promise<void>;
  /** `error` is undefined when KSeF has carried the call out. */
  left(call: GateCall, ms: number, error: HubError | undefined): Promise<void>;
}

export interface GateOptions {
  tenant: string;
  budget: RateBudget;
  /** Of the environment, for calls that are counted by address. */
  publicCalls: PublicBudget;
  /** Of the environment. */
  breaker: Breaker;
  clock: Clock;
  /** Told of each call that was made: `group` as KSeF counts it, `outcome` is `ok` or a code. */
  onCall?: (call: { group: string; outcome: string; ms: number }) => void;
}

type Counted = NonNullable<ReturnType<typeof rateGroupOf>>;

/** The gate of one company: the request budget it shares with all workers, and the circuit breaker of its environment. */
export function companyGate({ tenant, budget, publicCalls, breaker, clock, onCall }: GateOptions): Gate {
  /** For when each call was reserved. */
  const reservations = new WeakMap<GateCall, number>();

  /** When the call may be made, not before `now`; throws `ksef.rate-limited` when that is not soon. */
  const reserve = async (counted: Counted, now: number): Promise<number> => {
    if (counted.group === "public") return publicCalls.reserve(counted.endpoint, now);
    const { group, endpoint } = counted;
    const { reserved, at } = await budget.reserve(tenant, group, { now, patienceMs, endpoint });
    if (reserved) return at;
    const message = `The ${group} window of KSeF's request limits is full.`;
    throw new HubError("ksef.rate-limited", message, { retryAfterMs: at - now });
  };

  /**
   * Waits for its turn. A reservation that other work has overtaken is worth nothing, as the call would arrive among later
   * ones: it is given back, and the next is for as much later as the storage seems to take.
   */
  const turnOf = async (counted: Counted, signal: AbortSignal | undefined): Promise<number> => {
    for (let tries = 0, leadMs = 0; tries < mostTries; tries++) {
      const at = await reserve(counted, clock.now() + leadMs);
      if (at > clock.now()) await clock.sleep(at - clock.now(), signal);
      const lateMs = clock.now() - at;
      if (lateMs <= latestMs) return at;
      if (counted.group !== "public") await budget.giveBack(tenant, counted.group, { ...counted, at });
      leadMs = Math.min(2 * (lateMs + leadMs), patienceMs / 2);
    }
    throw new HubError("ksef.rate-limited", "The hub is too busy to keep within KSeF's request limits.", {
      retryAfterMs: busyMs,
    });
  };

  return {
    enter: async (call) => {
      const { method, path, signal } = call;
      // What is refused anyway spends no budget.
      if ((breaker.retryAt ?? 0) > clock.now()) breaker.admit();
      const counted = rateGroupOf(method, path);
      if (counted !== undefined) {
        const at = await turnOf(counted, signal);
        reservations.set(call, at);
      }
      // Last, for whoever is let through as a trial has to call.
      breaker.admit();
    },
    left: async (call, ms, error) => {
      const { method, path, signal } = call;
      // A call we gave up ourselves says nothing about KSeF.
      if (error === undefined || signal?.aborted !== true) breaker.record(error);
      const counted = rateGroupOf(method, path);
      onCall?.({ group: counted?.group ?? "link", outcome: error?.code ?? "ok", ms });
      const at = reservations.get(call);
      if (at !== undefined && error === undefined && counted !== undefined && counted.group !== "public")
        budget.answered(tenant, counted.group, { at, now: clock.now(), endpoint: counted.endpoint });
      if (error?.code !== "ksef.rate-limited" || counted === undefined || counted.group === "public") return;
      const until = clock.now() + (error.retryAfterMs ?? unknownBlockMs);
      await budget.block(tenant, counted.group, until, counted.endpoint);
    },
  };
}

/** A call waits this long for its turn; beyond, there is something better to do meanwhile. */
const patienceMs = 2_000;
/** A busy process may come to a call this much later than it was reserved for. */
const latestMs = 100;
const mostTries = 10;
const busyMs = 1_000;
/** When KSeF does not say how long it refuses: the window that is most often full. */
const unknownBlockMs = 60_000;
