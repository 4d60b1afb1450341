import { setTimeout as pause } from "node:timers/promises";
import type { HubProcess } from "./hub-process.ts";
import type { Random } from "./random.ts";

/**
 * Kills the hub so many times at random moments and starts it again at once; it runs when this ends. `living` is called
 * at the start of each of its lives, the last one too, with the number of kills before it, and the kill waits for it;
 * `dying` just before each kill.
 */
export async function killAtRandom(
  hub: HubProcess,
  kills: number,
  random: Random,
  { living, dying }: { living: (killed: number) => Promise<void>; dying: () => void },
): Promise<void> {
  for (let killed = 0; killed < kills; killed++) {
    const moment = drawMoment(random);
    const life = living(killed);
    if (!moment.whileStarting) await Promise.all([hub.listening(), life]);
    await pause(moment.ms);
    dying();
    await hub.kill();
    hub.start();
    await life;
  }
  await hub.listening();
  await living(kills);
}

/** Most lives are long enough to get something done; some end before the API answers, or just after. */
function drawMoment(random: Random): { whileStarting: boolean; ms: number } {
  const [whileStarting, isShort] = [random.chance(0.1), random.chance(0.5)];
  const longest = whileStarting || isShort ? 800 : 2_500;
  return { whileStarting, ms: random.between(0, longest) };
}
