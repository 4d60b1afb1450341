import { verify } from "node:crypto";
import { expect, it } from "vitest";
import { codesOf } from "../../src/issuing/codes.ts";
import { deadlineOf, outagesOf } from "../../src/issuing/deadline.ts";
import type { OfflineMode } from "../../src/issuing/issue-offline.ts";
import { openRig, nip } from "./rig.ts";

const thursday = { number: "FV/1", issueDate: "2026-02-19" };
const noon = "2026-02-19T12:00:00+01:00";

it("signs KOD II with the Offline certificate at the intake, and keeps it when the certificate changes", async () => {
  await using rig = await openRig(noon);
  const publicKey = await rig.certificate("01F20A5D352AE590");
  const submission = await rig.hand(thursday, { mode: "offline24" });
  const issued = await codesOf(rig.engine, submission);

  const hash = Buffer.from(submission.document.sha256, "base64").toString("base64url");
  expect(issued.kodI).toEqual({
    link: `https://qr-test.ksef.mf.gov.pl/invoice/${nip}/19-02-2026/${hash}`,
    label: "OFFLINE",
  });
  const [, signed = "", signature = ""] = /^https:\/\/(.*)\/([^/]+)$/.exec(issued.kodII?.link ?? "") ?? [];
  expect(signed).toBe(`qr-test.ksef.mf.gov.pl/certificate/Nip/${nip}/${nip}/01F20A5D352AE590/${hash}`);
  const key = { key: publicKey, dsaEncoding: "ieee-p1363" } as const;
  expect(verify("sha256", Buffer.from(signed), key, Buffer.from(signature, "base64url"))).toBe(true);

  await rig.certificate("01F20A5D352AE591");
  expect(await codesOf(rig.engine, submission)).toEqual(issued);
  const again = await rig.hand(thursday, { mode: "offline24" });
  expect(await codesOf(rig.engine, again)).toEqual(issued);
});

it("makes one KOD II of requests that race for a key", async () => {
  await using rig = await openRig(noon);
  await rig.certificate("01F20A5D352AE590");
  const all = await Promise.all(
    Array.from({ length: 8 }, async () =>
      codesOf(rig.engine, await rig.hand(thursday, { mode: "offline24" })),
    ),
  );
  expect(new Set(all.map(({ kodII }) => kodII?.link)).size).toBe(1);
});

it.each([
  ["no certificate", undefined],
  ["one that has ended", "2026-02-19T11:00:00Z"],
])("refuses an offline invoice at the intake with %s, and takes the same one online", async (_, until) => {
  await using rig = await openRig(noon);
  if (until !== undefined) await rig.certificate("01F20A5D352AE590", until);
  const refused = rig.hand(thursday, { mode: "offline24" });
  await expect(refused).rejects.toMatchObject({
    code: "offline.certificate",
    message: expect.stringContaining("certificate enrol --tenant acme --type offline"),
  });
  const online = await rig.hand(thursday);
  expect([online.state, online.offline]).toEqual(["ready", undefined]);
});

it("takes the mode for a part of what an idempotency key stands for", async () => {
  await using rig = await openRig(noon);
  await rig.certificate("01F20A5D352AE590");
  const first = await rig.hand(thursday, { mode: "offline24", urgent: true });
  expect(first).toMatchObject({ urgent: true, offline: { mode: "offline24", issuedAt: Date.parse(noon) } });
  rig.setTime("2026-02-19T15:00:00+01:00");
  expect(await rig.hand(thursday, { mode: "offline24" })).toEqual(first);
  for (const mode of [undefined, "failure"] as const)
    await expect(rig.hand(thursday, { mode })).rejects.toMatchObject({
      code: "request.idempotency-conflict",
      message: expect.stringContaining("issued offline24"),
    });
});

it("refuses a date of issue after today, in Poland", async () => {
  await using rig = await openRig("2026-02-18T23:30:00+01:00");
  await rig.certificate("01F20A5D352AE590");
  await expect(rig.hand(thursday, { mode: "offline24" })).rejects.toMatchObject({ code: "fa3.rule" });
  rig.setTime("2026-02-19T00:00:00+01:00");
  expect(await rig.hand(thursday, { mode: "offline24" })).toMatchObject({ state: "ready" });
});

const failure = {
  eventId: 1,
  title: "Awaria",
  kind: "failure",
  startedAt: Date.parse("2026-02-19T10:00:00+01:00"),
} as const;
const announced = { status: "FAILURE", outages: [failure] } as const;
const over = {
  status: "AVAILABLE",
  outages: [{ ...failure, endedAt: Date.parse("2026-02-19T11:59:00+01:00") }],
} as const;
const unknown = { status: "unknown", reason: "No answer." } as const;
const well = { status: "AVAILABLE", outages: [] } as const;

it.each([
  ["failure", announced, "taken"],
  ["unavailability", announced, "offline.unannounced"],
  ["failure", over, "offline.unannounced"],
  ["failure", well, "offline.unannounced"],
  ["failure", unknown, "offline.unconfirmed"],
  ["offline24", well, "taken"],
  ["offline24", unknown, "taken"],
  ["total-failure", unknown, "offline.total-failure"],
] as const)("in mode %s, when the beacon says %j: %s", async (mode, { ...answer }, expected) => {
  await using rig = await openRig(noon);
  await rig.certificate("01F20A5D352AE590");
  await rig.beacon("outages" in answer ? { ...answer, outages: [...answer.outages] } : answer);
  expect(await outcome(rig, mode)).toBe(expected);
});

it("does not believe a beacon that has fallen silent", async () => {
  await using rig = await openRig(noon);
  await rig.certificate("01F20A5D352AE590");
  await rig.beacon({ ...well, outages: [] });
  rig.setTime("2026-02-19T12:05:00+01:00");
  await rig.beacon(unknown);
  expect(await outcome(rig, "failure")).toBe("offline.unconfirmed");
});

it("does not believe a beacon that was last heard long ago", async () => {
  await using rig = await openRig(noon);
  await rig.certificate("01F20A5D352AE590");
  await rig.beacon({ ...well, outages: [] });
  rig.setTime("2026-02-19T12:20:00+01:00");
  expect(await outcome(rig, "failure")).toBe("offline.unconfirmed");
});

async function outcome(rig: Awaited<ReturnType<typeof openRig>>, mode: OfflineMode): Promise<string> {
  const taken = rig.hand(thursday, { mode });
  return taken.then(
    ({ warnings }) => warnings.find(({ code }) => code.startsWith("offline."))?.code ?? "taken",
    (error: { code: string }) => error.code,
  );
}

it("says at once that an invoice is late: Friday before Easter, handed in on Wednesday after it", async () => {
  await using rig = await openRig("2026-04-08T09:00:00+02:00");
  await rig.certificate("01F20A5D352AE590");
  const { warnings } = await rig.hand({ number: "FV/1", issueDate: "2026-04-03" }, { mode: "offline24" });
  expect(warnings).toMatchObject([
    { code: "offline.late", message: expect.stringContaining("2026-04-07"), path: "/Faktura/Fa/P_1" },
  ]);
});

it("reckons the deadline anew with each outage: 7 April by the calendar, 17 April after a failure that ended on the 8th", async () => {
  await using rig = await openRig("2026-04-03T12:00:00+02:00");
  await rig.certificate("01F20A5D352AE590");
  const submission = await rig.hand({ number: "FV/1", issueDate: "2026-04-03" }, { mode: "offline24" });
  const { offline } = submission;
  if (offline === undefined) throw new Error("it was issued online");
  const deadline = async () => deadlineOf({ ...submission, offline }, await outagesOf(rig.engine, "acme"));
  expect(await deadline()).toEqual({
    state: "set",
    date: "2026-04-07",
    until: Date.parse("2026-04-08T00:00:00+02:00"),
  });
  rig.setTime("2026-04-07T10:05:00+02:00");
  const startedAt = Date.parse("2026-04-07T10:00:00+02:00");
  const going = { eventId: 1, title: "Awaria", kind: "failure" as const, startedAt };
  await rig.beacon({ status: "FAILURE", outages: [going] });
  expect(await deadline()).toEqual({ state: "open" });
  rig.setTime("2026-04-08T18:00:00+02:00");
  await rig.beacon({
    status: "AVAILABLE",
    outages: [{ ...going, endedAt: Date.parse("2026-04-08T17:00:00+02:00") }],
  });
  expect(await deadline()).toMatchObject({ state: "set", date: "2026-04-17" });
});
