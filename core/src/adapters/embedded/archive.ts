import { HubError } from "../../error.ts";
import type { Archive } from "../../ports.ts";
import { requireBlobKey } from "../blob-key.ts";
import type { Database } from "./database.ts";

/**
 * Blobs in SQLite, beside the ledger: a document and its submission become durable in one transaction, and a copy of the
 * database is a copy of everything. A stream is gathered before it is written, so it has to fit into memory.
 */
export function archiveOn(database: Database): Archive {
  const read = (key: string): Uint8Array<ArrayBuffer> | undefined => {
    const [row] = database.all<{ bytes: Uint8Array<ArrayBuffer> }>(select, key);
    return row?.bytes;
  };
  return {
    put: async (key, content) => {
      requireBlobKey(key);
      const bytes = content instanceof Uint8Array ? content : await gathered(content);
      if ((await database.run(insert, key, bytes)) === 1) return;
      const stored = read(key);
      if (stored !== undefined && Buffer.compare(stored, bytes) === 0) return;
      throw new HubError(
        "archive.conflict",
        `The archive holds other bytes under ${key}; nothing was written.`,
      );
    },
    get: async (key) => {
      requireBlobKey(key);
      return read(key);
    },
    stream: async (key) => {
      requireBlobKey(key);
      const bytes = read(key);
      return bytes && new Blob([bytes]).stream();
    },
  };
}

const insert = "INSERT INTO blobs (key, bytes) VALUES (?, ?) ON CONFLICT DO NOTHING";
const select = "SELECT bytes FROM blobs WHERE key = ?";

async function gathered(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}
