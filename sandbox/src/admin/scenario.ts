import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import { addFault } from "../faults/plan.ts";
import { faultRule } from "../faults/rule.ts";
import { announce } from "../latarnia/beacon.ts";
import type { State } from "../state.ts";
import { announcement } from "./announcement.ts";
import { json, understand } from "./input.ts";
import { InvalidInput } from "./invalid-input.ts";
import { beginOutage, outage } from "./outage.ts";

const schema = z.strictObject({
  description: z.string(),
  faults: z.array(faultRule).default([]),
  outage: outage.optional(),
  beacon: announcement.optional(),
  clock: z.strictObject({ advanceMs: z.number().int() }).optional(),
  /** For the tests of the sandbox: what a client goes through and what it then finds. */
  journey: z.enum(["online", "batch"]).default("online"),
  expect: z.record(z.string(), z.json()).optional(),
});

/** Several things that go wrong together. */
export type Scenario = z.output<typeof schema>;

/** Checks a scenario given as an object, or reads the one with this name or in this file. Throws InvalidInput. */
export function readScenario(scenario: unknown): Scenario {
  if (typeof scenario !== "string") return understand(schema, scenario, "a scenario");
  const file = /^[\w-]+$/.test(scenario) ? `${folder}${scenario}.json` : scenario;
  if (!existsSync(file))
    throw new InvalidInput(`There is no scenario "${scenario}". There are: ${scenarioNames().join(", ")}.`);
  return understand(schema, json(readFileSync(file, "utf8")), `a scenario (${file})`);
}

/** Adds everything the scenario has to what is already wrong. */
export function applyScenario(state: State, scenario: Scenario): void {
  if (scenario.clock !== undefined) state.clock.advance(scenario.clock.advanceMs);
  for (const rule of scenario.faults) addFault(state, rule);
  if (scenario.outage !== undefined) beginOutage(state, scenario.outage);
  if (scenario.beacon !== undefined) announce(state, scenario.beacon);
}

/** The scenarios that come with the sandbox. */
export function scenarioNames(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.replace(/\.json$/, ""))
    .toSorted();
}

const folder = fileURLToPath(new URL("../../scenarios/", import.meta.url));
