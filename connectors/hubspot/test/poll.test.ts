import type { ConnectorSource } from "@ksef-hub/core";
import { describe, expect, it } from "vitest";
import { invoicePoll } from "../src/poll.ts";
import { noon, testHost } from "./host.ts";
import { connected } from "./serve.ts";

type Polled = Pick<ConnectorSource, "poll">;

/** The ids that a poll brings, and the cursor it ends with. */
async function all(source: Polled, cursor: string | undefined) {
  const ids: string[] = [];
  let last = cursor;
  for await (const page of source.poll?.(cursor) ?? []) {
    ids.push(...page.refs.map(({ id }) => id));
    last = page.cursor;
  }
  return { ids, cursor: last };
}

describe("polling", () => {
  it("begins with now, and goes on where it ended", async () => {
    await using hubspot = await connected();
    const { account, source, at } = hubspot;
    account.draftInvoice({ lines: [] });
    at.now += 3_600_000;
    const first = await all(source, undefined);
    expect(first).toEqual({ ids: [], cursor: String(at.now) });
    at.now += 1000;
    const id = account.draftInvoice({ lines: [] });
    const second = await all(source, first.cursor);
    expect(second).toEqual({ ids: [id], cursor: String(at.now) });
    // The overlap brings it again, and it is known.
    expect(await all(source, second.cursor)).toEqual({ ids: [], cursor: second.cursor });
    at.now += 1000;
    account.change("invoices", id, { hs_title: "new" });
    expect((await all(source, second.cursor)).ids).toEqual([id]);
  });

  it("finds what the index shows late, and what another process has not stored", async () => {
    await using hubspot = await connected();
    const { account, source, at } = hubspot;
    const id = account.draftInvoice({ lines: [] });
    // Its cursor is 4 minutes ahead of the change; the overlap is 5.
    at.now += 240_000;
    expect((await all(source, String(at.now))).ids).toEqual([id]);
    const again = hubspot.account.draftInvoice({ lines: [] });
    const pages = source.poll?.(String(at.now))[Symbol.asyncIterator]();
    const page = await pages?.next();
    expect(page?.value).toMatchObject({ refs: [{ type: "invoice", id: again }] });
    // The host failed before it had stored them: they come again.
    await pages?.return?.();
    expect((await all(source, String(at.now))).ids).toEqual([again]);
  });

  it("reads pages of 200 from the last change on, and leaves nothing out that moves meanwhile", async () => {
    await using hubspot = await connected();
    const { account, source, at } = hubspot;
    const made = Array.from({ length: 450 }, () => {
      at.now += 1;
      return account.draftInvoice({ lines: [] });
    });
    const ids: string[] = [];
    for await (const { refs } of source.poll?.(String(noon)) ?? []) {
      // The first of all moves to the end: by places in the list, the 201st would be left out.
      if (ids.length === 0) {
        at.now += 1;
        account.change("invoices", made[0] ?? "", { hs_title: "moved" });
      }
      ids.push(...refs.map(({ id }) => id));
    }
    expect(new Set(ids)).toEqual(new Set(made));
    expect(ids.filter((id) => id === made[0])).toHaveLength(2);
    expect(hubspot.calls.filter((call) => call.endsWith("/search"))).toHaveLength(3);
  });

  it("goes on within one millisecond, where more than a page changed", async () => {
    await using hubspot = await connected();
    const made = Array.from({ length: 450 }, () => hubspot.account.draftInvoice({ lines: [] }));
    const { ids, cursor } = await all(hubspot.source, String(noon));
    expect(ids.toSorted()).toEqual(made.toSorted());
    expect(cursor).toBe(String(noon));
  });

  it("comes through more than the 10,000 results of a search", async () => {
    const { host } = testHost();
    // 12,000 invoices, one each millisecond, by a search that refuses places from 10,000 on.
    const poll = invoicePoll(
      {
        changedInvoices: async (since, after) => {
          const begin = Math.max(0, since - noon) + Number(after ?? 0);
          expect(Number(after ?? 0)).toBeLessThan(10_000);
          const results = Array.from({ length: Math.min(200, 12_000 - begin) }, (_, at) => ({
            id: String(begin + at),
            properties: { hs_lastmodifieddate: String(noon + begin + at) },
          }));
          return { results, ...(begin + 200 < 12_000 && { paging: { next: { after: "200" } } }) };
        },
      },
      host.clock,
    );
    const { ids, cursor } = await all({ poll }, String(noon));
    expect(new Set(ids).size).toBe(12_000);
    expect(cursor).toBe(String(noon + 11_999));
  });

  it("gives up where more than 10,000 changed in one millisecond, and does not turn in circles", async () => {
    const results = [{ id: "1", properties: { hs_lastmodifieddate: String(noon) } }];
    const poll = invoicePoll(
      {
        changedInvoices: async (_, after = "0") => ({
          results,
          paging: { next: { after: String(Number(after) + 200) } },
        }),
      },
      testHost().host.clock,
    );
    await expect(all({ poll }, String(noon))).rejects.toMatchObject({ code: "vendor.protocol" });
  });
});
