import * as z from "zod";
import { secret } from "../../src/connect/secret-field.ts";
import { vendorError } from "../../src/connect/vendor-error.ts";
import { contractVersion, type Connector, type Outcome, type Ref } from "../../src/connector.ts";
import { HubError } from "../../src/error.ts";
import type { Json } from "../../src/ports.ts";
import type { Secret } from "../../src/secret.ts";

export interface ToyInvoice {
  number: string;
  issued?: string;
  net: string;
  tax: string;
  /** Changes with everything, also with what is written back. */
  changed: number;
  notes: string[];
}

const config = z.strictObject({
  account: z.string(),
  token: secret("Of the account."),
  hint: secret("Of nothing.").optional(),
});

/** A system in memory, and the connector for it. */
export class Toy {
  readonly invoices = new Map<string, ToyInvoice>();
  readonly calls: string[] = [];
  readonly told: { ref: Ref; step: string; outcome: Outcome }[] = [];
  /** Fails the call of this name, while it is there. */
  failing = new Map<string, HubError>();
  token: Secret | undefined;
  /** What happens once while a record is being fetched. */
  meanwhile: (() => Promise<void>) | undefined;
  #time = 0;

  issue(id: string, invoice: Partial<ToyInvoice>): void {
    const before = this.invoices.get(id) ?? {
      number: `FV/${id}`,
      issued: "2026-02-19",
      net: "100.00",
      tax: "A",
      notes: [],
    };
    this.invoices.set(id, { ...before, ...invoice, changed: ++this.#time });
  }

  async *#pages(since: number, asked: (name: string) => Promise<unknown>) {
    for (let at = since; ;) {
      await asked("poll");
      const changed = [...this.invoices].filter(([, invoice]) => invoice.changed > at);
      const page = changed.toSorted(([, one], [, other]) => one.changed - other.changed).slice(0, 2);
      if (page.length === 0) return;
      at = page.at(-1)?.[1].changed ?? at;
      yield { refs: page.map(([id]) => ({ type: "invoice", id })), cursor: String(at) };
    }
  }

  readonly connector: Connector<typeof config> = {
    contract: contractVersion,
    id: "toy",
    title: "Toy",
    config,
    limits: { concurrent: 4, perMinute: 1_000 },
    connect: ({ account, token }, host) => {
      this.token = token;
      const call = <T>(name: string, work: () => T): Promise<T> =>
        host.call(async () => {
          this.calls.push(name);
          const failure = this.failing.get(name.split(" ")[0] ?? "");
          if (failure !== undefined) throw failure;
          return work();
        });
      const write = (step: string) => (ref: Ref, outcome: Outcome) =>
        call(`${step} ${ref.id}`, () => {
          const notes = this.invoices.get(ref.id)?.notes ?? [];
          const note = `${step}: ${outcome.state === "accepted" ? outcome.ksefNumber : outcome.message}`;
          this.told.push({ ref, step, outcome });
          if (!notes.includes(note)) this.issue(ref.id, { notes: [...notes, note] });
        });
      return {
        fetch: async (ref) => {
          const document = await call(`fetch ${ref.id}`, () => {
            const invoice = this.invoices.get(ref.id);
            if (invoice === undefined) return undefined;
            const content = structuredClone(invoice) as unknown as Json;
            return { ref, revision: String(invoice.changed), issuedOn: invoice.issued, content };
          });
          const { meanwhile } = this;
          this.meanwhile = undefined;
          await meanwhile?.();
          return document;
        },
        map: ({ content }) => {
          const { number, issued = "", net, tax } = content as unknown as ToyInvoice;
          return {
            number,
            issueDate: issued,
            seller: {
              nip: "5265877635",
              name: account,
              address: { country: "PL", line1: "ul. Wymyślona 7" },
            },
            buyer: {
              nip: "1111111111",
              name: "Kawiarnia s.c.",
              address: { country: "PL", line1: "ul. Bajkowa 12" },
            },
            lines: [
              { name: "Kawa", unit: "szt.", quantity: "1", unitNetPrice: net, taxCode: tax, source: {} },
            ],
          };
        },
        writeBack: { number: write("number"), file: write("file") },
        poll: (cursor) => this.#pages(Number(cursor ?? "0"), (name) => call(name, () => undefined)),
        webhook: async ({ headers, body }) => {
          const text = new TextDecoder().decode(body);
          if (headers.get("signature") !== `good ${text}`)
            throw new HubError("webhook.refused", "The signature is not right.");
          return (JSON.parse(text) as string[]).map((id) => ({
            type: "invoice",
            id,
          }));
        },
        check: () => call("check", () => undefined),
      };
    },
  };
}

export const down = vendorError("Toy, POST /note", { status: 503, message: "Out of order" });
export const forbidden = vendorError("Toy, POST /file", { status: 403, message: "Not with this plan" });
