import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newSessionKey, packBatch } from "@ksef-hub/core/ksef";
import { documentsOf } from "./batch-documents.ts";

/** Prints the most the resident set grows by, in MB, while so many documents are made and packed. */
const folder = await mkdtemp(join(tmpdir(), "bench-"));
try {
  const before = process.memoryUsage.rss();
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 10);
  await using _ = await packBatch(documentsOf(Number(process.argv[2])), { folder, key: newSessionKey() });
  clearInterval(watch);
  console.log(Math.round((Math.max(most, process.memoryUsage.rss()) - before) / 1e6));
} finally {
  await rm(folder, { recursive: true });
}
