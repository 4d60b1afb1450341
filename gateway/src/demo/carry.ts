import { setTimeout as pause } from "node:timers/promises";
import { Refused, type HubClient } from "./client.ts";
import type { DemoDocument } from "./documents.ts";
import type { Progress } from "./progress.ts";
import { isDone, updateRow, type Row } from "./row.ts";

export interface Carry {
  documents: DemoDocument[];
  client: (tenant: string) => HubClient;
  progress: Progress;
  /** Ends the waiting. */
  signal: AbortSignal;
}

/** Documents on their way at the same time. */
const lanes = 50;
/** Between two looks at one invoice. */
const lookMs = 200;

/**
 * Hands the documents in over the API and watches them until nothing more happens to them, or the signal aborts.
 * A document that follows another is handed in when that one has its KSeF number.
 */
export async function carry({ documents, client, progress, signal }: Carry): Promise<Row[]> {
  const rows = documents.map(rowOf);
  const ends = documents.map(() => Promise.withResolvers<Row>());
  progress.show(rows);

  const next = documents.entries();
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      for (const [index, document] of next) {
        const row = rows[index];
        if (row === undefined || signal.aborted) break;
        await carryOne(document, row);
        ends[index]?.resolve(row);
      }
    }),
  );
  progress.done(rows);
  return rows;

  async function carryOne(document: DemoDocument, row: Row): Promise<void> {
    const hub = client(document.tenant);
    try {
      row.id ??= await handIn(hub, document, row);
      while (row.id !== undefined && !isDone(row) && !signal.aborted) {
        updateRow(row, await hub.find(row.id));
        progress.show(rows);
        if (!isDone(row)) await pause(lookMs);
      }
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      Object.assign(row, { state: "refused", reason: error.message });
    }
    progress.show(rows);
  }

  async function handIn(hub: HubClient, document: DemoDocument, row: Row): Promise<string | undefined> {
    const { content, follows, reason } = document;
    if (content === undefined) throw new Refused(reason);
    let ksefNumber: string | undefined;
    if (follows !== undefined) {
      // The lanes take the documents in order, so the one that is followed is ahead of this one.
      row.reason = `Waits for ${follows}.`;
      const index = documents.findIndex(({ number }) => number === follows);
      ksefNumber = (await ends[index]?.promise)?.ksefNumber;
      if (signal.aborted) return undefined;
      if (ksefNumber === undefined) throw new Refused(`Not handed in: ${follows} has no KSeF number.`);
    }
    const view = await hub.submit(content.source(ksefNumber), content.idempotencyKey);
    updateRow(row, view);
    progress.show(rows);
    return view.id;
  }
}

function rowOf({ tenant, file, number, id }: DemoDocument): Row {
  return {
    tenant,
    state: "waiting",
    ...(file === undefined ? {} : { file }),
    ...(number === undefined ? {} : { number }),
    ...(id === undefined ? {} : { id }),
  };
}
