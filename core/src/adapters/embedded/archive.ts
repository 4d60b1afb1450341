import { randomUUID } from "node:crypto";
import { link, mkdir, open, readdir, readFile, rm, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { HubError } from "../../error.ts";
import type { Archive } from "../../ports.ts";
import { atMost } from "./at-most.ts";
import { requireBlobKey } from "./blob-key.ts";
import { makeDirectories } from "./directories.ts";
import { sharedSync } from "./shared-sync.ts";
import { storageFailure } from "./storage-failure.ts";

/**
 * Blobs as files: the key is the path below `folder`. A blob is written aside, made durable, and only then linked to
 * its name. A link never replaces anything, so a blob is there as a whole or not at all, and never changes.
 * What a killed process left unfinished is removed here; the caller makes sure that no other process uses the folder.
 * One limit S3 does not have: a blob `a` and a blob `a/b` exclude each other.
 */
export async function openArchive(folder: string): Promise<Archive> {
  // No key can have this name, and it is in the same file system as the blobs.
  const aside = join(folder, "~incoming");
  await translated(async () => {
    await makeDirectories(aside);
    for (const name of await readdir(aside)) await rm(join(aside, name));
  });
  const [puts, gets] = [atMost(filesAtOnce), atMost(filesAtOnce)];
  const syncEntries = sharedSync(folder);
  return {
    put: async (key, bytes) => {
      requireBlobKey(key);
      const path = join(folder, key);
      await puts(() =>
        translated(async () => {
          const created = await writeOnce(path, bytes, join(aside, randomUUID()));
          if (!created) await requireSame(path, bytes, key);
          // Also when the blob was there: whoever put it may not have come this far.
          await syncEntries(dirname(path));
        }),
      );
    },
    get: async (key) => {
      requireBlobKey(key);
      return gets(() => translated(() => read(join(folder, key))));
    },
  };
}

/** Enough for the thread pool always to have the next and for puts to share an fsync, and few open files. */
const filesAtOnce = 32;

/** False: there is something under this path already, or a blob above it, and all was left as it is. */
async function writeOnce(path: string, bytes: Uint8Array, temporary: string): Promise<boolean> {
  const file = await open(temporary, "wx", 0o600);
  try {
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await linkMakingRoom(temporary, path);
    return true;
  } catch (thrown) {
    if (taken.has(codeOf(thrown))) return false;
    throw thrown;
  } finally {
    await unlink(temporary);
  }
}

const taken = new Set<unknown>(["EEXIST", "ENOTDIR"]);

/** The directory is there more often than not. */
async function linkMakingRoom(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (thrown) {
    if (codeOf(thrown) !== "ENOENT") throw thrown;
    await mkdir(dirname(to), { recursive: true, mode: 0o700 });
    await link(from, to);
  }
}

async function requireSame(path: string, bytes: Uint8Array, key: string): Promise<void> {
  const stored = await read(path);
  if (stored !== undefined && Buffer.compare(stored, bytes) === 0) return;
  throw new HubError("archive.conflict", `The archive holds other bytes under ${key}; nothing was written.`);
}

async function read(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    const { buffer, byteOffset, length } = await readFile(path);
    return new Uint8Array(buffer, byteOffset, length);
  } catch (thrown) {
    if (absent.has(codeOf(thrown))) return undefined;
    throw thrown;
  }
}

const absent = new Set<unknown>(["ENOENT", "ENOTDIR", "EISDIR"]);

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
}

async function translated<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (thrown) {
    throw storageFailure(thrown);
  }
}
