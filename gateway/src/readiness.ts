import { HubError, type Ports, toHubError } from "@ksef-hub/core";
import * as z from "zod";

export interface Readiness {
  status: "ready" | "unavailable";
  /** `ok`, or the code of what is wrong, for each dependency. */
  checks: Record<string, string>;
}

/**
 * Whether the hub can take an invoice in now: the ledger is read and, every ten seconds, written; the others are read;
 * each answers in five seconds. KSeF is no part of it: while KSeF is down, invoices are taken and wait.
 */
export async function readiness(ports: Ports): Promise<Readiness> {
  const { archive, queue, secrets } = ports;
  const checks: Record<string, string> = {};
  const check = async (name: string, touch: () => Promise<unknown>): Promise<void> => {
    try {
      await inTime(ports, name, touch());
      checks[name] = "ok";
    } catch (thrown) {
      checks[name] = toHubError(thrown).code;
    }
  };
  await Promise.all([
    check("table", () => writeNowAndThen(ports)),
    check("archive", () => archive.get("readiness/readiness")),
    check("queue", () => queue.check()),
    check("secrets", () => secrets.get("readiness/readiness")),
  ]);
  const status = Object.values(checks).every((result) => result === "ok") ? "ready" : "unavailable";
  return { status, checks };
}

/** A full disk can still be read. Anybody may ask, so not every question makes the ledger write. */
async function writeNowAndThen({ table, clock }: Ports): Promise<void> {
  const key = { pk: "readiness", sk: "readiness" };
  const item = await table.get(key);
  const now = clock.now();
  if (item !== undefined && now - writtenAt.parse(item.value) < writeEveryMs) return;
  // False: somebody else has just written it.
  await table.put({ ...key, value: now }, item?.version ?? 0);
}

async function inTime({ clock }: Ports, name: string, touched: Promise<unknown>): Promise<void> {
  const ended = new AbortController();
  const late = async (): Promise<void> => {
    await clock.sleep(patienceMs, ended.signal);
    if (!ended.signal.aborted)
      throw new HubError("storage.unavailable", `The ${name} did not answer in ${patienceMs} ms.`);
  };
  try {
    await Promise.race([touched, late()]);
  } finally {
    ended.abort();
  }
}

const writtenAt = z.number();
const writeEveryMs = 10_000;
const patienceMs = 5_000;
