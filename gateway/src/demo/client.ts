import { activeStates, restingStates, type Source } from "@ksef-hub/core";
import * as z from "zod";

const view = z.object({
  id: z.string(),
  state: z.enum([...activeStates, ...restingStates]),
  invoice: z.object({ number: z.string(), kind: z.string(), currency: z.string(), gross: z.string() }),
  ksefNumber: z.string().optional(),
  problem: z.object({ code: z.string(), message: z.string() }).optional(),
  links: z.object({ self: z.string(), xml: z.string(), upo: z.string().optional() }),
});

/** An invoice as the API shows it: the part the demo reads. */
export type InvoiceView = z.output<typeof view>;

/** RFC 9457, as the hub answers when it says no. */
const problem = z.object({
  title: z.string(),
  detail: z.string(),
  faults: z.array(z.object({ message: z.string(), line: z.number().optional() })).default([]),
});

/** The hub did not take the request; the message is a sentence for a person. */
export class Refused extends Error {
  override readonly name = "Refused";
}

/** The API of the hub at `url`, as any program would use it. Both throw `Refused`. */
export function hubClient(url: string, key: string) {
  const authorization = `Bearer ${key}`;
  return {
    /** Hands an invoice in. With a key used before, the submission there is. */
    submit: async ({ mediaType, content }: Source, idempotencyKey: string): Promise<InvoiceView> => {
      const headers = { authorization, "content-type": mediaType, "idempotency-key": idempotencyKey };
      return read(await fetch(`${url}/v1/invoices`, { method: "POST", headers, body: content }));
    },
    find: async (id: string): Promise<InvoiceView> =>
      read(await fetch(`${url}/v1/invoices/${id}`, { headers: { authorization } })),
  };
}

export type HubClient = ReturnType<typeof hubClient>;

async function read(response: Response): Promise<InvoiceView> {
  if (response.ok) return view.parse(await response.json());
  const text = await response.text();
  if (response.headers.get("content-type") !== "application/problem+json")
    throw new Refused(`HTTP ${response.status}: ${text.slice(0, 200)}`);
  const { title, detail, faults } = problem.parse(JSON.parse(text));
  const line = faults[0]?.line === undefined ? "" : ` (line ${faults[0].line})`;
  const others = faults.length > 1 ? ` And ${faults.length - 1} more.` : "";
  throw new Refused(`${title}: ${detail}${line}${others}`);
}
