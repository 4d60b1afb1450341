import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { HubError } from "../../../src/error.ts";
import { changeOver } from "../../../src/ksef/certificates/change-over.ts";
import { enrol } from "../../../src/ksef/certificates/enrol.ts";
import { certificateSecret, openCertificate } from "../../../src/ksef/certificates/stored.ts";
import { openCredentials } from "../../../src/ksef/credentials.ts";
import { Rig } from "./rig.ts";

const types = ["Authentication", "Offline"] as const;
const day = 24 * 3600_000;

describe("enrol", () => {
  it.each(types.flatMap((type) => (["ec", "rsa"] as const).map((key) => [type, key] as const)))(
    "gets a certificate of type %s with a key of kind %s and keeps it with its key",
    async (type, key) => {
      const rig = await Rig.open();

      const { serialNumber } = await enrol(await rig.holder(), { type, key, name: "Kasa nr 1" });

      const secret = rig.kept.get(certificateSecret("acme", type));
      const kept = openCertificate(secret!);
      const certificate = new X509Certificate(kept.certificatePem);
      expect(certificate.serialNumber).toBe(serialNumber);
      expect(certificate.publicKey.asymmetricKeyType).toBe(key);
      expect(kept).toMatchObject({
        type,
        serialNumber,
        validFrom: Date.parse(certificate.validFrom),
        validTo: Date.parse(certificate.validTo),
      });
      expect(openCredentials(secret)).toMatchObject({
        kind: "certificate",
        certificatePem: kept.certificatePem,
      });
      expect([...rig.kept.keys()]).toEqual(["acme/ksef", certificateSecret("acme", type)]);
      expect(JSON.stringify([...rig.items.values()])).not.toContain("PRIVATE");
      const { connection, client } = await rig.holder();
      const { certificates } = await connection.use((access) =>
        client.query({ type }, { size: 10, offset: 0 }, access),
      );
      expect(certificates).toMatchObject([{ certificateSerialNumber: serialNumber, name: "Kasa nr 1" }]);
    },
  );

  it.each(["ec", "rsa"] as const)("gets a certificate that logs in (%s)", async (key) => {
    const rig = await Rig.open();
    const holder = await rig.holder();
    const { serialNumber } = await enrol(holder, { type: "Authentication", key });

    expect(await changeOver(holder)).toBe(true);

    const { connection, client } = await rig.holder();
    const page = { size: 10, offset: 0 };
    const { certificates } = await connection.use((access) => client.query({}, page, access));
    expect(certificates).toMatchObject([{ certificateSerialNumber: serialNumber }]);
    expect([...rig.kept.keys()]).toEqual(["acme/ksef"]);
  });

  it("is refused to a tenant that logs in by KSeF token, and nothing is sent", async () => {
    const rig = await Rig.open({ byToken: true });

    const refused = enrol(await rig.holder(), { type: "Offline" });

    await expect(refused).rejects.toMatchObject({ code: "ksef.credentials" });
    await expect(refused).rejects.toThrow(/KSeF token.*tenant add/);
    expect(rig.sandbox.ledger.requests()).toEqual([]);
  });

  it.each(["four", "a".repeat(101), "kropka."])("does not send a name KSeF refuses: %s", async (name) => {
    const rig = await Rig.open();

    await expect(enrol(await rig.holder(), { type: "Offline", name })).rejects.toMatchObject({
      code: "request.invalid",
    });
    expect(rig.sandbox.ledger.requests()).toEqual([]);
  });

  it("does not ask when the limits leave nothing, and asks once they do", async () => {
    const rig = await Rig.open();
    const limits = { canRequest: false, certificate: { limit: 100, remaining: 0 } };
    rig.sandbox.faults.add({
      on: { path: "/certificates/limits" },
      times: 1,
      fault: { kind: "merge", patch: limits },
    });

    const refused = enrol(await rig.holder(), { type: "Offline" });
    await expect(refused).rejects.toMatchObject({ code: "ksef.certificate-limit" });
    await expect(refused).rejects.toThrow("All 100 certificates");
    expect(rig.enrolments()).toBe(0);

    await enrol(await rig.holder(), { type: "Offline" });
    expect(rig.enrolments()).toBe(1);
  });

  it.each([
    [25003, "ksef.enrolment-refused"],
    [25004, "ksef.enrolment-refused"],
    [25006, "ksef.certificate-limit"],
    [25007, "ksef.certificate-limit"],
    [25010, "ksef.enrolment-refused"],
    [25011, "ksef.enrolment-refused"],
    [25002, "ksef.credentials"],
    [21405, "ksef.bad-request"],
  ] as const)("ends when KSeF refuses the request with %i, and keeps no key", async (code, meaning) => {
    const rig = await Rig.open();
    const on = { method: "POST", path: "/certificates/enrollments" };
    rig.sandbox.faults.add({ on, times: 1, fault: { kind: "refusal", code } });

    await expect(enrol(await rig.holder(), { type: "Offline" })).rejects.toMatchObject({ code: meaning });

    expect([...rig.kept.keys()]).toEqual(["acme/ksef"]);
    await enrol(await rig.holder(), { type: "Offline" });
    expect(rig.enrolments()).toBe(1);
  });

  it.each([
    ["unauthorized", "ksef.unauthorized"],
    ["too-many-requests", "ksef.rate-limited"],
  ] as const)("keeps key and intent when the request may be sent again: %s", async (kind, code) => {
    const rig = await Rig.open();
    const on = { method: "POST", path: "/certificates/enrollments" };
    rig.sandbox.faults.add({ on, times: 1, fault: { kind } });

    await expect(enrol(await rig.holder(), { type: "Offline" })).rejects.toMatchObject({ code });
    const key = [...rig.kept].find(([name]) => name.startsWith("acme/enrolment-"))?.[1];
    const before = rig.clock.now();
    const { privateKeyPem } = await enrol(await rig.holder(), { type: "Offline" });

    expect(privateKeyPem).toBe(key);
    expect(rig.clock.now() - before).toBeLessThan(5_000);
    expect(rig.enrolments()).toBe(1);
  });

  const rejected = "Klucz publiczny został już certyfikowany przez inny podmiot.";
  it.each([
    [400, "ksef.enrolment-refused", "attention", [rejected]],
    [500, "ksef.enrolment-failed", "retry", null],
    [550, "ksef.enrolment-failed", "retry", ["Przetwarzanie zostało przerwane"]],
  ] as const)("ends with the words of KSeF on the status %i", async (code, meaning, action, details) => {
    const rig = await Rig.open();
    status(rig, { code, description: "Odmowa", details: details && [...details] });

    const failure: unknown = await enrol(await rig.holder(), { type: "Offline" }).catch(
      (error: unknown) => error,
    );

    expect(failure).toBeInstanceOf(HubError);
    expect(failure).toMatchObject({ code: meaning, action });
    expect((failure as HubError).message).toContain(["KSeF: Odmowa", ...(details ?? [])].join(". "));
    expect([...rig.kept.keys()]).toEqual(["acme/ksef"]);
  });

  it("waits on 100 and on a status it does not know, up to its patience, and goes on with the next call", async () => {
    const rig = await Rig.open();
    status(rig, { code: 120, description: "?" });
    const before = rig.clock.now();

    const order = { type: "Offline", patienceMs: 300_000 } as const;
    await expect(enrol(await rig.holder(), order)).rejects.toMatchObject({ code: "ksef.timeout" });
    expect(rig.clock.now() - before).toBeGreaterThan(240_000);
    expect(rig.clock.now() - before).toBeLessThanOrEqual(300_000);
    rig.sandbox.faults.clear();

    await enrol(await rig.holder(), order);
    expect(rig.enrolments()).toBe(1);
  });

  it("finds the certificate when its request can no longer be asked for", async () => {
    const rig = await Rig.open();
    status(rig, { code: 100, description: "Wniosek przyjęty do realizacji" });
    await expect(enrol(await rig.holder(), { type: "Offline" })).rejects.toMatchObject({
      code: "ksef.timeout",
    });
    rig.sandbox.faults.clear();
    rig.clock.pass(31 * day);

    await enrol(await rig.holder(), { type: "Offline" });

    expect(rig.enrolments()).toBe(1);
  });
});

function status(rig: Rig, what: { code: number; description: string; details?: string[] | null }): void {
  const on = { method: "GET", path: "/certificates/enrollments/*" };
  const patch = { status: { details: null, ...what }, certificateSerialNumber: null };
  rig.sandbox.faults.add({ on: { ...on }, skip: 0, fault: { kind: "merge", patch } });
}
