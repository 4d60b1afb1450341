import type { Clock } from "../../ports.ts";
import type { Secret } from "../../secret.ts";

type Reading = Promise<Secret | undefined>;

export interface SecretCache {
  /** What was read or set not long ago, otherwise what `read` gives, shared by all who ask meanwhile; `fresh` always reads. */
  get(id: string, read: () => Reading, fresh: boolean): Reading;
  /** From now on this is given, or read again when it is undefined; a reading under way is kept by nobody. */
  set(id: string, value: Secret | undefined): void;
}

/** Keeps values for `keptMs` each, the `most` youngest of them; neither failures nor what was not there. */
export function secretCache(limits: { clock: Clock; keptMs: number; most: number }): SecretCache {
  const { clock, keptMs, most } = limits;
  const entries = new Map<string, { reading: Reading; until: number }>();
  const keep = (id: string, reading: Reading) => {
    entries.delete(id);
    const entry = { reading, until: clock.now() + keptMs };
    entries.set(id, entry);
    const [oldest] = entries.keys();
    if (entries.size > most && oldest !== undefined) entries.delete(oldest);
    return entry;
  };
  return {
    get: async (id, read, fresh) => {
      const known = entries.get(id);
      if (!fresh && known !== undefined && clock.now() < known.until) return known.reading;
      const entry = keep(id, read());
      let found: Secret | undefined;
      try {
        return (found = await entry.reading);
      } finally {
        if (found === undefined && entries.get(id) === entry) entries.delete(id);
      }
    },
    set: (id, value) => {
      if (value === undefined) entries.delete(id);
      else keep(id, Promise.resolve(value));
    },
  };
}
