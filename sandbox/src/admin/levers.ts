import type * as z from "zod";
import { addFault, standingFaults, type StandingFault } from "../faults/plan.ts";
import { faultRule, type FaultRuleInput } from "../faults/rule.ts";
import { allClear, announce, beaconStatus } from "../latarnia/beacon.ts";
import type { Ledger } from "../ledger.ts";
import type { State } from "../state.ts";
import { announcement } from "./announcement.ts";
import { understand } from "./input.ts";
import { beginOutage, endOutage, outage } from "./outage.ts";
import { resetSandbox } from "./reset.ts";
import { applyScenario, readScenario, type Scenario } from "./scenario.ts";

/** What can be done to the sandbox, in its process and by its admin API alike. Wrong input throws InvalidInput. */
export interface Levers {
  faults: {
    /** Adds a rule, or in short a fault that strikes every request: `"html-502-after"`. */
    add(rule: FaultRuleInput): StandingFault;
    list(): StandingFault[];
    /** Whether there was one. */
    remove(id: string): boolean;
    clear(): void;
  };
  /** Time as KSeF has it. */
  clock: {
    now(): number;
    /** How far it was moved, in milliseconds. */
    readonly offset: number;
    advance(ms: number): void;
    set(now: number): void;
  };
  outage: { begin(how?: z.input<typeof outage>): void; end(): void };
  beacon: {
    status(): ReturnType<typeof beaconStatus>;
    announce(what: z.input<typeof announcement>): void;
    allClear(): void;
  };
  /** Plays a scenario: one that comes with the sandbox by its name, one in a file, or one given here. */
  scenario(scenario: unknown): Scenario;
  /** As if just started: companies and keys stay. */
  reset(): void;
}

export function openLevers(state: State, ledger: Ledger): Levers {
  return {
    faults: {
      add: (rule) => addFault(state, understand(faultRule, rule, "a fault rule")),
      list: () => standingFaults(state).values(),
      remove: (id) => remove(state, id),
      clear() {
        for (const { id } of standingFaults(state).values()) remove(state, id);
      },
    },
    clock: state.clock,
    outage: {
      begin: (how = {}) => beginOutage(state, understand(outage, how, "an outage")),
      end: () => endOutage(state),
    },
    beacon: {
      status: () => beaconStatus(state),
      announce: (what) => announce(state, understand(announcement, what, "an announcement")),
      allClear: () => allClear(state),
    },
    scenario(given) {
      const scenario = readScenario(given);
      applyScenario(state, scenario);
      return scenario;
    },
    reset: () => resetSandbox(state, ledger),
  };
}

function remove(state: State, id: string): boolean {
  const isKnown = standingFaults(state).get(id) !== undefined;
  standingFaults(state).delete(id);
  return isKnown;
}
