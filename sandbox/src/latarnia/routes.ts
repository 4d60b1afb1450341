import { Hono } from "hono";
import type { State } from "../state.ts";
import { beaconMessages, beaconStatus } from "./beacon.ts";

/**
 * Latarnia, the beacon that says whether KSeF works. Its form is that of the official C# client
 * (KSeF.Client.Core/Models/Lighthouse) and of the answers in ksef-latarnia issues 15 and 34.
 */
export function latarniaRoutes(state: State): Hono {
  const app = new Hono();
  app.get("/status", (c) => c.json(beaconStatus(state)));
  app.get("/messages", (c) => c.json(beaconMessages(state)));
  return app;
}
