import { toHubError, type HubError } from "../../error.ts";
import { ksefClient } from "../client.ts";
import type { Endpoint } from "../http.ts";
import { meansDown } from "./breaker.ts";

/** What we see of KSeF ourselves, whatever its beacon says. */
export type Sight = { state: "up" } | { state: "down"; reason: HubError };

/**
 * Looks whether KSeF answers, by one call that needs no login and that no limit of a company counts. An answer of any
 * kind is `up`. The endpoint should have no gate: whoever probes decides when.
 */
export async function probe(endpoint: Endpoint, signal?: AbortSignal): Promise<Sight> {
  try {
    await ksefClient(endpoint).publicKeyCertificates(signal);
    return { state: "up" };
  } catch (thrown) {
    const error = toHubError(thrown);
    if (error.code === "hub.internal") throw thrown;
    return meansDown(error) ? { state: "down", reason: error } : { state: "up" };
  }
}
