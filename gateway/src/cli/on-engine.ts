import { createEngine, type Engine } from "@ksef-hub/core";
import { embedded } from "@ksef-hub/core/embedded";
import { need } from "./command.ts";

/** Every command that works on the hub's folder has this option. */
export const dataOption = { data: { type: "string" } } as const;

export const dataUsage = `--data is the folder the hub runs on (or set HUB_DATA). The hub must not be running on it meanwhile.`;

/** Runs `work` with the engine on the hub's folder, and lets go of the folder. */
export async function onEngine(
  folder: string | undefined,
  work: (engine: Engine) => Promise<void>,
): Promise<number> {
  await using ports = await embedded({ folder: need("data", folder ?? process.env["HUB_DATA"]) });
  await work(createEngine({ ports, log: (entry) => console.error(JSON.stringify(entry)) }));
  return 0;
}

/** Issues an API key and prints it, the only time it can be seen. */
export async function printKey(engine: Engine, tenant: string, name: string): Promise<void> {
  const key = await engine.apiKeys.issue(tenant, name, engine.clock.now());
  console.log(`API key, shown only now: ${key.reveal()}`);
}
