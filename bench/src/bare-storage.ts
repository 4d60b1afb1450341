import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { NewItem } from "@ksef-hub/core";

/**
 * The least that storing durably can cost in this folder: SQLite with the hub's table and nothing around it, one statement
 * an item, and files written and synced one after another.
 */
export function bareStorage(folder: string) {
  const sqlite = new DatabaseSync(join(folder, "bare.sqlite"));
  sqlite.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  sqlite.exec(`CREATE TABLE items (pk TEXT NOT NULL, sk TEXT NOT NULL, version INTEGER NOT NULL, value TEXT NOT NULL,
      index1_pk TEXT, index1_sk TEXT, index2_pk TEXT, index2_sk TEXT, PRIMARY KEY (pk, sk)) STRICT;
    CREATE INDEX index1 ON items (index1_pk, index1_sk, pk, sk);
    CREATE INDEX index2 ON items (index2_pk, index2_sk, pk, sk)`);
  const statement = sqlite.prepare("INSERT INTO items VALUES (?, ?, 1, ?, ?, ?, ?, ?)");
  const put = ({ pk, sk, value, index1, index2 }: NewItem): void => {
    const [one, two] = [index1 ?? { pk: null, sk: null }, index2 ?? { pk: null, sk: null }];
    statement.run(pk, sk, JSON.stringify(value), one.pk, one.sk, two.pk, two.sk);
  };
  return {
    put,
    /** One transaction with one fsync. */
    putAll: (items: NewItem[]): void => {
      sqlite.exec("BEGIN");
      for (const item of items) put(item);
      sqlite.exec("COMMIT");
    },
    write: (name: string, bytes: Uint8Array): void => {
      const file = openSync(join(folder, name), "wx", 0o600);
      writeSync(file, bytes);
      fsyncSync(file);
      closeSync(file);
    },
    close: (): void => sqlite.close(),
  };
}
