import { describe, expect, it } from "vitest";
import { heldBy } from "../../../src/ksef/certificates/held.ts";
import { enrolOnce, renew, renewalDue } from "../../../src/ksef/certificates/renewal.ts";
import { Fuse, Rig } from "./rig.ts";

const day = 24 * 3600_000;

describe("renewalDue", () => {
  it.each([
    [730, 699, false],
    [730, 700, true],
    [730, 800, true],
    [90, 59, false],
    [90, 60, true],
    [30, 19, false],
    [30, 20, true],
  ])("a certificate of %i days, on day %i: %s", (lives, age, due) => {
    expect(renewalDue({ validFrom: 0, validTo: lives * day }, age * day)).toBe(due);
  });
});

describe("renew", () => {
  it.each(["Authentication", "Offline"] as const)(
    "replaces a certificate when it is due: %s",
    async (type) => {
      const rig = await Rig.open();
      await enrolOnce(await rig.holder(), { type });
      const first = await serialOf(rig, type);

      expect(await renew(await rig.holder(), { type })).toBe(false);
      rig.clock.pass(705 * day);
      expect(await renew(await rig.holder(), { type })).toBe(true);
      expect(await renew(await rig.holder(), { type })).toBe(false);

      const second = await serialOf(rig, type);
      expect(second).not.toBe(first);
      expect(rig.enrolments()).toBe(2);
      const { client, connection } = await rig.holder();
      const { certificates } = await connection.use((access) =>
        client.query({ type, status: "Active" }, { size: 10, offset: 0 }, access),
      );
      expect(certificates.map(({ certificateSerialNumber }) => certificateSerialNumber)).toEqual([
        second,
        first,
      ]);
    },
  );

  it("asks with the present certificate and changes over only after the new one has logged in", async () => {
    const rig = await Rig.open();
    await enrolOnce(await rig.holder(), { type: "Authentication" });
    const first = await serialOf(rig, "Authentication");
    rig.sandbox.faults.add({
      on: { path: "/auth/xades-signature" },
      skip: 1,
      times: 1,
      fault: { kind: "refusal", code: 21115 },
    });

    const order = { type: "Authentication", early: true } as const;
    await expect(renew(await rig.holder(), order)).rejects.toMatchObject({ upstream: { code: 21115 } });
    const between = await heldBy(await rig.holder());
    expect(between).toMatchObject([{ what: "Authentication", serialNumber: first }, { what: "next" }]);

    expect(await renew(await rig.holder(), order)).toBe(true);
    expect(await heldBy(await rig.holder())).toMatchObject([
      { what: "Authentication", serialNumber: between[1]?.what === "next" && between[1].serialNumber },
    ]);
    expect(rig.enrolments()).toBe(2);
  });

  it("finishes an enrolment that was interrupted, due or not", async () => {
    const rig = await Rig.open();
    await enrolOnce(await rig.holder(), { type: "Offline" });
    const fuse = new Fuse("POST /v2/certificates/enrollments");
    await expect(renew(await rig.holder(fuse), { type: "Offline", early: true })).rejects.toMatchObject({
      code: "ksef.unreachable",
    });
    expect(rig.enrolments()).toBe(2);

    expect(await renew(await rig.holder(), { type: "Offline" })).toBe(true);
    expect(rig.enrolments()).toBe(2);
  });

  it("says that there is nothing to renew", async () => {
    const rig = await Rig.open();

    await expect(renew(await rig.holder(), { type: "Offline" })).rejects.toThrow(
      /no Offline certificate to renew/,
    );
  });
});

describe("enrolOnce", () => {
  it.each(["Authentication", "Offline"] as const)("does not ask twice: %s", async (type) => {
    const rig = await Rig.open();

    expect(await enrolOnce(await rig.holder(), { type })).toBe(true);
    expect(await enrolOnce(await rig.holder(), { type })).toBe(false);

    expect(rig.enrolments()).toBe(1);
  });
});

async function serialOf(rig: Rig, type: "Authentication" | "Offline"): Promise<string | undefined> {
  const held = (await heldBy(await rig.holder())).find(({ what }) => what === type);
  return held?.what === "token" ? undefined : held?.serialNumber;
}
