import { createHash } from "node:crypto";
import type { Outcome, SourceDocument, Source } from "../connector.ts";
import type { Engine } from "../engine.ts";
import { HubError, toHubError } from "../error.ts";
import { explain } from "../explain/explain.ts";
import { submit } from "../intake.ts";
import { isActive, type Submission } from "../submission.ts";
import { complete } from "./complete.ts";
import type { Connection } from "./connections.ts";
import type { Records, SourceRecord, StoredRecord } from "./records.ts";

/** What the steps of one connection's records work with. */
export interface Desk {
  engine: Engine;
  connection: Connection;
  source: Source;
  records: Records;
  /** A link to the receipt for whoever has it. */
  upoUrl: (submission: Submission) => Promise<string>;
}

type Change = Partial<SourceRecord>;

/**
 * Takes a record one step further: fetches it, submits its invoice, looks what has become of that, or writes it back. A
 * step may be cut off anywhere and taken again: the invoice has the record's name as its key, a step of writing back
 * changes nothing the second time. Nothing happens when somebody else has the record.
 */
export async function followRecord(desk: Desk, known: SourceRecord): Promise<void> {
  const { records, engine } = desk;
  const found = await records.get(known, known.ref);
  const now = engine.clock.now();
  if (found === undefined || found.value.wakeAt > now) return;
  const held = await records.replace(found, { ...found.value, wakeAt: now + leaseMs, failures: 0 });
  if (held === undefined) return;
  // Of what failed before it counts on.
  const record = { ...held, value: { ...held.value, failures: found.value.failures } };
  await save(desk, record, await changeOf(desk, record.value));
}

async function changeOf(desk: Desk, record: SourceRecord): Promise<Change> {
  try {
    if (record.state === "waiting" || record.seenAgain) return await look(desk, record);
    return await tell(desk, record);
  } catch (thrown) {
    return afterFailure(desk, record, toHubError(thrown));
  }
}

/** waiting -> submitted, held or skipped; or as it was, when nothing has changed. */
async function look({ engine, connection, source }: Desk, record: SourceRecord): Promise<Change> {
  const seen = { seenAgain: false, problem: undefined, failures: 0 };
  const document = await source.fetch(record.ref);
  const submission = await submissionOf(engine, record);
  const rests = submission === undefined ? "skipped" : record.state === "told" ? "told" : "submitted";
  if (document === undefined || document.issuedOn === undefined || document.issuedOn < connection.since)
    return { ...seen, state: rests, faults: [], diverged: submission?.ksef !== undefined };
  const { revision } = document;
  if (submission !== undefined && revision === record.revision) return { ...seen, state: rests };
  // Whatever KSeF has, or may have, is never sent again.
  const isFinal = submission !== undefined && submission.state !== "rejected";

  const kept = await keep(engine, record, document);
  try {
    const invoice = complete(source.map(document), document.content, connection.mapping);
    const content = new TextEncoder().encode(JSON.stringify(invoice));
    const invoiceSha256 = createHash("sha256").update(content).digest("hex");
    if (invoiceSha256 === record.invoiceSha256) return { ...seen, state: rests, revision, diverged: false };
    if (isFinal) return { ...seen, state: rests, revision, diverged: true };
    const submissions = record.submissions + 1;
    const { id } = await submit(engine, {
      tenant: record.tenant,
      idempotencyKey: keyOf(record, submissions),
      mediaType: "application/json",
      content,
    });
    const taken = { revision, source: kept, invoiceSha256, submission: id, submissions, faults: [] };
    return { ...seen, ...taken, state: "submitted" };
  } catch (thrown) {
    const error = toHubError(thrown);
    if (error.action === "retry") throw error;
    if (isFinal) return { ...seen, state: rests, revision, diverged: true };
    const { code, message, faults } = error;
    return { ...seen, state: "held", revision, source: kept, problem: { code, message }, faults };
  }
}

/** The record's own name is the key of its invoice; after a refusal that of the next one has a number. */
function keyOf({ connection, ref }: SourceRecord, submissions: number): string {
  const name = `${connection}:${ref.type}:${ref.id}`;
  const short = /^[\x21-\x7e]{1,230}$/.test(name) ? name : createHash("sha256").update(name).digest("hex");
  return submissions === 1 ? short : `${short}:${submissions}`;
}

async function keep(engine: Engine, record: SourceRecord, { content }: SourceDocument): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(content));
  const name = createHash("sha256").update(`${record.ref.type} ${record.ref.id}`).digest("hex").slice(0, 32);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 16);
  const key = `${record.tenant}/connections/${record.connection}/${name}/record-${hash}.json`;
  await engine.archive.put(key, bytes);
  return key;
}

/** submitted -> told, once the invoice has come to rest and every step of writing back is done, or can't be. */
async function tell(desk: Desk, record: SourceRecord): Promise<Change> {
  const { engine, source } = desk;
  const now = engine.clock.now();
  const submission = await submissionOf(engine, record);
  if (submission === undefined || isActive(submission.state) || submission.state === "dead")
    return {
      wakeAt: now + Math.min(Math.max(lookMs, (now - record.updatedAt) / 4), longestLookMs),
      failures: 0,
    };
  const outcome = await outcomeOf(desk, submission);
  const name = `${submission.id} ${outcome.state} ${submission.updatedAt}`;
  const steps = record.outcome === name ? { ...record.steps } : {};
  for (const [step, write] of Object.entries(source.writeBack)) {
    if (steps[step] !== undefined) continue;
    try {
      await write(record.ref, outcome);
      steps[step] = { doneAt: engine.clock.now() };
    } catch (thrown) {
      const error = toHubError(thrown);
      if (error.action === "retry") return { ...afterFailure(desk, record, error), outcome: name, steps };
      // The other steps have nothing to do with it.
      steps[step] = { problem: { code: error.code, message: error.message } };
    }
  }
  // A held invoice goes on one day, and then there is more to tell.
  const rests = submission.state === "held" ? "submitted" : "told";
  return { state: rests, outcome: name, steps, failures: 0, problem: undefined, wakeAt: now + longestLookMs };
}

async function submissionOf(
  engine: Engine,
  { tenant, submission }: SourceRecord,
): Promise<Submission | undefined> {
  if (submission === undefined) return undefined;
  return (await engine.submissions.get({ tenant, id: submission }))?.value;
}

async function outcomeOf({ engine, upoUrl }: Desk, submission: Submission): Promise<Outcome> {
  const { state, ksef, receipt, problem, updatedAt } = submission;
  if (ksef !== undefined && receipt !== undefined) {
    const bytes = await engine.archive.get(receipt.key);
    if (bytes === undefined) throw new HubError("archive.missing", `The archive has no ${receipt.key}.`);
    const { number: ksefNumber, acceptedAt = new Date(updatedAt).toISOString() } = ksef;
    const upo = { fileName: `UPO_${ksefNumber}.xml`, bytes };
    return { state: "accepted", ksefNumber, acceptedAt, upoUrl: await upoUrl(submission), upo };
  }
  const { en, pl } = explain(submission, { now: engine.clock.now() });
  const code = problem?.code ?? "hub.internal";
  return {
    state: state === "rejected" ? "rejected" : "held",
    code,
    message: words(en),
    messagePl: words(pl),
  };
}

const words = ({ summary, next }: { summary: string; next: string }): string => `${summary} ${next}`;

/** It is tried again after a pause that grows, for as long as it takes; what a person has to mend is looked at seldom. */
function afterFailure(
  { engine }: Desk,
  record: SourceRecord,
  { code, message, action, retryAfterMs }: HubError,
): Change {
  const { backoffMs, longestBackoffMs } = engine.timing;
  const failures = record.failures + 1;
  const longest = action === "retry" ? longestBackoffMs : mendedMs;
  const pause = action === "retry" ? Math.min(backoffMs * 2 ** Math.min(failures - 1, 30), longest) : longest;
  const wakeAt = engine.clock.now() + Math.max(pause, retryAfterMs ?? 0);
  return { failures, problem: { code, message }, wakeAt };
}

/** Somebody else may have seen the record again meanwhile: that is kept. */
async function save({ records, engine }: Desk, held: StoredRecord, change: Change): Promise<void> {
  const now = engine.clock.now();
  let stored = held;
  for (let tries = 0; tries < mostTries; tries++) {
    const { value } = stored;
    const seenAgain = tries > 0 && value.seenAgain;
    const next = { ...value, wakeAt: now, ...change, updatedAt: now };
    if ((await records.replace(stored, seenAgain ? { ...next, seenAgain, wakeAt: now } : next)) !== undefined)
      return;
    const current = await records.get(value, value.ref);
    if (current === undefined) return;
    stored = current;
  }
  // Its lease ends, and the step is taken again.
}

/** Longer than any step takes. */
const leaseMs = 120_000;
const lookMs = 1_000;
const longestLookMs = 300_000;
/** How often something is looked at that waits for a person, such as a login that was refused. */
const mendedMs = 600_000;
const mostTries = 5;
