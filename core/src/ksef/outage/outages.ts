import { HubError } from "../../error.ts";
import type { Key, Table } from "../../ports.ts";
import { ksefBaseUrl } from "../environment.ts";
import { noHistory, OutageHistory, withAnswer } from "./history.ts";
import type { AnnouncedOutage, BeaconAnswer } from "./latarnia.ts";

/** What an answer of the beacon was the first to tell, of all processes that ask it. */
export interface News {
  announced: AnnouncedOutage[];
  ended: AnnouncedOutage[];
}

/**
 * The announced outages of each environment on the ledger, for the beacon forgets them and may be down when a deadline
 * is to be known. Two years are kept. `environment` is that of a tenant. `table` may throw `storage.*`.
 */
export function outagesOn(table: Table) {
  const read = async (key: Key): Promise<{ history: OutageHistory; version: number }> => {
    const item = await table.get(key);
    if (item === undefined) return { history: noHistory, version: 0 };
    return { history: OutageHistory.parse(item.value), version: item.version };
  };

  return {
    /** Keeps what the beacon answered at `now`. */
    remember: async (environment: string, answer: BeaconAnswer, now: number): Promise<News> => {
      const key = keyOf(environment);
      for (let attempt = 0; attempt < mostAttempts; attempt++) {
        const { history, version } = await read(key);
        const next = withAnswer(history, answer, now);
        if (await table.put({ ...key, value: next }, version)) return news(history, next);
      }
      throw new HubError("storage.unavailable", `The outages of ${environment} are contended.`);
    },
    /** For `sendingDeadline`, by their beginning. Maintenance announced for later is among them. */
    list: async (environment: string): Promise<AnnouncedOutage[]> =>
      (await read(keyOf(environment))).history.outages,
    /** What the beacon said when it was last asked; `unknown` as well before it ever was. */
    beacon: async (environment: string): Promise<Omit<OutageHistory, "outages">> => {
      const { status, askedAt, heardAt } = (await read(keyOf(environment))).history;
      return { status, askedAt, heardAt };
    },
  };
}

export type Outages = ReturnType<typeof outagesOn>;

const mostAttempts = 20;
const keyOf = (environment: string): Key => ({
  pk: `environment#${ksefBaseUrl(environment)}`,
  sk: "outages",
});

/** What was over before it was heard of is no news. */
function news(before: OutageHistory, after: OutageHistory): News {
  const wentOn = (outage: AnnouncedOutage) =>
    before.outages.some(
      (known) => known.eventId === outage.eventId && known.kind === outage.kind && goesOn(known, before),
    );
  return {
    announced: after.outages.filter((outage) => goesOn(outage, after) && !wentOn(outage)),
    ended: after.outages.filter((outage) => !goesOn(outage, after) && wentOn(outage)),
  };
}

const goesOn = ({ endedAt = Infinity }: AnnouncedOutage, { askedAt }: OutageHistory) => endedAt > askedAt;
