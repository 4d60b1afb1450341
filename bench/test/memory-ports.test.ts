import { realClock } from "@ksef-hub/core";
import { archiveContract, queueContract, secretsContract, tableContract } from "@ksef-hub/core/testing";
import { describe, it } from "vitest";
import { memoryArchive, memorySecrets } from "../src/planner/memory-ports.ts";
import { MemoryQueue } from "../src/planner/memory-queue.ts";
import { MemoryTable } from "../src/planner/memory-table.ts";

describe("ports in memory", () => {
  tableContract(it, async () => new MemoryTable());
  archiveContract(it, async () => memoryArchive());
  secretsContract(it, async () => memorySecrets());
  queueContract(it, async () => new MemoryQueue(realClock, 10));
});
