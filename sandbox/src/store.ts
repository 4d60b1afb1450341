import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Named records that survive a restart when the store has a folder. Records come back in the order they were first set. */
export interface Collection<T> {
  readonly size: number;
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): void;
  entries(): IterableIterator<[string, T]>;
  values(): T[];
}

export interface Store {
  /** The same name gives the same collection, so features keep their own; `T` must survive JSON. */
  collection<T>(name: string): Collection<T>;
  /** All writes inside reach the disk together or not at all. */
  atomically<T>(work: () => T): T;
  /** Deletes every record except those of these collections. */
  erase(except: readonly string[]): void;
  close(): void;
}

/**
 * Everything is read from memory and written through to one SQLite file in `folder`, made with mode 0700 because it
 * holds private keys. Without a folder the store lives as long as the process. One process at a time may use a folder.
 */
export function openStore(folder?: string): Store {
  if (folder === undefined) {
    const opened = once(memoryCollection);
    return { ...opened, atomically: (work) => work(), close: () => undefined };
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(join(folder, "sandbox.sqlite"));
  lock(database, folder);
  database.exec(
    "CREATE TABLE IF NOT EXISTS record (collection TEXT, key TEXT, value TEXT, UNIQUE (collection, key))",
  );
  const opened = once((name) => storedCollection(database, name));
  // Not yet opened are those left by features nobody has used since.
  const names = database.prepare("SELECT DISTINCT collection FROM record");
  return {
    collection: opened.collection,
    erase(except) {
      for (const row of names.all()) opened.collection(String(row["collection"]));
      opened.erase(except);
    },
    atomically: (work) => transaction(database, work),
    close: () => database.close(),
  };
}

/** Opens each collection once. What is kept under a name is for its only owner to say. */
function once(open: (name: string) => Collection<unknown>): Pick<Store, "collection" | "erase"> {
  const opened = new Map<string, Collection<unknown>>();
  return {
    collection<T>(name: string) {
      const collection = opened.get(name) ?? open(name);
      opened.set(name, collection);
      return collection as Collection<T>;
    },
    erase(except) {
      for (const [name, collection] of opened)
        if (!except.includes(name)) for (const [key] of collection.entries()) collection.delete(key);
    },
  };
}

/** Two processes would each keep their own memory of the same file. */
function lock(database: DatabaseSync, folder: string): void {
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  } catch (cause) {
    database.close();
    throw new Error(`${folder} cannot be opened: is another sandbox using it?`, { cause });
  }
}

function memoryCollection<T>(): Collection<T> {
  return asCollection(
    new Map<string, T>(),
    () => undefined,
    () => undefined,
  );
}

function storedCollection<T>(database: DatabaseSync, name: string): Collection<T> {
  const write = database.prepare(
    "INSERT INTO record VALUES (?, ?, ?) ON CONFLICT (collection, key) DO UPDATE SET value = excluded.value",
  );
  const erase = database.prepare("DELETE FROM record WHERE collection = ? AND key = ?");
  const rows = database
    .prepare("SELECT key, value FROM record WHERE collection = ? ORDER BY rowid")
    .all(name);
  const map = new Map(rows.map((row) => [String(row["key"]), JSON.parse(String(row["value"])) as T]));
  return asCollection(
    map,
    (key, value) => write.run(name, key, JSON.stringify(value)),
    (key) => erase.run(name, key),
  );
}

function asCollection<T>(
  map: Map<string, T>,
  onSet: (key: string, value: T) => unknown,
  onDelete: (key: string) => unknown,
): Collection<T> {
  return {
    get size() {
      return map.size;
    },
    get: (key) => map.get(key),
    set(key, value) {
      // The disk first: what memory shows has been written.
      onSet(key, value);
      map.set(key, value);
    },
    delete(key) {
      onDelete(key);
      map.delete(key);
    },
    entries: () => map.entries(),
    values: () => [...map.values()],
  };
}

function transaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec("BEGIN");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}
