import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { sampleInvoice } from "@ksef-hub/core/testing";
import type { Tenant } from "./companies.ts";
import type { HubProcess } from "./hub-process.ts";
import type { Random } from "./random.ts";

/** An invoice the hub has confirmed with 202, or refused for good. */
export interface Posted {
  tenant: Tenant;
  number: string;
  /** SHA-256 of the document in Base64. */
  sha256: string;
  /** Of the submission; more than one when the hub took a repeated post for something new. */
  ids: string[];
  /** What the hub said when it refused it. */
  refused?: string;
}

/** What an ERP does: each invoice is posted until the hub confirms it, whatever that takes. */
export interface Caller {
  /** Posts invoices up to this count of all; resolves when the hub has decided on them. */
  postUpTo(count: number): Promise<void>;
  readonly posted: Posted[];
  /** Posts that were repeated: because nobody answered, because of an answer other than 202, or on purpose. */
  readonly repeats: { unanswered: number; refused: Record<string, number>; onPurpose: number };
}

/** Gives up when the hub has confirmed nothing for `patienceMs` since it was last given something. */
export function erp(hub: HubProcess, tenants: Tenant[], random: Random, patienceMs: number): Caller {
  const posted: Posted[] = [];
  const repeats: Caller["repeats"] = { unanswered: 0, refused: {}, onPurpose: 0 };
  const queue: (() => Promise<void>)[] = [];
  let drawn = 0;
  let giveUp = Date.now() + patienceMs;

  const decided = async (
    apiKey: string,
    number: string,
    body: Uint8Array<ArrayBuffer>,
  ): Promise<{ id: string } | { refused: string }> => {
    const headers = {
      authorization: `Bearer ${apiKey}`,
      "content-type": "application/xml",
      "idempotency-key": number,
    };
    while (Date.now() < giveUp) {
      const { url } = hub;
      if (url !== undefined) {
        const answer = await answerOf(`${url}/v1/invoices`, { method: "POST", headers, body });
        if (answer?.status === 202) {
          giveUp = Date.now() + patienceMs;
          return JSON.parse(answer.text) as { id: string };
        }
        if (answer === undefined) repeats.unanswered += 1;
        else repeats.refused[answer.status] = (repeats.refused[answer.status] ?? 0) + 1;
        if (answer !== undefined && answer.status >= 400 && answer.status < 500)
          return { refused: `${answer.status} ${answer.text}` };
      }
      await pause(50);
    }
    return { refused: `nothing was confirmed any more for ${patienceMs / 1_000} s` };
  };

  const draw = (index: number): void => {
    const tenant = tenants[random.whole(0, tenants.length)]!;
    const number = `CHAOS/${index}`;
    const body = sampleInvoice({ sellerNip: tenant.nip, number, item: `Usługa ${random.whole(0, 1e9)}` });
    const entry: Posted = {
      tenant,
      number,
      sha256: createHash("sha256").update(body).digest("base64"),
      ids: [],
    };
    const post = async (): Promise<void> => {
      const decision = await decided(tenant.apiKey, number, body);
      if (!posted.includes(entry)) posted.push(entry);
      if ("refused" in decision) entry.refused = decision.refused;
      else if (!entry.ids.includes(decision.id)) entry.ids.push(decision.id);
    };
    const again = async (): Promise<void> => {
      repeats.onPurpose += 1;
      await post();
    };
    // A fifth is posted twice: half of these at the same time, half a while later.
    const isTwice = random.chance(0.2);
    const isAtOnce = random.chance(0.5);
    queue.push(isTwice && isAtOnce ? async () => void (await Promise.all([post(), again()])) : post);
    if (isTwice && !isAtOnce) queue.push(again);
  };

  const lane = async (): Promise<void> => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) await job();
  };

  return {
    posted,
    repeats,
    async postUpTo(count) {
      giveUp = Date.now() + patienceMs;
      for (let index = drawn + 1; index <= count; index++) draw(index);
      drawn = Math.max(drawn, count);
      await Promise.all(Array.from({ length: lanes }, lane));
    },
  };
}

const lanes = 8;

/** An answer with its body; undefined when there was none, because the hub was killed meanwhile. */
async function answerOf(
  url: string,
  init: RequestInit,
): Promise<{ status: number; text: string } | undefined> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(15_000) });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    if (error instanceof TypeError || error instanceof DOMException) return undefined;
    throw error;
  }
}
