import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

const files = (...names: string[]) => names.map((name) => `gateway/test/${name}.test.ts`);
/** What runs the whole engine: once as it is, once with indexes that lag behind as DynamoDB's do, and once on AWS. */
const engine = [
  ...files("round-trip", "ksef-fails", "ksef-says-no", "many-workers"),
  ...files("batch", "batch-faults", "poisoned-batch"),
];
/** What starts processes of its own: their indexes are the storage's. */
const crashes = files("sigkill", "sigkill-batch", "chaos");

/** Processes that tests start, dozens of them, load the same modules: compiled once, they start in half the time. */
const env = { NODE_COMPILE_CACHE: join(tmpdir(), "ksef-hub-compile-cache") };

export default defineConfig({
  test: {
    isolate: false,
    // Many tests wait for processes and pauses: a core each, and none kept back.
    maxWorkers: "100%",
    testTimeout: 60_000,
    env,
    projects: [
      { extends: true, test: { name: "all", include: ["{*,connectors/*}/test/**/*.test.ts"] } },
      {
        extends: true,
        test: { name: "aws", include: [...engine, ...crashes], env: { ...env, HUB_BACKEND: "aws" } },
      },
      {
        extends: true,
        test: { name: "lagging indexes", include: engine, env: { ...env, INDEXES_LAG_MS: "300" } },
      },
    ],
  },
});
