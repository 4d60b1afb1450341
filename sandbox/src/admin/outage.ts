import * as z from "zod";
import { fault } from "../faults/fault.ts";
import { addFault, standingFaults } from "../faults/plan.ts";
import { allClear, announce } from "../latarnia/beacon.ts";
import type { State } from "../state.ts";

/** What happens to every call, and what the beacon says meanwhile; `down`: it answers 502 itself. */
export const outage = z.strictObject({
  fault: fault.default({ kind: "answer", status: 503, body: "html", when: "before" }),
  beacon: z.enum(["FAILURE", "TOTAL_FAILURE", "MAINTENANCE", "silent", "down"]).default("silent"),
});

/** KSeF is gone: every call to the API and to its links fails. */
export function beginOutage(state: State, { fault: every, beacon }: z.output<typeof outage>): void {
  addFault(state, { id: "outage", on: {}, skip: 0, fault: every });
  if (beacon === "down")
    addFault(state, {
      id: "beacon-down",
      on: { path: "/latarnia/**" },
      skip: 0,
      fault: { kind: "answer", status: 502, body: "html", when: "before" },
    });
  else if (beacon !== "silent") announce(state, { category: beacon });
}

/** KSeF is back, the beacon is up and says so. */
export function endOutage(state: State): void {
  standingFaults(state).delete("outage");
  standingFaults(state).delete("beacon-down");
  allClear(state);
}
