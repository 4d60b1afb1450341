import { isoTime } from "../iso.ts";
import type { State } from "../state.ts";

export type BeaconStatus = "AVAILABLE" | "MAINTENANCE" | "FAILURE" | "TOTAL_FAILURE";

/** What the beacon can announce. */
export interface Announcement {
  category: Exclude<BeaconStatus, "AVAILABLE">;
  title?: string | undefined;
  text?: string | undefined;
  /** Default: now. */
  start?: number | undefined;
  /** Default: not known. Only maintenance ends by itself. */
  end?: number | undefined;
}

/** Publishes the beginning of a failure, or maintenance. */
export function announce(state: State, announcement: Announcement): void {
  const { category, start = state.clock.now(), end } = announcement;
  const number = messages(state).size + 1;
  const isMaintenance = category === "MAINTENANCE";
  publish(state, {
    id: isMaintenance ? "NDP" : "AWR",
    eventId: 1000 + number,
    category,
    type: isMaintenance ? "MAINTENANCE_ANNOUNCEMENT" : "FAILURE_START",
    title: announcement.title ?? titles[category],
    text: announcement.text ?? `${titles[category]}.`,
    start,
    end: end ?? null,
  });
}

/** Ends everything that is in progress: publishes the end of each failure, and maintenance anew with its end. */
export function allClear(state: State): void {
  const end = state.clock.now();
  for (const message of inProgress(state)) {
    const isFailure = message.type === "FAILURE_START";
    if (isFailure) publish(state, { ...message, id: "AWR", ...failureEnd, end });
    else messages(state).set(message.id, { ...message, end, version: message.version + 1, published: end });
  }
}

/** `GET /status`: the most serious of what is in progress, with all messages about it; none when all is well. */
export function beaconStatus(state: State): { status: BeaconStatus; messages?: Record<string, unknown>[] } {
  const current = inProgress(state);
  const status = seriousness.find((category) => current.some((message) => message.category === category));
  return status === undefined ? { status: "AVAILABLE" } : { status, messages: current.map(view) };
}

/** `GET /messages`: everything published so far, the latest first. */
export const beaconMessages = (state: State): Record<string, unknown>[] => published(state).map(view);

interface Message {
  id: string;
  /** Shared by the messages about one event. */
  eventId: number;
  category: Announcement["category"];
  type: "FAILURE_START" | "FAILURE_END" | "MAINTENANCE_ANNOUNCEMENT";
  title: string;
  text: string;
  start: number;
  end: number | null;
  version: number;
  published: number;
}

const seriousness = ["TOTAL_FAILURE", "FAILURE", "MAINTENANCE"] as const;

const titles: Record<Announcement["category"], string> = {
  MAINTENANCE: "Planowana niedostępność KSeF",
  FAILURE: "Wystąpiła awaria",
  TOTAL_FAILURE: "Wystąpiła całkowita awaria",
};

const failureEnd = {
  type: "FAILURE_END",
  title: "Zakończenie awarii",
  text: "Awaria została usunięta.",
} as const;

const messages = (state: State) => state.store.collection<Message>("beacon-message");

function publish(state: State, message: Omit<Message, "version" | "published">): void {
  const at = state.clock.now();
  const number = String(messages(state).size + 1).padStart(2, "0");
  const id = `K/${new Date(at).getUTCFullYear()}/${message.id}/${number}`;
  messages(state).set(id, { ...message, id, version: 1, published: at });
}

function published(state: State): Message[] {
  const now = state.clock.now();
  return messages(state)
    .values()
    .filter((message) => message.published <= now)
    .toReversed();
}

/** The messages that began what goes on now, the latest first. */
function inProgress(state: State): Message[] {
  const now = state.clock.now();
  const all = published(state);
  const ended = new Set(all.filter(({ type }) => type === "FAILURE_END").map(({ eventId }) => eventId));
  return all.filter(
    ({ type, eventId, start, end }) =>
      type !== "FAILURE_END" && !ended.has(eventId) && start <= now && (end === null || now < end),
  );
}

function view(message: Message): Record<string, unknown> {
  const { start, end, published: at } = message;
  return {
    ...message,
    start: seconds(start),
    end: end === null ? null : seconds(end),
    published: seconds(at),
  };
}

/** `2026-01-31T11:27:00+00:00`, as the beacon writes an instant. */
const seconds = (at: number): string => isoTime(at).replace(/\.\d+/, "");
