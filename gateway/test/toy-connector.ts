import { contractVersion, type Connector, HubError, type Outcome, secret } from "@ksef-hub/core";
import * as z from "zod";

/** What the toy system has, and what it was told. */
export const toy = {
  invoices: new Map<string, { number: string; nip: string; net: string }>(),
  told: [] as { id: string; outcome: Outcome }[],
};

const config = z.strictObject({ key: secret("Signs its events.") });

export const connector: Connector<typeof config> = {
  contract: contractVersion,
  id: "toy",
  title: "Toy",
  config,
  limits: { concurrent: 2 },
  connect: ({ key }, host) => ({
    fetch: ({ type, id }) =>
      host.call(async () => {
        const invoice = toy.invoices.get(id);
        if (invoice === undefined) return undefined;
        return { ref: { type, id }, revision: invoice.net, issuedOn: "2026-02-15", content: { ...invoice } };
      }),
    map: ({ content }) => {
      const { number, nip, net } = content as { number: string; nip: string; net: string };
      return {
        number,
        issueDate: "2026-02-15",
        seller: { nip, name: "Palarnia sp. z o.o.", address: { country: "PL", line1: "ul. Wymyślona 7" } },
        buyer: {
          nip: "1111111111",
          name: "Kawiarnia s.c.",
          address: { country: "PL", line1: "ul. Bajkowa 12" },
        },
        lines: [{ name: "Kawa", unit: "szt.", quantity: "1", unitNetPrice: net, taxCode: "T23", source: {} }],
      };
    },
    writeBack: {
      number: (ref, outcome) => host.call(async () => void toy.told.push({ id: ref.id, outcome })),
    },
    webhook: async ({ headers, body, url }) => {
      if (headers.get("x-key") !== key.reveal()) throw new HubError("webhook.refused", `Not for ${url}.`);
      return (JSON.parse(new TextDecoder().decode(body)) as string[]).map((id) => ({ type: "invoice", id }));
    },
    check: async () => undefined,
  }),
};
