import { defineConfig } from "vitest/config";

/** What runs the whole engine: once as it is, once with indexes that lag behind as DynamoDB's do, and once on AWS. */
const engine = ["round-trip", "ksef-fails", "ksef-says-no", "many-workers", "batch"].map(
  (name) => `gateway/test/${name}.test.ts`,
);

export default defineConfig({
  test: {
    isolate: false,
    // Many tests wait for processes and pauses: a core each, and none kept back.
    maxWorkers: "100%",
    testTimeout: 30_000,
    projects: [
      { extends: true, test: { name: "all", include: ["*/test/**/*.test.ts"] } },
      { extends: true, test: { name: "aws", include: engine, env: { HUB_BACKEND: "aws" } } },
      { extends: true, test: { name: "lagging indexes", include: engine, env: { INDEXES_LAG_MS: "300" } } },
    ],
  },
});
