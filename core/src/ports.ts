/**
 * What core needs from the outside: five ports, each with an embedded and an AWS adapter.
 * Adapters translate. They hold no retry loop, no policy and no log line; the suites in
 * `core/testing` say what every adapter must do.
 */
import type { Secret } from "./secret.ts";

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json | undefined };

/** Address of an item. The `pk` of a tenant's item begins with the tenant; `sk` sorts by UTF-8 bytes. Each has 1 to 1,024 bytes. */
export interface Key {
  pk: string;
  sk: string;
}

export interface NewItem extends Key {
  value: Json;
  /** Where the item is found in the two indexes; absent keeps it out of them (a sparse index). */
  index1?: Key | undefined;
  index2?: Key | undefined;
  /** Milliseconds since 1970: from then on the item may vanish by itself, or be there still. */
  expiresAt?: number | undefined;
}

export interface Item extends NewItem {
  /** 1 after the first put, then one more with each. */
  version: number;
}

export interface Query {
  /** Absent: the items themselves, read consistently. 1 or 2: an index, which may lag behind the items. */
  index?: 1 | 2;
  pk: string;
  /** Bounds of the sort key, both inclusive. */
  from?: string;
  to?: string;
  reverse?: boolean;
  /** Items per page, 1 to 1,000. */
  limit?: number;
  /** `next` of the page before. */
  after?: string;
}

export interface Page {
  items: Item[];
  /** Present when more may follow. Opaque. */
  next?: string;
}

/** The ledger: versioned items with conditions on a single item, never on two. An item stays below 400 KB. */
export interface Table {
  /** Reads what was last written, never a stale copy. */
  get(key: Key): Promise<Item | undefined>;
  /**
   * Compare and swap: writes if the stored version is still `expected` (0: no such item), durably when it resolves.
   * True: written, and the version is now `expected + 1`. False: somebody else was first, nothing was written.
   */
  put(item: NewItem, expected: number): Promise<boolean>;
  /** The next item under this key begins at version 1 again, so never delete what others may be about to change. */
  delete(key: Key, expected: number): Promise<boolean>;
  query(query: Query): Promise<Page>;
}

/**
 * Immutable blobs: source documents, FA(3) XML, receipts. Keys are `/`-separated segments of `[A-Za-z0-9._=-]`, each
 * of at most 255 bytes; no key continues another one (`a` and `a/b` cannot both be there).
 */
export interface Archive {
  /**
   * Durable when it resolves. The same bytes under the same key again do nothing;
   * other bytes are refused with `archive.conflict`. A stream that fails leaves nothing behind.
   */
  put(key: string, bytes: Uint8Array | AsyncIterable<Uint8Array>): Promise<void>;
  get(key: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** The same in pieces, for what may be large. */
  stream(key: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>> | undefined>;
}

/** A doorbell: it says where to look. What must survive is in `Table` and `Archive` before it rings. */
export type Job = { [name: string]: Json };

export interface DeadLetter {
  id: string;
  job: Job;
  attempts: number;
}

export interface Queue {
  /** Rings after `delayMs` (0: at once), at least once; durable when it resolves. */
  send(job: Job, delayMs?: number): Promise<void>;
  /**
   * Hands jobs to `handler`, at most `concurrency` at a time, until the signal aborts; resolves when the handlers
   * in flight have ended. A handler that throws gets its job again; one that always throws ends as a dead letter.
   */
  consume(
    handler: (job: Job, attempt: number) => Promise<void>,
    options: { signal: AbortSignal; concurrency?: number },
  ): Promise<void>;
  deadLetters(limit?: number): Promise<DeadLetter[]>;
  /** Rejects when the queue cannot be used. */
  check(): Promise<void>;
  /** Puts a dead letter back into the queue, its attempts forgotten. False: no such dead letter. */
  redrive(id: string): Promise<boolean>;
}

/** KSeF certificates and tokens, vendor credentials. Names follow the rules of archive keys and begin with a tenant. */
export interface Secrets {
  /** What another process has replaced may be seen a minute late, unless it is asked for `fresh`. */
  get(name: string, options?: { fresh?: boolean }): Promise<Secret | undefined>;
  /** Creates or replaces in one step: a reader sees the old value or the new one. Durable when it resolves. */
  put(name: string, value: Secret): Promise<void>;
  delete(name: string): Promise<void>;
}

export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number;
  /** Resolves after `ms`, or at once when the signal aborts (it never rejects). */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Ports {
  table: Table;
  archive: Archive;
  queue: Queue;
  secrets: Secrets;
  clock: Clock;
}
