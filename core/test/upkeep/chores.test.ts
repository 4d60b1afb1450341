import { expect, it } from "vitest";
import { certificateHolder } from "../../src/ksef/certificates/holder.ts";
import { heldBy } from "../../src/ksef/certificates/held.ts";
import { enrolOnce } from "../../src/ksef/certificates/renewal.ts";
import { contextLimitsOn } from "../../src/ksef/limits/context-limits.ts";
import { alarms } from "../../src/upkeep/alarms.ts";
import { certificates } from "../../src/upkeep/certificates.ts";
import { limits } from "../../src/upkeep/limits.ts";
import { nextAlarms } from "../../src/upkeep/next-alarms.ts";
import { day, hour, minute, openRig, token, type Rig } from "./rig.ts";

const holderOf = (rig: Rig) =>
  certificateHolder(rig.engine, "acme", (url, init) =>
    rig.clock.busy(Promise.resolve(rig.sandbox.app.request(url, init))),
  );

/** What the company logs in and vouches with, by its serial number. */
async function serials(rig: Rig) {
  const held = await heldBy(await holderOf(rig));
  return Object.fromEntries(held.map((each) => [each.what, each.what === "token" ? "-" : each.serialNumber]));
}

/** A company with certificates the hub has enrolled, which end in 730 days. */
async function enrolled(rig: Rig) {
  await rig.add("acme", rig.certificate);
  let isDone = false;
  const enrolling = (async () => {
    await enrolOnce(await holderOf(rig), { type: "Authentication" });
    await enrolOnce(await holderOf(rig), { type: "Offline" });
    isDone = true;
  })();
  await rig.clock.runUntil(() => isDone, { limitMs: minute });
  await enrolling;
  return serials(rig);
}

const enrolments = (rig: Rig): number =>
  rig.sandbox.ledger
    .requests()
    .filter(
      ({ method, path, status }) => method === "POST" && path.endsWith("/enrollments") && status === 202,
    ).length;

it("renews what the hub has enrolled once it is due, and nothing before", async () => {
  await using rig = await openRig();
  const first = await enrolled(rig);
  await rig.clock.advance(698 * day);
  rig.upkeep([certificates]);
  await rig.clock.advance(day);
  expect(await serials(rig)).toEqual(first);
  await rig.clock.advance(2 * day);
  const second = await serials(rig);
  expect(Object.keys(second)).toEqual(["Authentication", "Offline"]);
  for (const what of ["Authentication", "Offline"]) expect(second[what]).not.toBe(first[what]);
  await rig.clock.advance(2 * day);
  expect(await serials(rig)).toEqual(second);
  expect(enrolments(rig)).toBe(4);
  expect(rig.log).toEqual([]);
});

it("leaves alone what a company does not let it renew", async () => {
  await using rig = await openRig();
  const first = await enrolled(rig);
  const tenant = await rig.engine.tenants.get("acme");
  const credentials = await rig.engine.tenants.credentials("acme");
  await rig.engine.tenants.save({ ...tenant!, autoRenew: "none" }, credentials);
  await rig.clock.advance(720 * day);
  rig.upkeep([certificates]);
  await rig.clock.advance(day);
  expect(await serials(rig)).toEqual(first);
});

it.each([
  [undefined, 0],
  ["all" as const, 1],
])("a certificate it was given, autoRenew %s: %i requests", async (autoRenew, requests) => {
  await using rig = await openRig();
  await rig.add("acme", rig.certificate);
  const tenant = await rig.engine.tenants.get("acme");
  await rig.engine.tenants.save({ ...tenant!, ...(autoRenew && { autoRenew }) }, rig.certificate);
  const [held] = await heldBy(await holderOf(rig));
  await rig.clock.advance(held!.validTo - 10 * day - rig.clock.now());
  rig.upkeep([certificates]);
  await rig.clock.advance(hour);
  expect(enrolments(rig)).toBe(requests);
  expect(rig.log).toEqual([]);
});

it("finishes by itself a renewal whose new login KSeF refused at first", async () => {
  await using rig = await openRig();
  const first = await enrolled(rig);
  await rig.clock.advance(705 * day);
  rig.sandbox.faults.add({
    on: { path: "/auth/xades-signature" },
    skip: 1,
    times: 1,
    fault: { kind: "refusal", code: 21115 },
  });
  rig.upkeep([certificates]);
  await rig.clock.advance(10 * minute);
  expect(await serials(rig)).toMatchObject({
    Authentication: first["Authentication"],
    next: expect.any(String),
  });
  expect(rig.log).toMatchObject([{ level: "warn", tenant: "acme" }]);
  await rig.clock.advance(2 * hour);
  const second = await serials(rig);
  expect(Object.keys(second)).toEqual(["Authentication", "Offline"]);
  expect(second["Authentication"]).not.toBe(first["Authentication"]);
  expect(enrolments(rig)).toBe(4);
});

it("alarms 30, 14, 7, 3 and 1 days before the end and after it, each once, over restarts too", async () => {
  await using rig = await openRig();
  const { Authentication } = await enrolled(rig);
  const tenant = await rig.engine.tenants.get("acme");
  const credentials = await rig.engine.tenants.credentials("acme");
  await rig.engine.tenants.save({ ...tenant!, autoRenew: "none" }, credentials);
  await rig.clock.advance(695 * day);
  const told: string[] = [];
  for (const [daysPassed, left] of passing) {
    await rig.clock.advance(daysPassed * day);
    for (const _ of ["once", "after a restart"]) {
      const stops = [rig.upkeep([alarms]), rig.upkeep([alarms])];
      await rig.clock.advance(5 * hour);
      for (const stop of stops) await stop();
      for (const { message } of rig.log.splice(0))
        if (message.includes("logs in")) told.push(`${left}: ${/\d+ days|ended/.exec(message)?.[0]}`);
    }
  }
  expect(told).toEqual(["30: 30 days", "14: 14 days", "7: 7 days", "3: 3 days", "1: 1 days", "0: ended"]);
  const found = [];
  for await (const alarm of nextAlarms(rig.engine)) found.push(alarm);
  expect(found).toMatchObject([
    {
      tenant: "acme",
      what: "Authentication",
      serialNumber: Authentication,
      daysLeft: 0,
      severity: "expired",
    },
    { tenant: "acme", what: "Offline", daysLeft: 0, severity: "expired" },
  ]);
});

/** Days that pass, and days that are left then; ten hours pass with upkeep. */
const passing = [
  [4, 31],
  [0.6, 30],
  [6, 24],
  [10, 14],
  [3, 11],
  [3, 7],
  [1, 5],
  [2, 3],
  [0.5, 2],
  [0.7, 1],
  [1, 0],
] as const;

it("is silent about what the hub renews by itself, until that fails and is two days late", async () => {
  await using rig = await openRig();
  await enrolled(rig);
  await rig.clock.advance(701 * day);
  rig.sandbox.faults.add({ on: { path: "/certificates/limits" }, fault: { kind: "refusal", code: 21001 } });
  rig.upkeep([certificates, alarms]);
  const codes = () => rig.log.map(({ code }) => code);
  await rig.clock.advance(18 * hour);
  expect(codes().filter((code) => code === "certificate.expiry")).toEqual([]);
  expect(rig.log).toHaveLength(1);
  await rig.clock.advance(day);
  expect(codes().filter((code) => code === "certificate.expiry")).toHaveLength(2);
  expect(rig.log).toHaveLength(3);
});

it("counts the days until KSeF ends the tokens on 31 December 2026", async () => {
  await using rig = await openRig(Date.parse("2026-12-01T12:00:00+01:00"));
  await rig.add("acme", token);
  const told = [];
  // On 2 and 31 December, and on 1 January.
  for (const days of [0.5, 28.5, 0.5]) {
    await rig.clock.advance(days * day);
    const stop = rig.upkeep([alarms]);
    await rig.clock.advance(day / 2);
    await stop();
    told.push(rig.log.splice(0).map(({ level, message }) => [level, message]));
  }
  const words = "This company logs in by KSeF token, and KSeF ends the tokens. Give it a certificate.";
  expect(told).toEqual([
    [["warn", `${words} It ends on 2026-12-31: 30 days are left.`]],
    [["warn", `${words} It ends on 2026-12-31: 1 days are left.`]],
    [["error", `${words} It ended on 2026-12-31.`]],
  ]);
});

it("learns the limits of a company at first, and once a day", async () => {
  await using rig = await openRig();
  await rig.add("acme", rig.certificate);
  const known = contextLimitsOn(rig.engine.table);
  const before = await rig.engine.budget.limits("acme");
  expect((await known.get("acme")).batchSession.maxInvoices).toBe(10_000);
  const raised = { perSecond: 20, perMinute: 60, perHour: 1_800 };
  await raise(rig, { ...before, collectiveIdentifier: before.other, invoiceSend: raised });
  rig.upkeep([limits]);
  await rig.clock.advance(hour);
  expect((await rig.engine.budget.limits("acme")).invoiceSend).toEqual(raised);
  expect((await known.get("acme")).onlineSession).toEqual({
    maxInvoiceSizeInMB: 1,
    maxInvoiceWithAttachmentSizeInMB: 3,
    maxInvoices: 10_000,
  });
  const asked = () =>
    rig.sandbox.ledger
      .requests()
      .filter(({ method, path }) => method === "GET" && path.endsWith("/rate-limits")).length;
  expect(asked()).toBe(1);
  await rig.clock.advance(2 * day);
  expect(asked()).toBe(3);
  expect(rig.log).toEqual([]);
});

/** As KSeF does it on request; its test environment lets everybody do it. */
async function raise(rig: Rig, rateLimits: object): Promise<void> {
  const ksef = await rig.engine.ksef("acme");
  const { status } = await ksef.use(async ({ token: access }) =>
    rig.sandbox.app.request("http://sandbox/v2/testdata/rate-limits", {
      method: "POST",
      headers: { authorization: `Bearer ${access?.reveal()}`, "content-type": "application/json" },
      body: JSON.stringify({ rateLimits }),
    }),
  );
  expect(status).toBe(200);
}

it("tells once that KSeF refuses the login, and leaves the limits as they are", async () => {
  await using rig = await openRig();
  await rig.add("acme", token);
  const before = await rig.engine.budget.limits("acme");
  rig.upkeep([limits]);
  await rig.clock.advance(2 * day);
  expect(await rig.engine.budget.limits("acme")).toEqual(before);
  expect(rig.log).toMatchObject([{ level: "warn", tenant: "acme" }]);
});
