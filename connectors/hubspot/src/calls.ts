import { Client } from "@hubspot/api-client";
import { HubError, type Host } from "@ksef-hub/core";
import type * as z from "zod";
import type { HubSpotConfig } from "./config.ts";
import { failureOf, jsonOf } from "./failure.ts";

/** Calls by the SDK, as the host lets them. `what` names the call: `GET invoice`. They throw `vendor.*`. */
export function hubspotCalls(
  { accessToken, baseUrl }: Pick<HubSpotConfig, "baseUrl" | "accessToken">,
  host: Host,
) {
  /** The answer is read from its text, as the SDK's own models leave out what they do not know. */
  return async function call<Schema extends z.ZodType>(
    what: string,
    schema: Schema,
    work: (client: Client) => Promise<Answer>,
  ): Promise<z.output<Schema>> {
    const token = accessToken ?? (await host.accessToken());
    return host.call(async (signal) => {
      // A client of its own for each call, without the SDK's limiter and retries: the host has them.
      const client = new Client({ accessToken: token.reveal(), basePath: baseUrl });
      const text = await untilAborted(signal, async () => (await work(client)).body.text()).catch(
        (thrown: unknown) => {
          throw failureOf(`HubSpot, ${what}`, thrown);
        },
      );
      const parsed = schema.safeParse(jsonOf(text));
      if (parsed.success) return parsed.data;
      const [issue] = parsed.error.issues;
      const where = issue?.path.join(".");
      throw new HubError("vendor.protocol", `HubSpot, ${what}: ${issue?.message ?? ""} at "${where ?? ""}".`);
    });
  };
}

/** What the SDK has of an answer: the text can be read again. */
interface Answer {
  body: { text(): Promise<string> };
}

/** The SDK takes no signal: a call that is given up is left to itself. */
async function untilAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const giveUp = (): void => reject(signal.reason);
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    return await Promise.race([work(), promise]);
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}
