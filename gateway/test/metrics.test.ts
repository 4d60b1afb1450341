import { spawnSync } from "node:child_process";
import { engineMetrics, type Observations, observations, type Observer, Secret } from "@ksef-hub/core";
import { sampleInvoiceXml } from "@ksef-hub/core/testing";
import { describe, expect, it } from "vitest";
import { gateway } from "../src/app.ts";
import { prometheus } from "../src/metrics/prometheus.ts";
import { startWorker } from "../src/worker.ts";
import { parse, series } from "./metrics-text.ts";
import { Rig } from "./rig.ts";

const token = "a-token-of-the-scraper";
const whose = { tenant: "acme", environment: "test" };

describe("GET /metrics", () => {
  it("follows an invoice from the queue to its receipt, and tells nothing of it", async () => {
    await using rig = await Rig.start({ worker: false });
    const tenant = await rig.engine.tenants.get("acme");
    const environment = new URL(tenant?.environment ?? "").origin;
    const of = (text: string, name: string, labels: Record<string, string> = {}) =>
      parse(text).get(series(`ksef_hub_${name}`, { tenant: "acme", environment, ...labels }));

    const number = "FV/CONFIDENTIAL/1";
    const posted = await rig.post(sampleInvoiceXml({ number }), "key-of-the-order");
    const { id } = (await posted.json()) as { id: string };
    const waiting = await scrape(rig);
    expect(of(waiting, "submissions", { state: "ready" })).toBe(1);
    expect(of(waiting, "ksef_window_headroom_ratio", { group: "invoiceSend" })).toBe(1);
    expect(of(waiting, "ksef_login_up")).toBeUndefined();

    const worker = startWorker(rig.engine, { sweepMs: 200, chores: false });
    await rig.engine.ring({ tenant: "acme", id });
    const { ksefNumber } = await rig.until(id);
    await worker.stop();
    const done = await scrape(rig);
    for (const state of ["received", "ready", "sending", "sent", "accepted", "held", "dead"])
      expect(of(done, "submissions", { state })).toBe(0);
    expect(of(done, "oldest_submission_age_seconds")).toBe(0);
    // Of 180 an hour.
    expect(of(done, "ksef_window_headroom_ratio", { group: "invoiceSend" })).toBe(1 - 1 / 180);
    expect(of(done, "ksef_login_up")).toBe(1);
    expect(of(done, "ksef_certificate_remaining_seconds", { certificate: "Authentication" })).toBeGreaterThan(
      0,
    );
    expect(parse(done).get(series("ksef_hub_ksef_breaker_state", { environment }))).toBe(0);

    const { sellerNip } = (await rig.engine.submissions.get({ tenant: "acme", id }))!.value.invoice;
    for (const secret of [number, sellerNip, rig.key, id, ksefNumber ?? "none", "key-of-the-order", token])
      expect(waiting + done).not.toContain(secret);
  });

  it("is only for whoever has the token", async () => {
    await using rig = await Rig.start({ worker: false });
    const metrics = { prometheus: prometheus(), token: new Secret(token) };
    const app = gateway(rig.engine, { metrics });
    const status = async (authorization?: string) =>
      (await app.request("/metrics", authorization === undefined ? {} : { headers: { authorization } }))
        .status;
    expect(await status(`Bearer ${token}`)).toBe(200);
    const wrong = [`Bearer ${token}x`, `Bearer ${token.slice(1)}`, `Bearer ${rig.key}`, `Basic ${token}`];
    for (const authorization of [undefined, "Bearer ", ...wrong])
      expect(await status(authorization)).toBe(401);
    const withKey = await app.request("/v1/health", { headers: { authorization: `Bearer ${token}` } });
    expect(withKey.status).toBe(401);
  });

  it("is not there without a token, and a short one is refused at the start", async () => {
    await using rig = await Rig.start({ worker: false });
    expect((await gateway(rig.engine).request("/metrics")).status).toBe(404);
    for (const bad of ["secret", "with a space in the middle"]) {
      const metrics = { prometheus: prometheus(), token: new Secret(bad) };
      expect(() => gateway(rig.engine, { metrics })).toThrowError("16 characters");
    }
  });
});

describe("the Prometheus text", () => {
  it("is valid, with everything the hub measures in it", async () => {
    const text = await everything();
    const samples = parse(text);
    const transition = { ...whose, from: "sent", to: "accepted" };
    expect(samples.get(series("ksef_hub_submission_transitions_total", transition))).toBe(2);
    const stage = { ...whose, stage: "sent" };
    const seconds = "ksef_hub_submission_stage_duration_seconds";
    expect(samples.get(series(`${seconds}_sum`, stage))).toBe(3.2);
    expect(samples.get(series(`${seconds}_bucket`, { ...stage, le: "0.5" }))).toBe(1);
    expect(samples.get(series(`${seconds}_bucket`, { ...stage, le: "5" }))).toBe(2);
    expect(samples.get(series("ksef_hub_submission_duration_seconds_sum", whose))).toBe(60);
    const call = { environment: "test", group: "invoiceSend", outcome: "ksef.timeout" };
    expect(samples.get(series("ksef_hub_ksef_call_duration_seconds_count", call))).toBe(1);
    expect(samples.get(series("ksef_hub_batch_invoices_sum", whose))).toBe(10_000);
    expect(samples.get(series("ksef_hub_batch_size_bytes_sum", whose))).toBe(5e6);
    expect(samples.get(series("ksef_hub_failures_total", { ...whose, code: "ksef.timeout" }))).toBe(1);
    expect(samples.get(series("ksef_hub_offline_deadline_remaining_seconds", whose))).toBe(7_200);
    expect(samples.get(series("ksef_hub_oldest_submission_age_seconds", whose))).toBe(90);
    expect(samples.get(series("ksef_hub_ksef_breaker_state", { environment: "test" }))).toBe(2);
    expect(samples.get(series("ksef_hub_ksef_login_up", whose))).toBe(0);
  });

  it("satisfies promtool", async (context) => {
    const run = spawnSync("promtool", ["check", "metrics"], { input: await everything(), encoding: "utf8" });
    context.skip(run.error !== undefined, "promtool is not installed");
    expect(run.stderr + run.stdout).toBe("");
  });

  it("is valid before anything has been measured", async () => {
    expect(parse(await prometheus().text()).size).toBe(0);
  });

  it.each([
    ["no line feed at the end", "# TYPE a gauge\na 1"],
    ["no type", "a 1\n"],
    ["a type that comes late", "# TYPE b gauge\na 1\n# TYPE a gauge\n"],
    ["a sample twice", '# TYPE a gauge\na{b="1"} 1\na{b="1"} 2\n'],
    ["a group torn apart", '# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\na{c="1"} 1\n'],
    ["a quote not escaped", '# TYPE a gauge\na{b="1"2"} 1\n'],
    ["no number", "# TYPE a gauge\na undefined\n"],
    ["a name with a dot", "# TYPE a.b gauge\na.b 1\n"],
    ["a histogram without its last bucket", '# TYPE a histogram\na_bucket{le="1"} 1\na_count 1\na_sum 1\n'],
    [
      "buckets that are not cumulative",
      '# TYPE a histogram\na_bucket{le="1"} 2\na_bucket{le="+Inf"} 1\na_count 1\na_sum 1\n',
    ],
  ])("would not pass with %s", (_, text) => {
    expect(() => parse(text)).toThrow(Error);
  });

  it("shows what has ended, or cannot be read, as not a number", async () => {
    const shown = prometheus();
    const readings = [observed(), { ...observed(), companies: [] }, undefined];
    engineMetrics(shown.meter).observe(() => {
      const next = readings.shift();
      return next === undefined ? Promise.reject(new Error("disk on fire")) : Promise.resolve(next);
    });
    const age = series("ksef_hub_oldest_submission_age_seconds", whose);
    const seen: (number | undefined)[][] = [];
    for (let round = 0; round < 3; round++) {
      const samples = parse(await shown.text());
      seen.push(
        [age, "ksef_hub_dead_letters{}", "ksef_hub_observation_complete{}"].map((s) => samples.get(s)),
      );
    }
    expect(seen).toEqual([
      [90, 3, 1],
      [NaN, 3, 1],
      [NaN, NaN, 0],
    ]);
  });

  it("has room for a thousand companies", async () => {
    const shown = prometheus();
    const told = engineMetrics(shown.meter);
    for (let n = 0; n < 1_000; n++)
      for (const to of ["ready", "held", "dead"] as const)
        told.stage({ tenant: `t${n}`, environment: "test", from: "received", to, ms: 1 });
    const names = [...parse(await shown.text()).keys()].filter((name) => name.includes("transitions_total"));
    expect(names).toHaveLength(3_000);
  });
});

/** What the scraper gets of the hub of the rig, read just now. */
async function scrape(rig: Rig, observer: Observer = observations(rig.engine)): Promise<string> {
  const shown = prometheus();
  engineMetrics(shown.meter).observe(observer.all);
  const app = gateway(rig.engine, { observer, metrics: { prometheus: shown, token: new Secret(token) } });
  const response = await app.request("/metrics", { headers: { authorization: `Bearer ${token}` } });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
  return response.text();
}

/** Every instrument used, with a tenant whose name has to be escaped beside the one that is looked at. */
async function everything(): Promise<string> {
  const shown = prometheus();
  const told = engineMetrics(shown.meter);
  told.stage({ ...whose, to: "received", ms: 0 });
  told.stage({ ...whose, from: "sent", to: "accepted", ms: 200 });
  told.stage({ ...whose, from: "sent", to: "accepted", ms: 3_000 });
  told.stage({ ...whose, from: "accepted", to: "reported", ms: 10, wholeMs: 60_000 });
  told.stage({ tenant: 'a "b" \\ \n c', environment: "test", from: "sent", to: "accepted", ms: 1 });
  told.call({ environment: "test", group: "invoiceSend", outcome: "ksef.timeout", ms: 30_000 });
  told.batch({ ...whose, invoices: 10_000, bytes: 5e6, ms: 20_000 });
  told.failure({ ...whose, code: "ksef.timeout" });
  told.observe(() => Promise.resolve(observed()));
  return shown.text();
}

function observed(): Observations {
  const readAt = Date.parse("2026-02-18T08:00:00Z");
  return {
    companies: [
      {
        ...whose,
        readAt,
        counts: { received: 0, ready: 1, sending: 0, sent: 0, accepted: 0, held: 0, dead: 0 },
        capped: false,
        oldestSince: readAt - 90_000,
        offline: { nextDeadline: readAt + 7_200_000, overdue: 0 },
        headRoom: { invoiceSend: 0.5 } as Observations["companies"][number]["headRoom"],
        certificates: [{ what: "token", validTo: readAt + 1_000, daysLeft: 1, severity: "critical" }],
        login: { state: "fails", at: readAt, code: "ksef.login-refused" },
      },
    ],
    breakers: [{ environment: "test", state: "open" }],
    deadLetters: 3,
    complete: true,
  };
}
