import { createEngine, type Engine } from "@ksef-hub/core";
import { openStorage, storageFrom } from "../storage.ts";
import { WrongUsage } from "./command.ts";

/** Every command that works on the hub's storage has this option. */
export const dataOption = { data: { type: "string" } } as const;

export const dataUsage = `--data is the folder the hub runs on (or set HUB_DATA). The hub must not be running on it meanwhile.
With HUB_BACKEND=aws there is no folder, and the hub may run.`;

/** Runs `work` with the engine on the hub's storage, and lets go of it. */
export async function onEngine(
  folder: string | undefined,
  work: (engine: Engine) => Promise<void>,
): Promise<number> {
  const storage = storageFrom(process.env, folder);
  if (storage === undefined) throw new WrongUsage("--data is missing.");
  await using opened = await openStorage(storage);
  const { ports } = opened;
  await work(
    createEngine({ ports, alone: opened.alone, log: (entry) => console.error(JSON.stringify(entry)) }),
  );
  return 0;
}

/** Issues an API key and prints it, the only time it can be seen. */
export async function printKey(engine: Engine, tenant: string, name: string): Promise<void> {
  const key = await engine.apiKeys.issue(tenant, name, engine.clock.now());
  console.log(`API key, shown only now: ${key.reveal()}`);
}
