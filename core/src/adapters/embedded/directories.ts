import { mkdir, open } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/** Creates a directory and its missing parents, readable only by the owner, and makes each of them durable. */
export async function makeDirectories(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 });
  if (first !== undefined) await syncDirectories(dirname(resolve(path)), dirname(resolve(first)));
}

/** Makes the entries of `path` durable, and those of the directories above it up to and including `top`. */
export async function syncDirectories(path: string, top: string): Promise<void> {
  for (let at = resolve(path), last = resolve(top); ; at = dirname(at)) {
    await syncDirectory(at);
    if (at === last || at === dirname(at)) return;
  }
}

export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
