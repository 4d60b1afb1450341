import { Secret } from "@ksef-hub/core";
import {
  connectKsef,
  type KsefConnection,
  newSessionKey,
  productionRateLimits,
  sealInvoice,
  sealSessionKey,
} from "@ksef-hub/core/ksef";
import { fa3Form } from "../../../core/src/fa3/forms.ts";
import { warmUp } from "./hub.ts";
import { runOf, type Run } from "./run.ts";
import { baseUrl, environment, nip, simulatedKsef, type SimulatedKsef } from "./simulated-ksef.ts";
import { careful, earliestSlot } from "./windows.ts";

/**
 * What simple clients reach that keep to the limits all the same: one opens a session for each invoice, sends, asks once
 * a second for its status, closes; the other sends everything in one session. They begin as warm as the hub.
 */
export const strategies = { perInvoiceSessions, sharedSession };
export type Strategy = keyof typeof strategies;

/** `arrivals` as in `hubRun`. */
export async function naiveRun(
  name: Strategy,
  seed: string,
  arrivals: number[],
  invoice: (index: number) => Uint8Array<ArrayBuffer>,
): Promise<Run> {
  const ksef = await simulatedKsef(seed);
  const { certificatePem, privateKeyPem } = ksef.company;
  const connection = connectKsef({
    endpoint: { baseUrl, deadlineMs: 30_000, fetch: ksef.fetch },
    nip,
    credentials: async () => ({
      kind: "certificate",
      certificatePem,
      privateKeyPem: new Secret(privateKeyPem),
    }),
    clock: ksef.clock,
  });
  await ksef.until(warmUp(connection));
  const start = ksef.clock.now();
  const turn = careful(ksef.clock, spareMs);
  const known: number[] = [];
  const client: Client = {
    ksef,
    connection,
    turn,
    wait: (index) => ksef.clock.sleep(start + arrivals[index]! - ksef.clock.now()),
    document: invoice,
    told: (index) => (known[index] = ksef.clock.now() - start),
  };
  await ksef.until(strategies[name](client, arrivals.length));
  await ksef.sandbox.close();
  return runOf(known, arrivals, ksef);
}

/** By so much one of two requests may travel longer, with a renewal of the token before it. */
const spareMs = 5 * environment.mostMs;

interface Client {
  ksef: SimulatedKsef;
  connection: KsefConnection;
  turn: ReturnType<typeof careful>;
  /** Until this invoice has come in. */
  wait(index: number): Promise<void>;
  document: (index: number) => Uint8Array;
  told(index: number): void;
}

/** A few at the same time, so that closing does not wait behind all the opening. */
async function perInvoiceSessions(client: Client, count: number): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      await client.wait(index);
      const session = await open(client);
      await follow(client, session, index, await send(client, session, index));
      await client.turn("onlineSession");
      const { connection } = client;
      await connection.use((access) => connection.client.closeOnline(session.reference, access));
    }
  };
  await Promise.all(Array.from({ length: 10 }, one));
}

async function sharedSession(client: Client, count: number): Promise<void> {
  const following: Promise<void>[] = [];
  let session = await open(client);
  let openedAt = client.ksef.clock.now();
  for (let index = 0; index < count; index++) {
    await client.wait(index);
    await client.turn("invoiceSend");
    if (client.ksef.clock.now() - openedAt > sessionLastsMs) {
      session = await open(client);
      openedAt = client.ksef.clock.now();
    }
    const sent = sendNow(client, session, index);
    const into = session;
    following.push(sent.then((reference) => follow(client, into, index, reference)));
  }
  await Promise.all(following);
}

/** A session ends by itself after twelve hours. */
const sessionLastsMs = 11 * 3_600_000;

interface OpenSession {
  reference: string;
  key: ReturnType<typeof newSessionKey>;
}

async function open({ connection, turn }: Client): Promise<OpenSession> {
  await turn("onlineSession");
  const key = newSessionKey();
  const encryption = sealSessionKey(key, await connection.publicKey("SymmetricKeyEncryption"));
  const request = { formCode: fa3Form, encryption };
  const { referenceNumber } = await connection.use((access) => connection.client.openOnline(request, access));
  return { reference: referenceNumber, key };
}

async function send(client: Client, session: OpenSession, index: number): Promise<string> {
  await client.turn("invoiceSend");
  return sendNow(client, session, index);
}

async function sendNow(
  { connection, document }: Client,
  session: OpenSession,
  index: number,
): Promise<string> {
  const body = sealInvoice(document(index), session.key);
  const sent = await connection.use((access) =>
    connection.client.sendInvoice(session.reference, body, access),
  );
  return sent.referenceNumber;
}

async function follow(
  client: Client,
  { reference }: OpenSession,
  index: number,
  invoice: string,
): Promise<void> {
  const { connection, ksef, turn } = client;
  for (;;) {
    await ksef.clock.sleep(pollMs);
    await turn("invoiceStatus");
    const { status, ksefNumber } = await connection.use((access) =>
      connection.client.sessionInvoice(reference, invoice, access),
    );
    if (ksefNumber) return client.told(index);
    if (status.code >= 400) throw new Error(`The naive client was refused: ${status.description}`);
  }
}

const pollMs = 1_000;

/** What a strategy reaches by the arithmetic of the windows alone: for so many invoices that simulating takes too long. */
export function reckonedRun(name: Strategy, arrivals: number[]): Run {
  const { onlineSession, invoiceSend } = productionRateLimits;
  const { leastMs, mostMs, processingMs } = environment;
  const travel = (leastMs + mostMs) / 2;
  const polled = Math.ceil(processingMs / (pollMs + 2 * travel)) * (pollMs + 2 * travel);
  const afterSending = 2 * travel + polled;
  const slots: number[] = [];
  const known = arrivals.map((arrival, index) => {
    if (name === "sharedSession") {
      slots.push(earliestSlot(slots, invoiceSend, index === 0 ? arrival + 2 * travel : arrival, spareMs));
      return slots.at(-1)! + afterSending;
    }
    // Ten open, then these ten close before the next can open.
    const opened = earliestSlot(slots, onlineSession, arrival, spareMs);
    slots.push(opened);
    const numbered = opened + 2 * travel + afterSending;
    if (index % 10 === 9)
      for (let closed = 0; closed < 10; closed++)
        slots.push(earliestSlot(slots, onlineSession, numbered, spareMs));
    return numbered;
  });
  return runOf(known, arrivals);
}
