import { describe, expect, it } from "vitest";
import {
  attendConnection,
  lookAtHeld,
  takeWebhook,
  type Attendance,
} from "../../src/connect/attend-connection.ts";
import { connectionsOn, type NewConnection } from "../../src/connect/connections.ts";
import { recordsOn } from "../../src/connect/records.ts";
import type { Submission } from "../../src/submission.ts";
import { openRig } from "../issuing/rig.ts";
import { down, forbidden, Toy } from "./toy.ts";

const begin = "2026-02-19T12:00:00+01:00";
const ref = (id: string) => ({ type: "invoice", id });

async function open(change: Partial<NewConnection> = {}) {
  const rig = await openRig(begin);
  const toy = new Toy();
  const { engine } = rig;
  const connections = connectionsOn(engine.table, engine.secrets, (id) =>
    id === "toy" ? toy.connector : undefined,
  );
  const records = recordsOn(engine.table);
  const attendance: Attendance = {
    engine,
    connections,
    records,
    open: new Map(),
    accessToken: () => () => Promise.reject(new Error("no token")),
    upoUrl: ({ id }) => Promise.resolve(`https://hub.example/upo/${id}`),
    signal: new AbortController().signal,
  };
  const given: NewConnection = {
    tenant: "acme",
    id: "shop",
    connector: "toy",
    state: "active",
    config: { account: "Palarnia sp. z o.o.", token: "top-secret-token" },
    mapping: { taxCodes: { A: "23" } },
    since: "2026-02-01",
    createdAt: 0,
    ...change,
  };
  let connection = await connections.save(given);
  let now = Date.parse(begin);
  const of = { tenant: "acme", connection: "shop" };
  return {
    ...rig,
    toy,
    records,
    attendance,
    connections,
    given,
    /** So many minutes later, twice: what came is taken up, and what follows from that. */
    attend: async (minutes = 11) => {
      now += minutes * 60_000;
      rig.setTime(new Date(now).toISOString());
      await attendConnection(attendance, connection);
      await attendConnection(attendance, connection);
    },
    change: async (next: Partial<NewConnection>) => {
      connection = await connections.save({ ...given, ...next });
      return lookAtHeld(attendance, connection);
    },
    event: (ids: string[], signature = "good") =>
      takeWebhook(attendance, connection, {
        method: "POST",
        url: "https://hub.example/hooks/shop",
        headers: new Headers({ signature: `${signature} ${JSON.stringify(ids)}` }),
        body: new TextEncoder().encode(JSON.stringify(ids)),
        receivedAt: now,
      }),
    record: async (id: string) => (await records.get(of, ref(id)))?.value,
    submissions: async () => (await engine.submissions.list("acme", 100)).submissions,
    /** What the dispatcher would have made of it. */
    settle: async (id: string, to: Partial<Submission>) => {
      const submission = (await records.get(of, ref(id)))?.value.submission ?? "";
      await engine.archive.put(`acme/${submission}/upo.xml`, Buffer.from("<Potwierdzenie/>"));
      await rig.change(submission, to);
    },
  };
}

const reported = (number = "5265877635-20260219-0200A08C7D49-B0"): Partial<Submission> => ({
  state: "reported",
  ksef: { number, acceptedAt: "2026-02-19T12:05:00+01:00" },
});

describe("a record of a connection", () => {
  it("becomes an invoice once, and hears of its KSeF number and receipt once", async () => {
    await using rig = await open();
    rig.toy.issue("1", {});
    await rig.attend();
    const [submission, ...more] = await rig.submissions();
    expect(more).toEqual([]);
    expect(submission).toMatchObject({
      idempotencyKey: "shop:invoice:1",
      state: "ready",
      // 100.00 and 23 % of VAT.
      invoice: { number: "FV/1", issueDate: "2026-02-19", gross: "123.00" },
    });
    expect(await rig.record("1")).toMatchObject({ state: "submitted", submission: submission?.id });

    const receipt = { key: `acme/${submission?.id}/upo.xml`, sha256: "", size: 16 };
    await rig.settle("1", { ...reported(), receipt });
    await rig.attend();
    const outcome = {
      state: "accepted",
      ksefNumber: "5265877635-20260219-0200A08C7D49-B0",
      acceptedAt: "2026-02-19T12:05:00+01:00",
      upoUrl: `https://hub.example/upo/${submission?.id}`,
      upo: { fileName: "UPO_5265877635-20260219-0200A08C7D49-B0.xml", bytes: expect.anything() },
    };
    expect(rig.toy.told).toEqual([
      { ref: ref("1"), step: "number", outcome },
      { ref: ref("1"), step: "file", outcome },
    ]);

    // Writing back has changed the record: it is seen again, and nothing comes of it.
    await rig.attend();
    await rig.attend();
    expect(await rig.record("1")).toMatchObject({ state: "told", diverged: false, seenAgain: false });
    expect(rig.toy.told).toHaveLength(2);
    expect(await rig.submissions()).toHaveLength(1);
  });

  it("is one, however often and by whatever way it is seen", async () => {
    await using rig = await open();
    rig.toy.issue("1", {});
    await Promise.all(Array.from({ length: 10 }, () => rig.event(["1", "1"])));
    await rig.attend();
    await rig.event(["1"]);
    await rig.attend();
    expect(await rig.submissions()).toHaveLength(1);
    expect(rig.toy.calls.filter((call) => call === "fetch 1").length).toBeLessThanOrEqual(3);
  });

  it("that is seen while it is being fetched is fetched again", async () => {
    await using rig = await open();
    rig.toy.issue("1", { tax: "B" });
    rig.toy.meanwhile = async () => {
      rig.toy.issue("1", { tax: "A" });
      await rig.event(["1"]);
      rig.toy.failing.set("poll", down);
    };
    await rig.attend();
    await rig.attend();
    expect(await rig.record("1")).toMatchObject({ state: "submitted", seenAgain: false });
  });

  it("is held with what is missing, and goes on by itself once the mapping has it", async () => {
    await using rig = await open({ mapping: {} });
    rig.toy.issue("1", {});
    await rig.attend();
    expect(await rig.record("1")).toMatchObject({
      state: "held",
      problem: { code: "map.incomplete" },
      faults: [{ code: "map.tax-code", path: "lines.0.rate" }],
    });
    expect(await rig.submissions()).toEqual([]);
    expect(await rig.change({ mapping: { taxCodes: { A: "8" } } })).toBe(1);
    await rig.attend();
    expect(await rig.record("1")).toMatchObject({ state: "submitted", faults: [] });
    expect((await rig.submissions())[0]?.invoice.gross).toBe("108.00");
  });

  it("is held, and goes on by itself once a person has mended it in the system", async () => {
    await using rig = await open();
    rig.toy.issue("1", { tax: "B" });
    await rig.attend();
    expect((await rig.record("1"))?.state).toBe("held");
    rig.toy.issue("1", { tax: "A" });
    await rig.attend();
    expect((await rig.record("1"))?.state).toBe("submitted");
  });

  it("is skipped before it is issued, and when it was before the connection begins", async () => {
    await using rig = await open();
    rig.toy.issue("draft", {});
    rig.toy.invoices.get("draft")!.issued = undefined as never;
    rig.toy.issue("old", { issued: "2026-01-31" });
    await rig.attend();
    expect(await rig.submissions()).toEqual([]);
    expect([await rig.record("draft"), await rig.record("old")]).toMatchObject([
      { state: "skipped" },
      { state: "skipped" },
    ]);
    rig.toy.issue("draft", { issued: "2026-02-19" });
    await rig.attend();
    expect((await rig.submissions()).map(({ invoice }) => invoice.number)).toEqual(["FV/draft"]);
  });

  it("that changes after KSeF has it is shown as diverged, and never sent again", async () => {
    await using rig = await open();
    rig.toy.issue("1", {});
    await rig.attend();
    await rig.settle("1", { state: "accepted", ksef: { number: "n" } });
    rig.toy.issue("1", { net: "200.00" });
    await rig.attend();
    expect(await rig.record("1")).toMatchObject({ state: "submitted", diverged: true });
    expect(await rig.submissions()).toHaveLength(1);
    rig.toy.issue("1", { net: "100.00" });
    await rig.attend();
    expect((await rig.record("1"))?.diverged).toBe(false);
  });

  it("that KSeF refused is told why, and sent anew when it is changed", async () => {
    await using rig = await open();
    rig.toy.issue("1", { net: "1.00" });
    await rig.attend();
    await rig.settle("1", { state: "rejected", problem: { code: "ksef.rejected", message: "no" } });
    await rig.attend();
    expect(rig.toy.told[0]).toMatchObject({
      step: "number",
      outcome: { state: "rejected", code: "ksef.rejected" },
    });
    await rig.attend();
    expect(await rig.submissions()).toHaveLength(1);
    rig.toy.issue("1", { net: "2.00" });
    await rig.attend();
    expect((await rig.submissions()).map(({ idempotencyKey }) => idempotencyKey).toSorted()).toEqual([
      "shop:invoice:1",
      "shop:invoice:1:2",
    ]);
  });
});

describe("writing back", () => {
  it("is tried again step by step, and one that a person has to mend keeps no other from its turn", async () => {
    await using rig = await open();
    rig.toy.issue("1", {});
    await rig.attend();
    await rig.settle("1", { state: "rejected", problem: { code: "ksef.rejected", message: "no" } });
    rig.toy.failing.set("file", down);
    await rig.attend();
    expect(await rig.record("1")).toMatchObject({
      state: "submitted",
      problem: { code: "vendor.unavailable" },
      steps: { number: { doneAt: expect.any(Number) } },
    });
    rig.toy.failing.set("file", forbidden);
    await rig.attend();
    expect(await rig.record("1")).toMatchObject({
      state: "told",
      steps: { number: { doneAt: expect.any(Number) }, file: { problem: { code: "vendor.forbidden" } } },
    });
    expect(rig.toy.told.map(({ step }) => step)).toEqual(["number"]);
  });
});

describe("polling", () => {
  it("goes on where the ledger is: a page that did not get there comes again", async () => {
    await using rig = await open();
    for (const id of ["1", "2", "3"]) rig.toy.issue(id, {});
    const before = { ...rig.records };
    let left = 2;
    rig.records.see = async (...args) => {
      if (--left < 0) throw down;
      return before.see(...args);
    };
    await rig.attend(2);
    expect(rig.log.map(({ code }) => code)).toEqual(["vendor.unavailable"]);
    rig.records.see = before.see;
    await rig.attend();
    expect((await rig.submissions()).map(({ invoice }) => invoice.number).toSorted()).toEqual([
      "FV/1",
      "FV/2",
      "FV/3",
    ]);
  });

  it("is silent about what fails on and on, and a paused connection does nothing", async () => {
    await using rig = await open();
    rig.toy.failing.set("poll", down);
    for (let minute = 0; minute < 5; minute++) await rig.attend(2);
    expect(rig.log).toHaveLength(1);
    await rig.change({ state: "paused" });
    const calls = rig.toy.calls.length;
    await rig.attend();
    expect(rig.toy.calls).toHaveLength(calls);
  });
});

describe("an event", () => {
  it("is in the archive and its records are on the ledger when it is answered", async () => {
    await using rig = await open();
    rig.toy.issue("7", {});
    const put: string[] = [];
    const { archive } = rig.engine;
    const before = { ...archive };
    archive.put = (key, bytes) => {
      put.push(key);
      return before.put(key, bytes);
    };
    expect((await rig.event(["7"])).status).toBe(200);
    expect(put).toEqual([expect.stringMatching(/^acme\/connections\/shop\/events\/2026-02-19\//)]);
    expect(await rig.record("7")).toMatchObject({ state: "waiting" });
    expect(rig.toy.calls).toEqual([]);
  });

  it("that is not the vendor's leaves nothing behind", async () => {
    await using rig = await open();
    await expect(rig.event(["7"], "bad")).rejects.toMatchObject({ code: "webhook.refused" });
    expect(await rig.record("7")).toBeUndefined();
  });
});

describe("a connection", () => {
  it("keeps its credentials in the secrets alone", async () => {
    await using rig = await open();
    const { items } = await rig.engine.table.query({ pk: "T#acme", from: "connection#", to: "connection#~" });
    expect(JSON.stringify(items)).not.toContain("top-secret-token");
    expect(JSON.stringify(items)).toContain("Palarnia");
    await rig.attend();
    expect(rig.toy.token?.reveal()).toBe("top-secret-token");
    // Left out, it stays; given anew, it is the new one.
    await rig.change({ config: { account: "Palarnia sp. z o.o." } });
    await rig.attend();
    expect(rig.toy.token?.reveal()).toBe("top-secret-token");
    await rig.change({ config: { account: "Palarnia sp. z o.o.", token: "another" } });
    await rig.attend();
    expect(rig.toy.token?.reveal()).toBe("another");
  });

  it.each([
    [{ connector: "nonsense" }, 'There is no connector "nonsense".'],
    [{ config: { account: "x" } }, "token"],
    [{ config: { account: "x", token: "y", more: 1 } }, "more"],
    [{ id: "Shop" }, "lower-case"],
    [{ since: "soon" }, "2026-02-01"],
    [{ mapping: { taxCodes: { A: "24" } } }, "taxCodes"],
  ])("is refused when it is wrong: %j", async (change, sentence) => {
    await using rig = await openRig(begin);
    const { table, secrets } = rig.engine;
    const toy = new Toy();
    const connections = connectionsOn(table, secrets, (id) => (id === "toy" ? toy.connector : undefined));
    const given = {
      tenant: "acme",
      id: "shop",
      connector: "toy",
      state: "active",
      since: "2026-02-01",
    } as const;
    const config = { account: "x", token: "y" };
    const save = connections.save({
      ...given,
      config,
      mapping: {},
      createdAt: 0,
      ...(change as Partial<NewConnection>),
    });
    await expect(save).rejects.toMatchObject({
      code: "hub.config",
      message: expect.stringContaining(sentence),
    });
  });

  it("is listed with the others of its company, and gone with its credentials once it is deleted", async () => {
    await using rig = await open();
    await rig.connections.save({ ...rig.given, id: "other" });
    const ids = async () => (await Array.fromAsync(rig.connections.of("acme"))).map(({ id }) => id);
    expect(await ids()).toEqual(["other", "shop"]);
    expect(await Array.fromAsync(rig.connections.all())).toHaveLength(2);
    const shop = await rig.connections.get("acme", "shop");
    if (shop === undefined) throw new Error("not there");
    await rig.connections.delete(shop);
    expect(await ids()).toEqual(["other"]);
    expect(await rig.engine.secrets.get("acme/connections/shop/token")).toBeUndefined();
  });
});
