/**
 * The contract of a connector: a plugin for one system from which invoices come. Ability is the presence of a method.
 * Everything that is the same for every system lives in the host: rate limits, retries, paging policy, cursors, dedupe,
 * token renewal, storage of webhooks, logging, metrics. A connector translates.
 */
import type * as z from "zod";
import type { Draft } from "./connect/draft.ts";
import type { Clock, Json } from "./ports.ts";
import type { Secret } from "./secret.ts";

/** The version of this contract. A connector for another one is refused when it is loaded. */
export const contractVersion = 1;

export interface Connector<Config extends z.ZodObject = z.ZodObject> {
  contract: typeof contractVersion;
  /** Lower-case letters, digits and hyphens: in the address of its webhook and in commands. */
  id: string;
  /** As people call the system. */
  title: string;
  /** What a connection has to be told; credentials are `secret()`. Form, docs and redaction come from it. */
  config: Config;
  /** What the vendor allows one connection. */
  limits: VendorLimits;
  /** How a person connects; absent where the credentials stand in the configuration. */
  oauth?: OAuth<z.output<Config>>;
  connect(config: z.output<Config>, host: Host): Source;
}

export interface VendorLimits {
  concurrent: number;
  perSecond?: number;
  perMinute?: number;
  perDay?: number;
}

export interface OAuth<Config> {
  authorizeUrl: string;
  tokenUrl: string;
  scopes: readonly string[];
  /** The vendor gives a new refresh token with each renewal, and the one before soon ends. */
  rotates: boolean;
  /** What the login gives access to, when it is more than one thing: each becomes a connection of its own. */
  organisations?(accessToken: Secret, host: Host): Promise<{ name: string; config: Partial<Config> }[]>;
}

/** What the host gives a connector. */
export interface Host {
  clock: Clock;
  /** When it aborts, nothing more is asked of the vendor. */
  signal: AbortSignal;
  /**
   * Runs one call of the vendor when its limits let it, with a deadline. What it throws must be a HubError, best made by
   * `vendorError`: the host decides by the code whether, and when, it is tried again.
   */
  call<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Of a connection by OAuth: renewed by the host before it ends. Throws `vendor.unauthorized` when a person has to connect anew. */
  accessToken(): Promise<Secret>;
}

/** A record of the system: `invoice`, and its id there. Both of 1 to 200 printable ASCII characters. */
export interface Ref {
  type: string;
  id: string;
}

/** A record with what it refers to, as the vendor gave it: kept as evidence. */
export interface SourceDocument {
  ref: Ref;
  /** Another one whenever the record has changed, and only then: a version, or the instant of the last change. */
  revision: string;
  /** The day of issue (2026-02-15); undefined: it is not issued, or not any more, and is not submitted. */
  issuedOn: string | undefined;
  content: Json;
}

/** One connection at work. At least one of `poll` and `webhook` is there; a webhook is only a hint. */
export interface Source {
  /** Undefined: there is no such record. */
  fetch(ref: Ref): Promise<SourceDocument | undefined>;
  /**
   * Pure. Leaves out what the record does not say: the host fills it in from the connection's mapping, or asks a person.
   * Throws `map.incomplete` with faults for what a draft cannot leave open.
   */
  map(document: SourceDocument): Draft;
  /** Steps by name, in their order, each tried again by itself; doing one again must change nothing. */
  writeBack: Record<string, (ref: Ref, outcome: Outcome) => Promise<void>>;
  /** From where the cursor says, or from now on without one; the host stores each cursor once its refs are on the ledger. */
  poll?(cursor: string | undefined): AsyncIterable<{ refs: Ref[]; cursor: string }>;
  /** What an event is about; throws `webhook.refused` for one that is not the vendor's. A Response answers a handshake. */
  webhook?(request: WebhookRequest): Promise<Ref[] | Response>;
  /** Throws when the connection does not work, saying what to do; may prepare the system, such as make the fields it writes to. */
  check?(): Promise<void>;
}

/** As it came, to the byte. */
export interface WebhookRequest {
  method: string;
  /** Public, as the vendor knows it: behind a proxy another one than arrives here. */
  url: string;
  headers: Headers;
  body: Uint8Array<ArrayBuffer>;
  /** Milliseconds since 1970. */
  receivedAt: number;
}

/** What has become of an invoice, for the record it came from. */
export type Outcome =
  | {
      state: "accepted";
      ksefNumber: string;
      /** When KSeF gave the number: ISO 8601. */
      acceptedAt: string;
      /** Whoever has this link has the receipt. */
      upoUrl: string;
      upo: { fileName: string; bytes: Uint8Array<ArrayBuffer> };
    }
  | { state: "rejected" | "held"; code: string; message: string; messagePl: string };
