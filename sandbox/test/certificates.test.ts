import { webcrypto } from "node:crypto";
import "reflect-metadata";
import { PemConverter } from "@peculiar/x509";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createSandbox, type Company, type Sandbox } from "../src/index.ts";
import type { Signer } from "./auth-request.ts";
import { holder, holderWith, makeCsr, newKeys, startSigned, type Holder } from "./certificate-holder.ts";
import { bearer, call, exceptionCode, login, type AnswerBody } from "./client.ts";
import { virtualClock } from "./virtual-clock.ts";

// Expectations: ksef-docs, certyfikaty-KSeF.md, and the tables of the OpenAPI document under /certificates.
const day = 24 * 3600_000;
const clock = virtualClock();
let nip = "5265877635";
let sandbox: Sandbox;
let company: Company;
let mine: Holder;

beforeAll(async () => {
  sandbox = await createSandbox({ clock, limits: "off" });
});

beforeEach(async () => {
  nip = String(Number(nip) + 1);
  company = await sandbox.company(nip);
  mine = await holder(sandbox, clock, company);
});

describe("the certificates of a subject", () => {
  it("are listed newest first, by page and by filter", async () => {
    for (let number = 1; number <= 12; number += 1) {
      const certificateType = number === 5 ? "Offline" : "Authentication";
      await mine.enrolled({ certificateName: `Serial ${number}`, certificateType });
    }
    const page = async (at: number): Promise<{ certificates: { name: string }[]; hasMore: boolean }> =>
      JSON.parse((await mine.client.call("POST", `/certificates/query?pageOffset=${at}`)).text);
    const pages = await Promise.all([page(0), page(1), page(2)]);
    expect(pages.map(({ hasMore }) => hasMore)).toEqual([true, false, false]);
    expect(pages.flatMap(({ certificates }) => certificates.map(({ name }) => name))).toEqual(
      Array.from({ length: 12 }, (_, at) => `Serial ${12 - at}`),
    );
    const [offline, ...more] = await mine.query({ type: "Offline", status: "Active", name: "ial 5" });
    expect(more).toEqual([]);
    expect(offline).toMatchObject({
      name: "Serial 5",
      commonName: `Firma ${nip}`,
      subjectIdentifier: { type: "Nip", value: nip },
      lastUseDate: null,
    });
    const certificateSerialNumber = offline?.["certificateSerialNumber"];
    expect(await mine.query({ certificateSerialNumber })).toEqual([offline]);
    expect((await mine.query({ expiresAfter: offline?.["validTo"] })).length).toBeLessThan(8);
    expect(exceptionCode(await mine.client.call("POST", "/certificates/query?pageSize=51", {}))).toBe(21405);
  });

  it("are retrieved with their names and types", async () => {
    const serial = await mine.enrolled({ certificateName: "Żółty", certificateType: "Offline" });
    const { text } = await mine.client.call("POST", "/certificates/retrieve", {
      certificateSerialNumbers: [serial, "0123456789ABCDEF"],
    });
    const certificate = (await mine.retrieve(serial)).raw.toString("base64");
    expect(JSON.parse(text)).toEqual({
      certificates: [
        {
          certificate,
          certificateName: "Żółty",
          certificateSerialNumber: serial,
          certificateType: "Offline",
        },
      ],
    });
  });

  it("are blocked while they are being revoked, and revoked once", async () => {
    const serial = await mine.enrolled();
    expect(exceptionCode(await mine.revoke(serial, { revocationReason: "Whim" }))).toBe(21405);
    expect((await mine.revoke(serial, { revocationReason: "KeyCompromise" })).status).toBe(204);
    expect(await mine.query({ status: "Blocked" })).toHaveLength(1);
    expect(exceptionCode(await mine.revoke(serial))).toBe(25009);
    clock.pass(500);
    expect(await mine.query({ status: "Revoked" })).toHaveLength(1);
    expect(exceptionCode(await mine.revoke("0123456789ABCDEF"))).toBe(25008);
  });

  it("can be made to end earlier, never later", async () => {
    const serial = await mine.enrolled();
    const end = (validTo: string) => mine.client.call("PUT", `/testdata/certificates/${serial}`, { validTo });
    expect(exceptionCode(await end("2040-01-01T00:00:00Z"))).toBe(21405);
    expect((await end("2026-03-02T10:00:00Z")).status).toBe(200);
    expect(await mine.query({ status: "Expired" })).toMatchObject([
      { validTo: "2026-03-02T10:00:00.000+00:00" },
    ]);
    expect(exceptionCode(await mine.revoke(serial))).toBe(25009);
  });

  it("are the same for a login with a KSeF token, which cannot change them", async () => {
    const serial = await mine.enrolled();
    const csr = await makeCsr(await mine.name(), await newKeys());
    const { client, ...token } = holderWith(await login(sandbox, company), clock);
    expect(await token.query({})).toMatchObject([{ certificateSerialNumber: serial }]);
    expect(exceptionCode(await client.call("GET", "/certificates/enrollments/data"))).toBe(25001);
    expect(exceptionCode(await token.request(csr))).toBe(25002);
    const refused = await token.revoke(serial, {});
    expect([refused.status, JSON.parse(refused.text)]).toEqual([
      403,
      expect.objectContaining({
        reasonCode: "auth-method-not-allowed",
        security: { authenticationMethodCategory: "Token" },
      }),
    ]);
  });
});

describe("a login with a certificate of KSeF", () => {
  it("works, is its last use, and may ask for the next one", async () => {
    const keys = await newKeys();
    const serial = await mine.enrolled({}, keys);
    const signer = await signerOf(serial, keys);
    clock.pass(1000);
    const again = await holder(sandbox, clock, { nip, ...signer });
    expect(await again.query({})).toMatchObject([
      { certificateSerialNumber: serial, lastUseDate: iso(clock.now()) },
    ]);
    expect((await again.enroll()).status).toBe(202);
  });

  it("is refused for offline invoices, before it is valid and after it has ended", async () => {
    const keys = await newKeys();
    const serials = [
      await mine.enrolled({ certificateType: "Offline" }, keys),
      await mine.enrolled({ validFrom: iso(clock.now() + day) }, keys),
      await mine.enrolled({}, keys),
    ];
    const end = `/testdata/certificates/${serials[2]}`;
    await mine.client.call("PUT", end, { validTo: iso(clock.now()) });
    const verdicts = await Promise.all(serials.map((serial) => verdict(serial, keys)));
    expect(verdicts.map(({ code, details }) => [code, details])).toEqual([
      [460, ["Niepoprawny certyfikat"]],
      [460, ["Nieważny certyfikat"]],
      [460, ["Nieważny certyfikat"]],
    ]);
  });

  it("is refused once it is blocked, then revoked, which is no use of it", async () => {
    const keys = await newKeys();
    const serial = await mine.enrolled({}, keys);
    await mine.revoke(serial);
    expect(await verdict(serial, keys)).toMatchObject({ code: 460, details: ["Certyfikat zawieszony"] });
    clock.pass(500);
    expect(await verdict(serial, keys)).toMatchObject({ code: 460, details: ["Certyfikat odwołany"] });
    expect(await mine.query({})).toMatchObject([{ lastUseDate: null }]);
  });
});

const iso = (at: number): string => new Date(at).toISOString().replace("Z", "+00:00");

async function signerOf(serial: string, { privateKey }: webcrypto.CryptoKeyPair): Promise<Signer> {
  const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", privateKey);
  return {
    certificatePem: (await mine.retrieve(serial)).toString(),
    privateKeyPem: PemConverter.encode(pkcs8, "PRIVATE KEY"),
  };
}

/** What becomes of a login with this certificate. */
async function verdict(serial: string, keys: webcrypto.CryptoKeyPair): Promise<AnswerBody["status"]> {
  const started = (await startSigned(sandbox, { nip, ...(await signerOf(serial, keys)) })).json;
  const token = bearer(started.authenticationToken.token);
  return (await call(sandbox, "GET", `/auth/${started.referenceNumber}`, undefined, token)).json.status;
}
