import { randomBytes } from "node:crypto";
import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import { HubError } from "../../error.ts";
import { syncDirectories } from "./directories.ts";
import { storageFailure } from "./storage-failure.ts";

export interface KeySource {
  folder: string;
  /** 32 bytes in base64. It goes before HUB_SECRET_KEY, which goes before the file `secret.key` in the folder. */
  given?: string | undefined;
  /** Whether a missing file may be created: not when there are secrets already, which a new key cannot open. */
  mayCreate: boolean;
}

/** The 32-byte key that protects the secrets, or `secret.key` with what to do about it. */
export async function loadKey({ folder, given, mayCreate }: KeySource): Promise<Buffer> {
  if (given !== undefined) return decode(given, "The key given to the hub");
  const { HUB_SECRET_KEY: fromEnvironment } = process.env;
  if (fromEnvironment !== undefined) return decode(fromEnvironment, "HUB_SECRET_KEY");
  const path = join(folder, "secret.key");
  try {
    const text = await readPrivate(path);
    if (text !== undefined) return decode(text, path);
    if (mayCreate) return await create(path, folder);
  } catch (thrown) {
    throw storageFailure(thrown);
  }
  const message = `There are secrets, but not their key: set HUB_SECRET_KEY or restore ${path}.`;
  throw new HubError("secret.key", message);
}

function decode(text: string, origin: string): Buffer {
  if (!/^[A-Za-z0-9+/]{43}=$/.test(text.trim()))
    throw new HubError(
      "secret.key",
      `${origin} is not a key: it must be 32 bytes in base64 (openssl rand -base64 32).`,
    );
  return Buffer.from(text, "base64");
}

async function readPrivate(path: string): Promise<string | undefined> {
  const file = await open(path, "r").catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === "ENOENT") return undefined;
    throw thrown;
  });
  if (file === undefined) return undefined;
  try {
    const { mode } = await file.stat();
    if ((mode & 0o077) !== 0)
      throw new HubError(
        "secret.key",
        `Others can read ${path}: run chmod 600 ${path}, and replace the key if they may have.`,
      );
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}

/** Written aside and renamed: a crash leaves no half a key. */
async function create(path: string, folder: string): Promise<Buffer> {
  const key = randomBytes(32);
  const temporary = `${path}.new`;
  const file = await open(temporary, "w", 0o600);
  try {
    await file.writeFile(`${key.toString("base64")}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncDirectories(folder, folder);
  return key;
}
