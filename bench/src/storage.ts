import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NewItem } from "@ksef-hub/core";
import { embedded } from "@ksef-hub/core/embedded";
import { bareStorage } from "./bare-storage.ts";
import type { BenchOptions, Figure } from "./figure.ts";
import { quantile } from "./figure.ts";

/** Aims, as times what the floor takes: seconds where one waits for each, CPU where many are under way. */
const aims = { putAlone: 1.3, putsCpu: 2, blobAlone: 5, blobsCpu: 3 };

/**
 * The ledger and the archive on this machine's disk, durably: puts one by one and 1,000 at once, blobs of 5 KB one by one
 * and 32 at a time. Beside them the floor: the bare SQLite statement, alone with its fsync and 1,000 in one transaction,
 * and a bare file that is written and synced. They take turns; a ratio is the median of those within a round.
 */
export async function* storage({ quick }: BenchOptions): AsyncGenerator<Figure> {
  const rounds = quick ? 7 : 31;
  const folder = await mkdtemp(join(tmpdir(), "bench-"));
  const bare = bareStorage(folder);
  const hub = await embedded({ folder: join(folder, "hub"), key: Buffer.alloc(32, 1).toString("base64") });
  const { table, archive } = hub;
  const turns = {
    putAlone: {
      of: 100,
      work: (round: number) => eachOf(items(round, "alone", 100), (item) => table.put(item, 0)),
    },
    putAloneFloor: { of: 100, work: (round: number) => eachOf(items(round, "alone", 100), bare.put) },
    puts: {
      of: 1_000,
      work: (round: number) => allOf(items(round, "many", 1_000), (item) => table.put(item, 0)),
    },
    putsFloor: { of: 1_000, work: (round: number) => bare.putAll(items(round, "many", 1_000)) },
    blobAlone: {
      of: 50,
      work: (round: number) => eachOf(keys(round, "alone", 50), (key) => archive.put(key, blob)),
    },
    blobs: {
      of: 320,
      work: (round: number) => allOf(keys(round, "many", 320), (key) => archive.put(key, blob)),
    },
    fileFloor: {
      of: 50,
      work: (round: number) =>
        eachOf(keys(round, "bare", 50), (key) => bare.write(key.replaceAll("/", "-"), blob)),
    },
  };
  const costs = Object.fromEntries(Object.keys(turns).map((name) => [name, []])) as unknown as Record<
    keyof typeof turns,
    Cost[]
  >;
  try {
    for (let round = 0; round <= rounds; round++)
      for (const name of Object.keys(turns) as (keyof typeof turns)[]) {
        const { of, work } = turns[name];
        const cost = await costOf(() => work(round), of);
        if (round > 0) costs[name].push(cost); // the first warms up
      }
  } finally {
    await hub[Symbol.asyncDispose]();
    bare.close();
    await rm(folder, { recursive: true });
  }

  const figure = (name: keyof typeof turns, floor: keyof typeof turns, by: keyof Cost, most: number) => {
    const value = quantile(
      costs[name].map((cost, round) => cost[by] / (costs[floor][round]?.[by] ?? Number.NaN)),
      0.5,
    );
    const median = (one: keyof typeof turns, of: keyof Cost) =>
      quantile(
        costs[one].map((cost) => cost[of]),
        0.5,
      );
    return {
      value,
      aim: `<= ${most}`,
      met: value <= most,
      aSecond: Math.round(1e6 / median(name, "wall")),
      micros: median(name, "wall"),
      cpuMicros: median(name, "cpu"),
      floorMicros: median(floor, "wall"),
      floorCpuMicros: median(floor, "cpu"),
    };
  };
  const times = { wall: "times the time of", cpu: "times the CPU of" };
  const alone = "a bare statement with its fsync";
  const many = "a bare statement in a transaction of 1,000";
  const file = "writing and syncing a bare file";
  yield {
    bench: "storage.put",
    unit: `${times.wall} ${alone}`,
    ...figure("putAlone", "putAloneFloor", "wall", aims.putAlone),
  };
  yield {
    bench: "storage.puts",
    unit: `${times.cpu} ${many}`,
    ...figure("puts", "putsFloor", "cpu", aims.putsCpu),
  };
  yield {
    bench: "storage.blob",
    unit: `${times.wall} ${file}`,
    ...figure("blobAlone", "fileFloor", "wall", aims.blobAlone),
  };
  yield {
    bench: "storage.blobs",
    unit: `${times.cpu} ${file}`,
    ...figure("blobs", "fileFloor", "cpu", aims.blobsCpu),
  };
}

/** Of one piece, in microseconds. */
interface Cost {
  wall: number;
  /** Of all threads. */
  cpu: number;
}

async function costOf(work: () => void | Promise<void>, pieces: number): Promise<Cost> {
  const [start, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wall: ((performance.now() - start) * 1_000) / pieces, cpu: (user + system) / pieces };
}

async function eachOf<Piece>(pieces: Piece[], work: (piece: Piece) => unknown): Promise<void> {
  for (const piece of pieces) await work(piece);
}

async function allOf<Piece>(pieces: Piece[], work: (piece: Piece) => Promise<unknown>): Promise<void> {
  await Promise.all(pieces.map(work));
}

/** As large as a submission, found by both indexes. */
function items(round: number, name: string, count: number): NewItem[] {
  return Array.from({ length: count }, (_, index) => {
    const id = `${name}-${round}-${index}`;
    const value = {
      id,
      state: "sent",
      dueAt: 1_770_000_000_000 + index,
      history: "accepted, packed, sent ".repeat(30),
    };
    return {
      pk: `T#bench#S#${id}`,
      sk: "submission",
      value,
      index1: { pk: "T#bench#submissions", sk: id },
      index2: { pk: "T#bench#waiting", sk: String(index) },
    };
  });
}

/** Two blobs to an invoice, each invoice with a folder of its own. */
const keys = (round: number, name: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `bench/${name}-${round}-${index >> 1}/document-${index}.xml`);

const blob = Buffer.alloc(5_000, "<Faktura>ż");
