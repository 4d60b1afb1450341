import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { embedded, type EmbeddedOptions } from "../../src/adapters/embedded/index.ts";

/** A folder that is removed when the test has ended. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "ksef-hub-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The embedded ports, on a folder of their own unless one is given, closed when the test has ended. */
export async function openEmbedded(options: Partial<EmbeddedOptions> = {}) {
  const ports = await embedded({ folder: options.folder ?? (await temporaryFolder()), ...options });
  onTestFinished(() => ports[Symbol.asyncDispose]());
  return ports;
}
