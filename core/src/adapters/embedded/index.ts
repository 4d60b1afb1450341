import { join } from "node:path";
import type { Clock, Ports } from "../../ports.ts";
import { archiveOn } from "./archive.ts";
import { realClock } from "../clock.ts";
import { openDatabase, type Database } from "./database.ts";
import { makeDirectories } from "./directories.ts";
import { loadKey } from "./key.ts";
import { SqliteQueue, type QueueOptions } from "./queue.ts";
import { secretsOn } from "./secrets.ts";
import { storageFailure } from "./storage-failure.ts";
import { tableOn } from "./table.ts";

export { realClock } from "../clock.ts";
export type { QueueOptions } from "./queue.ts";

export interface EmbeddedOptions {
  /** Holds everything: `hub.sqlite` and, if no key is given, `secret.key`. Created (mode 0700) when missing. */
  folder: string;
  /** 32 bytes in base64 that protect the secrets. Otherwise HUB_SECRET_KEY, otherwise `secret.key` in the folder. */
  key?: string;
  clock?: Clock;
  queue?: QueueOptions;
}

/**
 * All ports on one folder of one machine. The folder belongs to this process until it is disposed of; before that,
 * stop the consumers of the queue. Throws `storage.locked`, `storage.unavailable`,
 * `secret.key`, or `hub.config` when a newer version of the hub wrote the folder.
 */
export async function embedded(options: EmbeddedOptions): Promise<Ports & AsyncDisposable> {
  const { folder, key: given, clock = realClock, queue } = options;
  const database = await openFolder(folder);
  try {
    const mayCreate = database.all("SELECT 1 FROM secrets LIMIT 1").length === 0;
    const key = await loadKey({ folder, given, mayCreate });
    return {
      table: tableOn(database),
      archive: archiveOn(database),
      queue: new SqliteQueue(database, clock, queue),
      secrets: secretsOn(database, key),
      clock,
      [Symbol.asyncDispose]: async () => database.close(),
    };
  } catch (thrown) {
    database.close();
    throw thrown;
  }
}

/** The database comes first: its lock says that the rest of the folder is ours. */
async function openFolder(folder: string): Promise<Database> {
  try {
    await makeDirectories(folder);
  } catch (thrown) {
    throw storageFailure(thrown);
  }
  return openDatabase(join(folder, "hub.sqlite"));
}
