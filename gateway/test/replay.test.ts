import { Secret } from "@ksef-hub/core";
import { sampleInvoice as invoice } from "@ksef-hub/core/testing";
import { describe, expect, it } from "vitest";
import { Files, hub } from "./cli-rig.ts";
import { Rig } from "./rig.ts";

interface Answer {
  status: number;
  code?: string;
  dryRun?: boolean;
  matched: number;
  replayed: number;
  invoices: { id: string; number: string; outcome: string }[];
  next?: string;
}

async function post(rig: Rig, body: unknown): Promise<Answer> {
  const init = { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) };
  const response = await rig.request("/v1/invoices/replay", init);
  return { ...((await response.json()) as Answer), status: response.status };
}

/** A rig whose credentials are another company's, so that KSeF lets nobody in; and the way back. */
async function lockedOut(): Promise<{ rig: Rig; letIn: () => Promise<void> }> {
  const rig = await Rig.start();
  const logInAs = async (nip: string) => {
    const { certificatePem, privateKeyPem } = await rig.sandbox.company(nip);
    const tenant = await rig.engine.tenants.get("acme");
    if (tenant === undefined) throw new Error("no tenant");
    const privateKey = new Secret(privateKeyPem);
    await rig.engine.tenants.save(tenant, { kind: "certificate", certificatePem, privateKeyPem: privateKey });
  };
  await logInAs("1111111111");
  return { rig, letIn: () => logInAs(rig.nip) };
}

describe("POST /v1/invoices/replay", () => {
  it("says what it would do, then takes all up again that the filter names, once the cause is gone", async () => {
    const { rig: started, letIn } = await lockedOut();
    await using rig = started;
    const views = await Promise.all(
      ["FV/1", "FV/2", "KOR/3"].map((number) => rig.deliver(invoice({ number }), number)),
    );
    for (const view of views)
      expect(view).toMatchObject({ state: "held", problem: { code: "ksef.login-refused" } });
    await letIn();

    const filter = { codes: ["ksef.login-refused"], numberPrefix: "FV/", stoppedFrom: "2020-01-01" };
    const dry = await post(rig, { filter, dryRun: true });
    expect(dry).toMatchObject({ status: 200, dryRun: true, matched: 2, replayed: 0 });
    expect(dry.invoices.map(({ number, outcome }) => `${number} ${outcome}`).toSorted()).toEqual([
      "FV/1 matched",
      "FV/2 matched",
    ]);
    const done = await post(rig, { filter, dryRun: false });
    expect(done).toMatchObject({ status: 200, dryRun: false, matched: 2, replayed: 2 });
    for (const { id } of done.invoices) expect(await rig.until(id)).toMatchObject({ state: "reported" });
    const numbers = rig.sandbox.ledger.accepted().length;
    expect(numbers).toBe(2);
    expect(await rig.view(views[2]?.id ?? "")).toMatchObject({ state: "held" });
  });

  it.each([
    ["no JSON", "{"],
    ["no word on whether it is in earnest", { filter: {} }],
    ["a filter it does not know", { filter: { state: "held" }, dryRun: true }],
    ["a code it does not know", { filter: { codes: ["ksef.nonsense"] }, dryRun: true }],
    ["a state that cannot be replayed", { filter: { states: ["rejected"] }, dryRun: true }],
    ["a day there is not", { filter: { stoppedFrom: "2026-02-30" }, dryRun: true }],
    ["no limit", { filter: {}, dryRun: true, limit: 0 }],
    ["a place of its own invention", { filter: {}, dryRun: true, after: "x" }],
  ])("refuses %s", async (_, body) => {
    await using rig = await Rig.start({ worker: false });
    expect(await post(rig, body)).toMatchObject({ status: 400, code: "request.invalid" });
  });
});

describe("hub replay and dead-letters", () => {
  it.each([
    [["replay", "--code", "ksef.nonsense"], '--code: the hub has no code "ksef.nonsense".'],
    [["replay", "--from", "soon"], "--from: a day such as 2026-02-01"],
    [["dead-letters", "redrive"], "Name jobs by their id, or give --all."],
  ])("end with 2 on wrong usage: %j", async (args, sentence) => {
    const tenant = args[0] === "replay" ? ["--tenant", "acme"] : [];
    const { code, out, err } = await hub(...args, ...tenant, "--data", "x");
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(sentence);
  });

  it("work on the folder of a hub that is not running, and point to the API while it is", async () => {
    const files = await Files.open();
    const data = `${files.folder}/data`;
    const token = await files.add("token", "a-ksef-token\n");
    const company = ["--nip", "5265877635", "--environment", "test", "--token-file", token];
    await hub("tenant", "add", "--data", data, "--id", "acme", ...company);
    const { embedded } = await import("@ksef-hub/core/embedded");
    const { createEngine, submit } = await import("@ksef-hub/core");
    let id = "";
    {
      await using ports = await embedded({ folder: data, queue: { maxAttempts: 1 } });
      const engine = createEngine({ ports, log: () => undefined });
      const intake = { tenant: "acme", idempotencyKey: "1", mediaType: "application/xml" } as const;
      ({ id } = await submit(engine, { ...intake, content: invoice() }));
      const stored = await engine.submissions.get({ tenant: "acme", id });
      if (stored === undefined) throw new Error("not there");
      const problem = { code: "ksef.forbidden", message: "…" };
      await engine.submissions.replace(stored, { ...stored.value, state: "held", problem });
      await engine.queue.send({ bell: "broken" });
      const stop = new AbortController();
      const consuming = engine.queue.consume(() => Promise.reject(new Error("no")), { signal: stop.signal });
      while ((await engine.queue.deadLetters()).length === 0) await engine.clock.sleep(5);
      stop.abort();
      await consuming;
      const busy = await hub("replay", "--data", data, "--tenant", "acme");
      expect(busy).toMatchObject({ code: 2, out: "" });
      expect(busy.err).toContain("POST /v1/invoices/replay");
    }
    const dry = await hub("replay", "--data", data, "--tenant", "acme", "--dry-run");
    expect(dry).toMatchObject({ code: 0, err: "" });
    expect(dry.out).toMatch(
      new RegExp(`^matched {3}held  .*${id}  FV/1  ksef.forbidden\n1 match: nothing is changed`),
    );
    const done = await hub("replay", "--data", data, "--tenant", "acme", "--code", "ksef.forbidden");
    expect(done.out).toContain("1 match: 1 replayed.");
    const none = await hub("replay", "--data", data, "--tenant", "acme");
    expect(none).toEqual({ code: 0, out: "0 match: 0 replayed.\n", err: "" });
    expect((await hub("replay", "--data", data, "--tenant", "nobody")).code).toBe(2);

    const letters = await hub("dead-letters", "list", "--data", data);
    expect(letters.out).toContain('{"bell":"broken"}');
    const unknown = await hub("dead-letters", "redrive", "--data", data, "999");
    expect(unknown).toMatchObject({ code: 1, out: "0 back in the queue.\n" });
    const count = letters.out.trim().split("\n").length;
    const redriven = await hub("dead-letters", "redrive", "--data", data, "--all");
    expect(redriven).toEqual({ code: 0, out: `${count} back in the queue.\n`, err: "" });
    expect((await hub("dead-letters", "list", "--data", data)).out).toBe("");
    await files.close();
  });
});
