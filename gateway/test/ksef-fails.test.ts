import { describe, expect, it } from "vitest";
import { sampleInvoice as invoice } from "@ksef-hub/core/testing";
import { Rig } from "./rig.ts";

const html = () =>
  new Response("<html>Bad Gateway</html>", { status: 502, headers: { "content-type": "text/html" } });
const isPost = (url: string, init: RequestInit) =>
  init.method === "POST" && /\/sessions\/online\/[^/]+\/invoices$/.test(url);

describe("an invoice is accepted once and its submission ends", () => {
  const faults: Record<string, (through: () => Promise<Response>) => Promise<Response>> = {
    "a 502 page before KSeF has taken it": async () => html(),
    "a 502 page after KSeF has taken it": async (through) => {
      await through();
      return html();
    },
    "a reset before": () => Promise.reject(new TypeError("fetch failed")),
    "a reset after": async (through) => {
      await through();
      throw new TypeError("fetch failed");
    },
    "nonsense after": async (through) => {
      await through();
      return Response.json({ something: "else" }, { status: 202 });
    },
  };
  for (const [fault, answer] of Object.entries(faults)) {
    it(`after ${fault}`, async () => {
      let first = true;
      await using rig = await Rig.start({
        fetch: (url, init) => {
          if (!first || !isPost(url, init)) return fetch(url, init);
          first = false;
          return answer(() => fetch(url, init));
        },
      });
      const view = await rig.deliver(invoice(), "order-1");
      expect(view.state).toBe("reported");
      const taken = /after/.test(fault) && !/before/.test(fault);
      const [accepted, ...more] = rig.sandbox.ledger.accepted();
      expect(more).toEqual([]);
      // What KSeF had taken is found there and not posted again.
      expect(accepted).toMatchObject({ ksefNumber: view.ksefNumber, posts: 1 });
      expect(view.timeline.some(({ message }) => message.includes("not sent again"))).toBe(taken);
    });
  }

  it("when the answer does not come in time", async () => {
    let first = true;
    await using rig = await Rig.start({
      timing: { deadlineMs: 300 },
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        if (!first || !isPost(url, init)) return response;
        first = false;
        return new Promise((_, reject) => {
          init.signal?.addEventListener("abort", () => reject(init.signal?.reason as Error));
        });
      },
    });
    const view = await rig.deliver(invoice(), "order-1");
    expect(view.state).toBe("reported");
    expect(view.timeline.map(({ code }) => code)).toContain("ksef.timeout");
    expect(rig.sandbox.ledger.accepted()).toEqual([expect.objectContaining({ posts: 1 })]);
  });

  it("when KSeF hides it from the look-up: the second copy is refused as a duplicate and its number adopted", async () => {
    let first = true;
    await using rig = await Rig.start({
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        if (first && isPost(url, init)) {
          first = false;
          return html();
        }
        if (/\/sessions\/[^/]+\/invoices\?/.test(url)) return Response.json({ invoices: [] });
        return response;
      },
    });
    const view = await rig.deliver(invoice(), "order-1");
    expect(view.state).toBe("reported");
    expect(rig.sandbox.ledger.accepted()).toEqual([expect.objectContaining({ ksefNumber: view.ksefNumber })]);
  });
});

it("waits while KSeF is down, loses nothing, spends no attempt, and goes on by itself", async () => {
  let down = true;
  await using rig = await Rig.start({
    fetch: (url, init) => (down ? Promise.reject(new TypeError("fetch failed")) : fetch(url, init)),
  });
  const views = await Promise.all(
    ["FV/1", "FV/2", "FV/3"].map(async (number) => (await rig.post(invoice({ number }), number)).json()),
  );
  const ids = views.map((view) => (view as { id: string }).id);
  const [first = ""] = ids;
  const waiting = await rig.until(first, ({ timeline }) => (timeline.at(-1)?.times ?? 0) >= 2);
  expect(waiting).toMatchObject({ state: "ready", problem: { code: "ksef.unreachable" } });
  for (const id of ids) expect(await rig.view(id)).toMatchObject({ state: "ready" });
  down = false;
  for (const id of ids) {
    const view = await rig.until(id);
    expect(view.state).toBe("reported");
    expect(view.problem).toBeUndefined();
  }
  expect(rig.sandbox.ledger.accepted().length).toBe(3);
});

it("obeys 429 for as long as KSeF asks", async () => {
  let first = 0;
  let second = 0;
  await using rig = await Rig.start({
    fetch: (url, init) => {
      if (!isPost(url, init)) return fetch(url, init);
      if (first === 0) {
        first = Date.now();
        const body = { status: { code: 429, description: "Too Many Requests", details: [] } };
        return Promise.resolve(Response.json(body, { status: 429, headers: { "retry-after": "1" } }));
      }
      second = Date.now();
      return fetch(url, init);
    },
  });
  const view = await rig.deliver(invoice(), "order-1");
  expect(view.state).toBe("reported");
  expect(second - first).toBeGreaterThanOrEqual(1_000);
});

it("logs in again when KSeF no longer takes the access token", async () => {
  let refused = 0;
  await using rig = await Rig.start({
    fetch: (url, init) => {
      if (!isPost(url, init) || refused++ > 0) return fetch(url, init);
      return Promise.resolve(
        Response.json({ title: "Unauthorized", status: 401, detail: "…" }, { status: 401 }),
      );
    },
  });
  expect(await rig.deliver(invoice(), "order-1")).toMatchObject({ state: "reported" });
  expect(rig.sandbox.ledger.accepted()).toEqual([expect.objectContaining({ posts: 1 })]);
});

it("takes no receipt that is not whole or not for this invoice, and asks again", async () => {
  let served = 0;
  await using rig = await Rig.start({
    fetch: async (url, init) => {
      const response = await fetch(url, init);
      if (!/\/upo$|\/storage\//.test(url)) return response;
      served++;
      if (served === 1)
        return new Response((await response.text()).replace("Potwierdzenie>", "Potwierdzenie> "), response);
      if (served > 2) return response;
      const foreign = (await response.text()).replace(
        /<SkrotDokumentu>[^<]+/,
        `<SkrotDokumentu>${"A".repeat(43)}=`,
      );
      return new Response(foreign, { status: 200 });
    },
  });
  const view = await rig.deliver(invoice(), "order-1");
  expect(view.state).toBe("reported");
  expect(served).toBe(3);
  expect(view.timeline.filter(({ code }) => code === "ksef.receipt-mismatch").length).toBe(2);
});
