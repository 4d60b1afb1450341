import * as z from "zod";
import { ReplayFilter } from "../replay.ts";

/** What to reconcile: days in Poland or instants with their offset, both inclusive; whether in earnest must be said. */
export const ReconcileOrder = z.strictObject({
  from: ReplayFilter.shape.createdFrom.unwrap(),
  /** Default: until now. */
  to: ReplayFilter.shape.createdTo,
  dryRun: z.boolean(),
});
export type ReconcileOrder = z.output<typeof ReconcileOrder>;
