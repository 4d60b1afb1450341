import { X509Certificate } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { enrol } from "../../../src/ksef/certificates/enrol.ts";
import { enrolOnce } from "../../../src/ksef/certificates/renewal.ts";
import { certificateSecret } from "../../../src/ksef/certificates/stored.ts";
import { Fuse, Rig } from "./rig.ts";

/** What a run without a crash does, step by step: a write, or a call to KSeF. */
let steps: string[];
let first: Rig;
beforeAll(async () => {
  const fuse = new Fuse();
  first = await Rig.open();
  await enrolOnce(await first.holder(fuse), { type: "Authentication" });
  steps = fuse.steps;
});

describe("enrol and change over", () => {
  it("store the key and the intent before the request and the reference number after", () => {
    const request = steps.indexOf("POST /v2/certificates/enrollments");

    const before = steps.slice(0, request).filter((step) => !step.includes(" /v2/"));
    expect(before).toEqual([
      "keep acme/enrolment",
      "put certificate-enrolment#Authentication",
      "put certificate-enrolment#Authentication",
    ]);
    expect(steps[request + 1]).toBe("put certificate-enrolment#Authentication");
  });

  it.each(["before", "after"] as const)(
    "go on after a crash %s any step, with one certificate",
    async (when) => {
      for (const [last, step] of steps.entries()) {
        const rig = await first.again();
        const order = { type: "Authentication" } as const;
        const gone = enrolOnce(await rig.holder(new Fuse(last, when)), order);
        await expect(gone, `${when} ${step}`).rejects.toThrow(/gone before|crashed (before|after)/);

        // The next run may find that all was done.
        await enrolOnce(await rig.holder(), order);

        expect(rig.enrolments(), `${when} ${step}`).toBe(1);
        const holder = await rig.holder();
        const { certificates } = await holder.connection.use((access) =>
          holder.client.query({}, { size: 10, offset: 0 }, access),
        );
        expect(certificates).toHaveLength(1);
        expect(await serialOfLogin(rig)).toBe(certificates[0]?.certificateSerialNumber);
        expect(rig.kept.has(certificateSecret("acme", "Authentication"))).toBe(false);
        // A key that was stored and not yet written down was never sent; it stays behind.
        const orphaned = steps.indexOf("keep acme/enrolment") + (when === "after" ? 0 : 1);
        const keys = [...rig.kept.keys()].filter((name) => name.startsWith("acme/enrolment-"));
        expect(keys, `${when} ${step}`).toHaveLength(last === orphaned ? 1 : 0);
      }
    },
  );
});

describe("a request whose answer was lost", () => {
  const enrolments = { method: "POST", path: "/certificates/enrollments" };

  it("is not sent again when KSeF took it: its certificate is found by the key", async () => {
    const rig = await Rig.open();
    rig.sandbox.faults.add({ on: enrolments, times: 1, fault: "html-502-after" });

    await expect(enrol(await rig.holder(), { type: "Offline" })).rejects.toMatchObject({
      code: "ksef.unavailable",
    });
    const { serialNumber } = await enrol(await rig.holder(), { type: "Offline" });

    expect(rig.enrolments() + lost(rig)).toBe(1);
    expect(serialNumber).toMatch(/^[0-9A-F]{16}$/);
  });

  it("is not sent again while KSeF still works on it", async () => {
    const rig = await Rig.open();
    rig.sandbox.faults.add({ on: enrolments, times: 1, fault: "html-502-after" });
    const page = { certificates: [], hasMore: false };
    rig.sandbox.faults.add({ on: { path: "/certificates/query" }, fault: { kind: "merge", patch: page } });
    await expect(enrol(await rig.holder(), { type: "Offline" })).rejects.toMatchObject({
      code: "ksef.unavailable",
    });

    const patience = { patienceMs: 600_000 };
    await expect(enrol(await rig.holder(), { type: "Offline", ...patience })).rejects.toMatchObject({
      code: "ksef.timeout",
    });
    rig.sandbox.faults.clear();
    await enrol(await rig.holder(), { type: "Offline" });

    expect(rig.enrolments() + lost(rig)).toBe(1);
  });

  it("is sent again after a minute when KSeF never took it", async () => {
    const rig = await Rig.open();
    rig.sandbox.faults.add({ on: enrolments, times: 1, fault: "html-502" });
    await expect(enrol(await rig.holder(), { type: "Offline" })).rejects.toMatchObject({
      code: "ksef.unavailable",
    });
    const before = rig.clock.now();

    await enrol(await rig.holder(), { type: "Offline" });

    expect(rig.clock.now() - before).toBeGreaterThanOrEqual(60_000);
    expect(rig.enrolments()).toBe(1);
  });

  it("is given up after a day without a certificate, as it was rejected", async () => {
    const rig = await Rig.open();
    rig.sandbox.faults.add({ on: enrolments, times: 1, fault: "html-502-after" });
    const page = { certificates: [], hasMore: false };
    rig.sandbox.faults.add({ on: { path: "/certificates/query" }, fault: { kind: "merge", patch: page } });
    await expect(enrol(await rig.holder(), { type: "Offline" })).rejects.toMatchObject({
      code: "ksef.unavailable",
    });
    rig.clock.pass(24 * 3600_000);

    await expect(enrol(await rig.holder(), { type: "Offline" })).rejects.toMatchObject({
      code: "ksef.enrolment-failed",
    });
    expect([...rig.kept.keys()]).toEqual(["acme/ksef"]);
  });

  it("is not sent by two at once", async () => {
    const rig = await Rig.open();

    const both = await Promise.allSettled([
      enrol(await rig.holder(), { type: "Offline" }),
      enrol(await rig.holder(), { type: "Offline" }),
    ]);

    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(both.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { code: "storage.unavailable" },
    });
    expect(rig.enrolments()).toBe(1);
    expect([...rig.kept.keys()]).toEqual(["acme/ksef", "acme/ksef-offline"]);
  });

  it("ends when its private key is gone, as a certificate would be of no use", async () => {
    const rig = await Rig.open();
    rig.sandbox.faults.add({ on: enrolments, times: 1, fault: "html-502" });
    await expect(enrol(await rig.holder(), { type: "Offline" })).rejects.toMatchObject({
      code: "ksef.unavailable",
    });
    for (const name of rig.kept.keys()) if (name.startsWith("acme/enrolment-")) rig.kept.delete(name);

    await expect(enrol(await rig.holder(), { type: "Offline" })).rejects.toMatchObject({
      code: "ksef.enrolment-failed",
    });
    await enrol(await rig.holder(), { type: "Offline" });
    expect(rig.enrolments()).toBe(1);
  });
});

/** Requests KSeF took and answered with something else. */
const lost = (rig: Rig): number => {
  const posts = rig.sandbox.ledger
    .requests()
    .filter(
      ({ method, path, status }) => method === "POST" && path.endsWith("/enrollments") && status === 502,
    );
  return posts.length;
};

async function serialOfLogin(rig: Rig): Promise<string | undefined> {
  const credentials = await (await rig.holder()).credentials();
  return credentials.kind === "certificate"
    ? new X509Certificate(credentials.certificatePem).serialNumber
    : undefined;
}
