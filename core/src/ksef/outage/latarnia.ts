import * as z from "zod";
import { HubError } from "../../error.ts";
import type { Outage } from "../../offline/deadline.ts";
import { ksefBaseUrl } from "../environment.ts";
import { exchange, type Fetch } from "../http.ts";

/** An outage the Ministry has announced; `eventId` and `kind` together are its own. */
export interface AnnouncedOutage extends Outage {
  eventId: number;
  title: string;
}

/** What Latarnia says. `unknown`, when it cannot be asked, says nothing about KSeF. */
export type BeaconAnswer =
  | { status: (typeof statuses)[number]; outages: AnnouncedOutage[] }
  | { status: "unknown"; reason: string };

export interface Beacon {
  environment: string;
  fetch: Fetch;
  /** The longest a call may take, body included, in milliseconds. */
  deadlineMs: number;
}

/**
 * Asks Latarnia, the official beacon, for its status and all its messages. Never throws: whatever goes wrong with the
 * beacon is the status `unknown`. Source: the official C# client, Models/Lighthouse.
 */
export async function askLatarnia(beacon: Beacon, signal?: AbortSignal): Promise<BeaconAnswer> {
  const address = latarniaAddress(beacon.environment);
  if (address === undefined)
    return { status: "unknown", reason: `The environment ${beacon.environment} has no beacon.` };
  try {
    const [{ status }, messages] = await Promise.all([
      read(beacon, `${address}/status`, Status, signal),
      read(beacon, `${address}/messages`, Messages, signal),
    ]);
    return { status, outages: outagesOf(messages) };
  } catch (error) {
    if (error instanceof HubError) return { status: "unknown", reason: error.message };
    throw error;
  }
}

/**
 * Where the beacon of an environment is; undefined for `demo`, which has none (ksef-api, issue 666). An address of its
 * own has it beside its `/v2`. Source: the official C# client, LighthouseEnvironmentsUris.
 */
export function latarniaAddress(environment: string): string | undefined {
  const api = ksefBaseUrl(environment);
  const { host } = new URL(api);
  return Object.hasOwn(addresses, host) ? addresses[host] : `${api.replace(/\/v2$/, "")}/latarnia`;
}

const addresses: Record<string, string | undefined> = {
  "api-test.ksef.mf.gov.pl": "https://api-latarnia-test.ksef.mf.gov.pl",
  "api-demo.ksef.mf.gov.pl": undefined,
  "api.ksef.mf.gov.pl": "https://api-latarnia.ksef.mf.gov.pl",
};

const statuses = ["AVAILABLE", "MAINTENANCE", "FAILURE", "TOTAL_FAILURE"] as const;
const Status = z.object({ status: z.enum(statuses) });

const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const Message = z.object({
  /** Shared by the messages about one event. */
  eventId: z.number(),
  category: z.enum(["MAINTENANCE", "FAILURE", "TOTAL_FAILURE"]),
  type: z.enum(["FAILURE_START", "FAILURE_END", "MAINTENANCE_ANNOUNCEMENT"]),
  title: z.string().nullish(),
  start: instant,
  end: instant.nullish(),
  version: z.number().nullish(),
  published: instant,
});
type Message = z.output<typeof Message>;
/** One message that cannot be read does not keep the others from being heard. */
const Messages = z.array(z.unknown()).transform((list) =>
  list.flatMap((candidate) => {
    const message = Message.safeParse(candidate);
    return message.success ? [message.data] : [];
  }),
);

async function read<T>(
  { fetch, deadlineMs }: Beacon,
  url: string,
  schema: z.ZodType<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  const init = { headers: { accept: "application/json" } };
  const { response, bytes } = await exchange({ baseUrl: url, deadlineMs, fetch }, url, init, signal);
  if (!response.ok) throw new HubError("ksef.unavailable", `${url}: HTTP ${response.status}.`);
  try {
    return schema.parse(JSON.parse(Buffer.from(bytes).toString("utf8")));
  } catch (cause) {
    throw new HubError("ksef.protocol", `${url} was answered with something unknown.`, { cause });
  }
}

const kinds = { MAINTENANCE: "unavailability", FAILURE: "failure", TOTAL_FAILURE: "total-failure" } as const;

/**
 * A later message about an event replaces an earlier one of its kind. Nothing says whether a failure that becomes total
 * stays the same event (ksef-latarnia, issue 7): it is two outages then, and the end of the event ends both.
 */
function outagesOf(messages: Message[]): AnnouncedOutage[] {
  const outages = new Map<string, AnnouncedOutage>();
  const inOrder = messages.toSorted(
    (a, b) => a.published - b.published || (a.version ?? 0) - (b.version ?? 0),
  );
  const [ends, beginnings] = [inOrder.filter(isEnd), inOrder.filter((message) => !isEnd(message))];
  for (const message of beginnings) outages.set(`${message.eventId} ${message.category}`, outage(message));
  for (const message of ends) {
    const ended = [...outages.values()].filter(({ eventId }) => eventId === message.eventId);
    // Its beginning may be gone from the list.
    if (ended.length === 0) outages.set(`${message.eventId} ${message.category}`, outage(message));
    for (const each of ended) each.endedAt = message.end ?? message.published;
  }
  return [...outages.values()];
}

const isEnd = ({ type }: Message): boolean => type === "FAILURE_END";

function outage(message: Message): AnnouncedOutage {
  const { eventId, category, start, published } = message;
  const endedAt = message.end ?? (isEnd(message) ? published : undefined);
  const title = message.title ?? "";
  return {
    eventId,
    kind: kinds[category],
    title,
    startedAt: start,
    ...(endedAt === undefined ? {} : { endedAt }),
  };
}
