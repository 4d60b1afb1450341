import { join } from "node:path";
import { DatabaseSync, StatementSync } from "node:sqlite";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Database, openDatabase } from "../../src/adapters/embedded/database.ts";
import { VirtualClock } from "../../testing/index.ts";
import { openEmbedded, temporaryFolder } from "./folder.ts";

const unavailable = { code: "storage.unavailable" };

describe("embedded database", () => {
  it("carries out writes at once in one transaction, 500 at most, and a lonely one without", async () => {
    const { table } = await openEmbedded();
    const puts = (name: string, count: number) => async () => {
      const all = Array.from({ length: count }, (_, n) => table.put({ pk: name, sk: `${n}`, value: n }, 0));
      expect(new Set(await Promise.all(all))).toEqual(new Set([true]));
    };
    expect(await commitsDuring(puts("few", 300))).toBe(1);
    expect(await commitsDuring(puts("many", 1800))).toBe(4);
    expect(await commitsDuring(puts("lonely", 1))).toBe(0);
    expect((await table.query({ pk: "few", limit: 1000 })).items).toHaveLength(300);
  });

  it("carries out 8 MB of blobs in a transaction, and a larger one alone", async () => {
    const { archive } = await openEmbedded();
    const blobs = (sizes: number[]) => () =>
      Promise.all(sizes.map((size, n) => archive.put(`${sizes.length}/${n}`, Buffer.alloc(size))));
    expect(await commitsDuring(blobs(Array.from({ length: 9 }, () => 3_000_000)))).toBe(4);
    expect(await commitsDuring(blobs([9_000_000, 1_000, 1_000]))).toBe(1);
  });

  it("carries out 300 rows of writes side by side in few transactions", async () => {
    const { table } = await openEmbedded();
    const rows = Array.from({ length: 300 }, async (_, row) => {
      for (let n = 0; n < 10; n++) {
        // Some take longer to come back than others.
        for (let pause = row % 7; pause > 0; pause--) await Promise.resolve();
        expect(await table.put({ pk: "p", sk: String(row), value: n }, n)).toBe(true);
      }
    });
    expect(await commitsDuring(() => Promise.all(rows))).toBeLessThanOrEqual(30);
  });

  it("judges each condition by what the writes before it left", async () => {
    const { table } = await openEmbedded();
    const key = { pk: "p", sk: "s" };
    const put = (value: number, expected: number) => table.put({ ...key, value }, expected);
    const outcomes = [
      put(1, 0),
      put(2, 0),
      put(3, 1),
      put(4, 1),
      table.delete(key, 1),
      table.delete(key, 2),
      put(5, 0),
    ];
    expect(await Promise.all(outcomes)).toEqual([true, false, true, false, false, true, true]);
    expect(await table.get(key)).toEqual({ ...key, value: 5, version: 1 });
  });

  it("shows a read what has resolved, and nothing that waits", async () => {
    const { table } = await openEmbedded();
    const key = { pk: "p", sk: "s" };
    const puts = [table.put({ ...key, value: 1 }, 0), table.put({ ...key, value: 2 }, 1)];
    expect(await table.get(key)).toBeUndefined();
    await puts[0];
    expect((await table.get(key))?.version).toBe(2);
    await puts[1];
  });

  it("fails one statement alone", async () => {
    const database = await open();
    const outcomes = [job(database, "a"), job(database, null), database.run("nonsense"), job(database, "b")];
    const failed = { status: "rejected", reason: expect.objectContaining(unavailable) };
    const done = { status: "fulfilled", value: 1 };
    expect(await Promise.allSettled(outcomes)).toEqual([done, failed, failed, done]);
    expect(jobs(database)).toEqual(["a", "b"]);
  });

  it("fails all when a statement makes SQLite undo the transaction, and goes on with the next", async () => {
    const database = await open();
    const undo = database.run("INSERT OR ROLLBACK INTO jobs (job, due) VALUES (NULL, 0)");
    const outcomes = await Promise.allSettled([job(database, "a"), undo, job(database, "b")]);
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ status: "rejected", reason: unavailable });
    expect(jobs(database)).toEqual([]);
    expect(await job(database, "c")).toBe(1);
    expect(jobs(database)).toEqual(["c"]);
  });

  it("fails all when the COMMIT fails, leaves nothing of them and goes on with the next", async () => {
    const sqlite = new DatabaseSync(join(await temporaryFolder(), "own.sqlite"), {
      enableForeignKeyConstraints: true,
    });
    sqlite.exec(`CREATE TABLE invoices (id INTEGER PRIMARY KEY) STRICT;
      CREATE TABLE lines (invoice INTEGER REFERENCES invoices DEFERRABLE INITIALLY DEFERRED) STRICT`);
    const database = new Database(sqlite);
    onTestFinished(() => database.close());
    const invoice = (id: number) => database.run("INSERT INTO invoices VALUES (?)", id);
    const line = (id: number) => database.run("INSERT INTO lines VALUES (?)", id);
    const outcomes = await Promise.allSettled([invoice(1), line(1), line(404), invoice(2)]);
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ status: "rejected", reason: unavailable });
    expect(database.all("SELECT id FROM invoices")).toEqual([]);
    expect(await Promise.all([invoice(3), line(3)])).toEqual([1, 1]);
    expect(database.all("SELECT id FROM invoices")).toEqual([{ id: 3 }]);
  });

  it("keeps exactly what it acknowledged when there is no room for all", async () => {
    const folder = await temporaryFolder();
    const database = await open(folder);
    database.all("PRAGMA max_page_count = 60");
    const names = Array.from({ length: 200 }, (_, n) => `${n}#`.padEnd(2000, "x"));
    const outcomes = await Promise.allSettled(names.map((name) => job(database, name)));
    const more = await Promise.allSettled([job(database, "y".repeat(300_000))]);
    const acknowledged = names.filter((_, n) => outcomes[n]?.status === "fulfilled");
    expect(more[0]).toMatchObject({ status: "rejected", reason: unavailable });
    expect(acknowledged.length).toBeLessThan(200);
    expect(jobs(database)).toEqual(acknowledged);
    database.close();
    expect(jobs(await open(folder))).toEqual(acknowledged);
  });

  it("writes what waits before it closes, and nothing afterwards", async () => {
    const folder = await temporaryFolder();
    const database = await open(folder);
    const waiting = Array.from({ length: 1200 }, (_, n) => job(database, String(n)));
    database.close();
    expect(await Promise.all(waiting)).toEqual(waiting.map(() => 1));
    for (const late of await Promise.allSettled([job(database, "late"), job(database, "later")]))
      expect(late).toMatchObject({ status: "rejected", reason: unavailable });
    expect(jobs(await open(folder))).toHaveLength(1200);
  });

  it("lets a virtual clock stand still until a row of writes is done", async () => {
    const clock = new VirtualClock(0);
    const { table } = await openEmbedded({ clock });
    const writer = async () => {
      await clock.sleep(1000);
      for (let n = 0; n < 50; n++) await table.put({ pk: "p", sk: "s", value: clock.now() }, n);
      await clock.sleep(1000);
    };
    const written = writer();
    await clock.advance(1_000_000);
    await written;
    expect(await table.get({ pk: "p", sk: "s" })).toMatchObject({ version: 50, value: 1000 });
  });
});

async function open(folder?: string): Promise<Database> {
  const database = openDatabase(join(folder ?? (await temporaryFolder()), "hub.sqlite"));
  onTestFinished(() => database.close());
  return database;
}

const job = (database: Database, text: string | null): Promise<number> =>
  database.run("INSERT INTO jobs (job, due) VALUES (?, 0)", text);

const jobs = (database: Database): string[] =>
  database.all<{ job: string }>("SELECT job FROM jobs ORDER BY id").map((row) => row.job);

async function commitsDuring(work: () => Promise<unknown>): Promise<number> {
  const run = vi.spyOn(StatementSync.prototype, "run");
  try {
    await work();
    const statements = run.mock.contexts as StatementSync[];
    return statements.filter(({ sourceSQL }) => sourceSQL === "COMMIT").length;
  } finally {
    run.mockRestore();
  }
}
