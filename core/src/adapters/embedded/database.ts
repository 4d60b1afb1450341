import { closeSync, openSync } from "node:fs";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { HubError } from "../../error.ts";
import { storageFailure } from "./storage-failure.ts";

/**
 * One SQLite file that belongs to one process. Statements are prepared once; failures come out as `storage.unavailable`.
 * Writes that come together are one durable transaction (WAL, synchronous=FULL: one fsync) and resolve after its COMMIT:
 * at most two transactions in a turn of the event loop, unless there is very much to write. None is open between calls, so
 * a read sees every write that has resolved and none that may still be undone.
 */
export class Database {
  readonly #sqlite: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #waiting: Write[] = [];
  #gathering = false;

  constructor(sqlite: DatabaseSync) {
    this.#sqlite = sqlite;
  }

  /** `Row` is what the SQL selects: the tables are STRICT, so the columns have the types they say. */
  all<Row>(sql: string, ...values: SQLInputValue[]): Row[] {
    try {
      return this.#prepared(sql).all(...values) as Row[];
    } catch (thrown) {
      throw storageFailure(thrown);
    }
  }

  /** How many rows were changed, durably. Writes are carried out one by one in the order of the calls. */
  run(sql: string, ...values: SQLInputValue[]): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ sql, values, resolve, reject });
      if (this.#gathering) return;
      // The first of a turn, and whoever comes together with it, need not wait for the end of the turn.
      queueMicrotask(() => this.#commit(mostAtOnce));
      this.#gather();
    });
  }

  /** What waits is written before. */
  close(): void {
    this.#commit(Infinity);
    this.#statements.clear();
    if (this.#sqlite.isOpen) this.#sqlite.close();
  }

  #gather(): void {
    this.#gathering = true;
    setImmediate(() => {
      this.#gathering = false;
      this.#commit(mostAtOnce);
      if (this.#waiting.length > 0) this.#gather();
    });
  }

  /** One transaction, of which nothing is left when it fails; an error of a single statement is that one's alone. */
  #commit(most: number): void {
    const count = fitting(this.#waiting, most);
    const writes = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    if (writes.length === 0) return;
    // A statement alone is a transaction anyway.
    const several = writes.length > 1;
    try {
      if (several) this.#prepared("BEGIN").run();
      const settle = writes.map((write) => this.#carryOut(write));
      if (several) this.#prepared("COMMIT").run();
      for (const tell of settle) tell();
    } catch (thrown) {
      for (const { reject } of writes) reject(storageFailure(thrown));
      // They hear of it when this function has ended.
      if (this.#sqlite.isOpen && this.#sqlite.isTransaction) this.#sqlite.exec("ROLLBACK");
    }
  }

  /** How to tell the caller, once it is durable. */
  #carryOut({ sql, values, resolve, reject }: Write): () => void {
    try {
      const changed = Number(this.#prepared(sql).run(...values).changes);
      return () => resolve(changed);
    } catch (thrown) {
      // Some errors, a full disk for one, make SQLite undo the whole transaction.
      if (!this.#sqlite.isTransaction) throw thrown;
      return () => reject(storageFailure(thrown));
    }
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#sqlite.prepare(sql)));
    return statement;
  }
}

interface Write {
  sql: string;
  values: SQLInputValue[];
  resolve: (changed: number) => void;
  reject: (thrown: unknown) => void;
}

/** Keeps the event loop for less than 10 ms when the items are small. */
const mostAtOnce = 500;
/** Of blobs, in one transaction: they stay in the log and in memory until it ends. */
const mostBytesAtOnce = 8_000_000;

/** How many of these make one transaction. */
function fitting(writes: Write[], most: number): number {
  let bytes = 0;
  const beyond = writes.findIndex(({ values }, index) => {
    for (const value of values) if (value instanceof Uint8Array) bytes += value.byteLength;
    return index >= most || (index > 0 && bytes > mostBytesAtOnce);
  });
  return beyond < 0 ? writes.length : beyond;
}

/**
 * Opens the file, creating it (mode 0600) and its tables where they are missing. It stays locked until `close`:
 * for anybody else, also in this process, opening it fails with `storage.locked`.
 */
export function openDatabase(file: string): Database {
  let sqlite: DatabaseSync | undefined;
  try {
    create(file);
    sqlite = new DatabaseSync(file);
    // The lock must be exclusive before WAL begins: only then does SQLite do without shared memory.
    sqlite.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL");
    sqlite.exec("PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON");
    migrate(sqlite, file);
    return new Database(sqlite);
  } catch (thrown) {
    if (sqlite?.isOpen === true) sqlite.close();
    throw isBusy(thrown) ? locked(file, thrown) : storageFailure(thrown);
  }
}

/**
 * SQLite would let others read a new file; its WAL takes over the mode of the file. An existing file must not be
 * touched: closing any descriptor of it would drop the POSIX locks this process may hold on it.
 */
function create(file: string): void {
  try {
    closeSync(openSync(file, "wx", 0o600));
  } catch (thrown) {
    if (!(thrown instanceof Error && "code" in thrown && thrown.code === "EEXIST")) throw thrown;
  }
}

/** Schema version n is reached by the first n entries. Entries are only ever added. Text sorts by UTF-8 bytes. */
const migrations = [
  `CREATE TABLE items (
     pk TEXT NOT NULL, sk TEXT NOT NULL, version INTEGER NOT NULL, value TEXT NOT NULL,
     index1_pk TEXT, index1_sk TEXT, index2_pk TEXT, index2_sk TEXT,
     PRIMARY KEY (pk, sk)
   ) STRICT;
   CREATE INDEX items_index1 ON items (index1_pk, index1_sk, pk, sk) WHERE index1_pk IS NOT NULL;
   CREATE INDEX items_index2 ON items (index2_pk, index2_sk, pk, sk) WHERE index2_pk IS NOT NULL;

   CREATE TABLE jobs (
     id INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT NOT NULL, due INTEGER NOT NULL,
     attempts INTEGER NOT NULL DEFAULT 0, dead INTEGER NOT NULL DEFAULT 0
   ) STRICT;
   CREATE INDEX jobs_due ON jobs (due, id) WHERE dead = 0;
   CREATE INDEX jobs_dead ON jobs (id) WHERE dead = 1;

   CREATE TABLE secrets (
     name TEXT PRIMARY KEY, key_id TEXT NOT NULL, nonce BLOB NOT NULL, ciphertext BLOB NOT NULL
   ) STRICT;`,
  `CREATE TABLE blobs (key TEXT NOT NULL UNIQUE, bytes BLOB NOT NULL) STRICT;`,
];

function migrate(sqlite: DatabaseSync, file: string): void {
  sqlite.exec("BEGIN IMMEDIATE");
  const version = Number(sqlite.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (version > migrations.length) {
    const message = `${file} was written by a newer version of the hub (schema ${version}); run that version.`;
    throw new HubError("hub.config", message);
  }
  for (const step of migrations.slice(version)) sqlite.exec(step);
  sqlite.exec(`PRAGMA user_version = ${migrations.length}; COMMIT`);
}

const sqliteBusy = 5;

function isBusy(thrown: unknown): boolean {
  return thrown instanceof Error && "errcode" in thrown && (Number(thrown.errcode) & 0xff) === sqliteBusy;
}

function locked(file: string, cause: unknown): HubError {
  const message = `${file} is in use: stop the other hub, or give this one a data folder of its own.`;
  return new HubError("storage.locked", message, { cause });
}
