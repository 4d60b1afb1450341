import { execFile } from "node:child_process";
import { createCipheriv, createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { newSessionKey, packBatch, type BatchDocument } from "@ksef-hub/core/ksef";
import { documentsOf } from "./batch-documents.ts";
import type { BenchOptions, Figure } from "./figure.ts";
import { quantile } from "./figure.ts";

const invoices = 10_000;
/** Aims. Memory is the growth of the resident set of a process that does nothing else. */
const aims = { ofFloor: 2, growthMb: { tarGz: 150, zip: 250 } };

/**
 * The largest batch KSeF takes, of invoices of 5 KB: packed, compressed, hashed, cut, encrypted and written to disk, in
 * seconds. Beside it the floor: gzip, SHA-256 and AES of the same documents in memory and in one piece. They take turns;
 * the ratio is the median of those within a round.
 */
export async function* batch({ quick }: BenchOptions): AsyncGenerator<Figure> {
  const rounds = quick ? 7 : 21;
  const documents: BatchDocument[] = [];
  for await (const document of documentsOf(invoices)) documents.push(document);
  const whole = Buffer.concat(documents.map(({ content }) => content));
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  const [ours, floor]: [number[], number[]] = [[], []];
  try {
    for (let round = 0; round <= rounds; round++) {
      const seconds = await secondsOf(() => pack(documents, folder));
      const least = await secondsOf(() => bare(whole));
      if (round === 0) continue; // warms up
      ours.push(seconds);
      floor.push(least);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  const value = quantile(
    ours.map((seconds, round) => seconds / (floor[round] ?? Number.NaN)),
    0.5,
  );
  yield {
    bench: "batch.pack",
    value,
    unit: "times the seconds of bare gzip, SHA-256 and AES",
    aim: `<= ${aims.ofFloor}`,
    met: value <= aims.ofFloor,
    invoices,
    bytes: whole.byteLength,
    seconds: quantile(ours, 0.5),
    floor: quantile(floor, 0.5),
  };

  const script = fileURLToPath(new URL("batch-memory.ts", import.meta.url));
  for (const compression of ["tarGz", "zip"] as const) {
    const args = [...process.execArgv, script, String(invoices), compression];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    const growth = Number(stdout);
    const aim = aims.growthMb[compression];
    yield {
      bench: compression === "zip" ? "batch.memory-zip" : "batch.memory",
      value: growth,
      unit: "MB the resident set grew by, at most",
      aim: `<= ${aim}`,
      met: growth <= aim,
      invoices,
    };
  }
}

async function pack(documents: BatchDocument[], folder: string): Promise<void> {
  const stream = async function* () {
    yield* documents;
  };
  await using _ = await packBatch(stream(), { folder, key: newSessionKey() });
}

function bare(whole: Buffer): void {
  const { key, iv } = newSessionKey();
  const archive = gzipSync(whole);
  createHash("sha256").update(archive).digest();
  const cipher = createCipheriv("aes-256-cbc", key, iv);
  const encrypted = Buffer.concat([cipher.update(archive), cipher.final()]);
  createHash("sha256").update(encrypted).digest();
}

async function secondsOf(work: () => void | Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
}
