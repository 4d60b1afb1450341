import { expect, it } from "vitest";
import { deadlineAlarms, midnightWarnings, reportTimes, type Alarm } from "../../src/issuing/alarms.ts";
import { explainNow } from "../../src/explain/explain-now.ts";
import { correctTechnically } from "../../src/issuing/technical-correction.ts";
import { sampleInvoiceXml } from "../../testing/invoice.ts";
import { openRig } from "./rig.ts";

const minute = 60_000;
const numbered = (number: string, issueDate = "2026-02-19") => ({ number, issueDate });

async function minutes(alarms: AsyncIterable<Alarm>): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for await (const { submission, leftMs } of alarms) found[submission.invoice.number] = leftMs / minute;
  return found;
}

it("warns of online invoices that KSeF does not have shortly before midnight in Poland", async () => {
  await using rig = await openRig("2026-02-19T12:00:00+01:00");
  await rig.certificate("01F20A5D352AE590");
  const { engine } = rig;
  await rig.hand(numbered("waiting"));
  await rig.hand(numbered("offline"), { mode: "offline24" });
  await rig.hand(numbered("yesterday's", "2026-02-18"));
  const [sent, held, doubtful, accepted] = [
    await rig.hand(numbered("sent")),
    await rig.hand(numbered("held")),
    await rig.hand(numbered("doubtful")),
    await rig.hand(numbered("accepted")),
  ];
  await rig.change(sent.id, { state: "sent" });
  await rig.change(held.id, { state: "held" });
  const pausedUntil = Date.parse("2026-02-20T02:00:00+01:00");
  await rig.change(doubtful.id, { state: "sending", wakeAt: pausedUntil });
  await rig.change(accepted.id, { state: "accepted", ksef: { number: "n" } });

  const before = Date.parse("2026-02-19T21:59:00+01:00");
  expect(await minutes(midnightWarnings(engine, before))).toEqual({});
  const at22 = Date.parse("2026-02-19T22:00:00+01:00");
  expect(await minutes(midnightWarnings(engine, at22))).toEqual({ waiting: 120, held: 120, doubtful: 120 });
  expect(await minutes(midnightWarnings(engine, at22, 60 * minute))).toEqual({});
  const after = Date.parse("2026-02-20T00:00:00+01:00");
  expect(await minutes(midnightWarnings(engine, after))).toEqual({});
});

it("gives the alarm for offline invoices near their deadline and past it, not while an outage goes on", async () => {
  await using rig = await openRig("2026-02-19T12:00:00+01:00");
  await rig.certificate("01F20A5D352AE590");
  const { engine } = rig;
  await rig.hand(numbered("thursday"), { mode: "offline24" });
  await rig.hand(numbered("wednesday", "2026-02-18"), { mode: "offline24" });
  const accepted = await rig.hand(numbered("accepted"), { mode: "offline24" });
  await rig.change(accepted.id, { state: "reported", ksef: { number: "n" } });
  const thursdayNoon = Date.parse("2026-02-19T12:00:00+01:00");
  expect(await minutes(deadlineAlarms(engine, thursdayNoon))).toEqual({ wednesday: 720 });
  const fridayAt1 = Date.parse("2026-02-20T01:00:00+01:00");
  expect(await minutes(deadlineAlarms(engine, fridayAt1))).toEqual({ wednesday: -60 });
  const fridayAt23 = Date.parse("2026-02-20T23:00:00+01:00");
  expect(await minutes(deadlineAlarms(engine, fridayAt23))).toEqual({ thursday: 60, wednesday: -1380 });
  const startedAt = Date.parse("2026-02-19T14:00:00+01:00");
  await rig.beacon({ status: "FAILURE", outages: [{ eventId: 1, title: "", kind: "failure", startedAt }] });
  expect(await minutes(deadlineAlarms(engine, fridayAt23))).toEqual({});
});

it("gives the alarm for offline invoices that KSeF refused, until a technical correction goes in their place", async () => {
  await using rig = await openRig("2026-02-19T12:00:00+01:00");
  await rig.certificate("01F20A5D352AE590");
  const { engine } = rig;
  const refused = { state: "rejected", problem: { code: "ksef.rejected", message: "no" } } as const;
  const original = await rig.hand(numbered("refused"), { mode: "offline24" });
  await rig.change(original.id, refused);
  const online = await rig.hand(numbered("online"));
  await rig.change(online.id, refused);
  const at = Date.parse("2026-02-20T23:00:00+01:00");
  const explained = async () => {
    const stored = await engine.submissions.get({ tenant: "acme", id: original.id });
    return stored && explainNow(engine, stored.value);
  };

  expect(await minutes(deadlineAlarms(engine, at))).toEqual({ refused: 60 });
  expect(await explained()).toMatchObject({
    actor: "you",
    en: {
      summary: expect.stringContaining("has to be sent to KSeF by the end of 2026-02-20"),
      next: expect.stringContaining("technical correction in time"),
    },
  });

  const xml = sampleInvoiceXml(numbered("refused")).replace("T08:00:00Z", "T08:00:01Z");
  const content = new TextEncoder().encode(xml);
  const intake = { idempotencyKey: "second", mediaType: "application/xml", content } as const;
  const correction = await correctTechnically(engine, { tenant: "acme", id: original.id }, intake);
  expect(Object.keys(await minutes(deadlineAlarms(engine, at)))).toEqual(["refused"]);
  expect((await explained())?.actor).toBe("nobody");
  await rig.change(correction.id, { state: "reported", ksef: { number: "n" } });
  expect(await minutes(deadlineAlarms(engine, at))).toEqual({});
  await rig.change(correction.id, { ...refused, ksef: undefined });
  expect(await minutes(deadlineAlarms(engine, at))).toEqual({ refused: 60 });
});

it("logs each warning once, and a deadline that has passed once more", async () => {
  await using rig = await openRig("2026-02-19T12:00:00+01:00");
  await rig.certificate("01F20A5D352AE590");
  await rig.hand(numbered("online"));
  await rig.hand(numbered("offline"), { mode: "offline24" });
  const memory = new Set<string>();
  const told: [string, string[]][] = [];
  for (const time of [
    "19T20:00",
    "19T23:00",
    "19T23:30",
    "20T00:10",
    "20T12:30",
    "20T22:00",
    "21T00:01",
    "21T09:00",
  ]) {
    rig.setTime(`2026-02-${time}:00+01:00`);
    await reportTimes(rig.engine, memory);
    told.push([time, rig.log.splice(0).map(({ code, level }) => `${level} ${code}`)]);
  }
  expect(told.filter(([, codes]) => codes.length > 0)).toEqual([
    ["19T23:00", ["warn invoice.midnight"]],
    ["20T12:30", ["warn invoice.deadline"]],
    ["21T00:01", ["warn invoice.late"]],
  ]);
});
