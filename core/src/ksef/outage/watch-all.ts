import { toHubError } from "../../error.ts";
import type { Tenants } from "../../tenants.ts";
import { ksefBaseUrl } from "../environment.ts";
import type { Breaker } from "./breaker.ts";
import { watchKsef, type WatchOptions } from "./watch.ts";

export interface WatchAllOptions extends Omit<WatchOptions, "environment" | "breaker"> {
  tenants: Pick<Tenants, "all">;
  breaker(environment: string): Breaker;
}

/**
 * Watches each environment that some company uses, a new one within a minute. Resolves when the signal has aborted and
 * every watch has ended; what fails meanwhile is logged, once for each kind, and tried again.
 */
export async function watchAll(options: WatchAllOptions): Promise<void> {
  const { tenants, clock, log, signal } = options;
  const watches = new Map<string, Promise<void>>();
  const failures = new Set<string>();

  const complain = (thrown: unknown): void => {
    const { code, message } = toHubError(thrown);
    if (!failures.has(code)) log({ level: "error", code, message: `The watch over KSeF failed: ${message}` });
    failures.add(code);
  };
  const watch = async (environment: string, baseUrl: string): Promise<void> => {
    try {
      await watchKsef({ ...options, environment, breaker: options.breaker(environment) });
    } catch (thrown) {
      complain(thrown);
    } finally {
      watches.delete(baseUrl);
    }
  };

  while (!signal.aborted) {
    try {
      for await (const { environment } of tenants.all()) {
        const baseUrl = ksefBaseUrl(environment);
        if (!watches.has(baseUrl)) watches.set(baseUrl, watch(environment, baseUrl));
      }
    } catch (thrown) {
      complain(thrown);
    }
    await clock.sleep(lookMs, signal);
  }
  await Promise.all(watches.values());
}

/** How often new companies are looked for. */
const lookMs = 60_000;
