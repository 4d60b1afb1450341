/**
 * The hub that is killed: it serves what its environment says with short pauses, and says its URL on a line. It ends with
 * whoever started it.
 */
import { startHub, storageFrom } from "@ksef-hub/gateway";

process.stdin.resume().once("end", () => process.exit());
const storage = storageFrom(process.env, undefined);
if (storage === undefined) throw new Error("HUB_DATA is missing.");
const { url } = await startHub({
  storage,
  port: 0,
  timing: {
    deadlineMs: 1_000,
    quietMs: 100,
    lookMs: 20,
    longestLookMs: 500,
    // Failures other than outages are counted, and 150 of them end a submission: no fault may last that long.
    backoffMs: 20,
    longestBackoffMs: 1_000,
    leaseMs: 1_000,
  },
  log: (entry) => console.error(JSON.stringify(entry)),
});
console.log(url);
