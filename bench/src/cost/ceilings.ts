import type { Billed } from "./billed.ts";
import type { Idle } from "./idle.ts";

/**
 * What an invoice may take, by `measure`: the test holds the counts to it, and docs/cost.md is computed from it. `alone` is
 * the dearest way there is: one invoice for which a process logs its company in and opens a session, the first of the
 * company. `apart`: the same, handed in to another process. `batch`: one of 1,000.
 */
export const ceilings: Record<"alone" | "apart" | "batch", Billed> = {
  alone: {
    tableReads: 50,
    tableWrites: 23,
    readUnits: 48,
    writeUnits: 54,
    puts: 2,
    gets: 1,
    messages: 0,
    secretCalls: 4,
    archiveBytes: 10_500,
    tableBytes: 4_500,
  },
  apart: {
    tableReads: 52,
    tableWrites: 23,
    readUnits: 50,
    writeUnits: 54,
    puts: 2,
    gets: 1,
    messages: 3,
    secretCalls: 4,
    archiveBytes: 10_500,
    tableBytes: 4_500,
  },
  batch: {
    tableReads: 7.2,
    tableWrites: 4.1,
    readUnits: 7.7,
    writeUnits: 13.5,
    puts: 2.01,
    gets: 1.01,
    messages: 0.005,
    secretCalls: 0.00125,
    archiveBytes: 10_500,
    tableBytes: 2_500,
  },
};

/** In an hour in which nothing happens, by `measureIdle`: exactly. */
export const idle: Idle = { process: { read: 150, write: 12 }, company: { read: 342, write: 0 } };

/** What a process asks the queue for when nothing is in it: each poll waits for 20 seconds. */
export const pollsAnHour = 3_600 / 20;

/** Of a company: what it logs in to KSeF with, and what the keys of its sessions follow from. */
export const secretsOfCompany = 2;
