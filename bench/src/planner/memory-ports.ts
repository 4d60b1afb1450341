import { type Archive, type Clock, HubError, type Ports, type Secret, type Secrets } from "@ksef-hub/core";
import { requireBlobKey } from "../../../core/src/adapters/blob-key.ts";
import { MemoryQueue } from "./memory-queue.ts";
import { MemoryTable } from "./memory-table.ts";

/** All that the hub keeps, in memory, its time on this clock. */
export function memoryPorts(clock: Clock): Ports {
  return {
    table: new MemoryTable(),
    archive: memoryArchive(),
    queue: new MemoryQueue(clock),
    secrets: memorySecrets(),
    clock,
  };
}

export function memoryArchive(): Archive {
  const blobs = new Map<string, Buffer>();
  return {
    put: async (key, content) => {
      requireBlobKey(key);
      const pieces = content instanceof Uint8Array ? [content] : content;
      const all: Uint8Array[] = [];
      for await (const piece of pieces) all.push(piece);
      const bytes = Buffer.concat(all);
      const stored = blobs.get(key);
      if (stored === undefined) blobs.set(key, bytes);
      else if (!stored.equals(bytes))
        throw new HubError("archive.conflict", `The archive holds other bytes under ${key}.`);
    },
    get: async (key) => {
      requireBlobKey(key);
      const stored = blobs.get(key);
      return stored && new Uint8Array(stored);
    },
    stream: async (key) => {
      requireBlobKey(key);
      const stored = blobs.get(key);
      return stored && new Blob([new Uint8Array(stored)]).stream();
    },
  };
}

export function memorySecrets(): Secrets {
  const values = new Map<string, Secret>();
  return {
    get: async (name) => {
      requireBlobKey(name);
      return values.get(name);
    },
    put: async (name, value) => {
      requireBlobKey(name);
      values.set(name, value);
    },
    delete: async (name) => {
      requireBlobKey(name);
      values.delete(name);
    },
  };
}
