import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { newSessionKey, packBatch } from "@ksef-hub/core/ksef";
import { documentsOf } from "./batch-documents.ts";

/** Prints the most the resident set grows by, in MB, while so many documents are made and packed (`tarGz` or `zip`). */
const [count, kind] = process.argv.slice(2);
const compression = kind === "zip" ? "zip" : "tarGz";
const folder = await mkdtemp(join(tmpdir(), "bench-"));
try {
  const before = process.memoryUsage.rss();
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage.rss())), 10);
  const options = { folder, key: newSessionKey(), compression } as const;
  await using _ = await packBatch(documentsOf(Number(count)), options);
  clearInterval(watch);
  console.log(Math.round((Math.max(most, process.memoryUsage.rss()) - before) / 1e6));
} finally {
  await rm(folder, { recursive: true });
}
