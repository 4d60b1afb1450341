import { execFileSync, spawnSync } from "node:child_process";
import { webcrypto } from "node:crypto";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { createSandbox } from "../src/index.ts";
import { holder, makeCsr, newKeys, type Holder } from "./certificate-holder.ts";
import { exceptionCode } from "./client.ts";
import { virtualClock } from "./virtual-clock.ts";

// Expectations: the tables of the OpenAPI document under POST /certificates/enrollments.
const nip = "5265877635";
let mine: Holder;

beforeAll(async () => {
  const clock = virtualClock();
  const sandbox = await createSandbox({ clock, limits: "off" });
  mine = await holder(sandbox, clock, await sandbox.company(nip));
});

describe("a CSR is refused", () => {
  it.each([
    ["another name", { organizationName: "Inna" }],
    ["one attribute too few", { countryName: undefined }],
    ["one attribute too many", { givenName: "Jan" }],
    ["an attribute KSeF does not know", { organizationalUnit: "IT" }],
  ])("with %s: 25003", async (_, change) => {
    expect(exceptionCode(await mine.enroll({}, change))).toBe(25003);
  });

  it("when it is unreadable or signed by another key: 25004", async () => {
    const csr = Buffer.from(await makeCsr(await mine.name(), await newKeys()), "base64");
    csr[csr.length - 1]! ^= 1;
    for (const bad of [csr.toString("base64"), "AAAA", "MIIB"])
      expect(exceptionCode(await mine.request(bad))).toBe(25004);
  });

  const publicExponent = new Uint8Array([1, 0, 1]);
  it.each([
    ["RSA 1024", { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 1024, publicExponent }, 25010],
    ["RSA 3072", { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 3072, publicExponent }, 25010],
    ["EC P-384", { name: "ECDSA", namedCurve: "P-384" }, 25010],
    ["Ed25519", { name: "Ed25519" }, 25011],
  ])("for a key %s", async (_, algorithm, code) => {
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    if (!("privateKey" in keys)) throw new TypeError("not a pair of keys");
    const csr = await makeCsr(await mine.name(), keys, algorithm.name);
    expect(exceptionCode(await mine.request(csr))).toBe(code);
  });

  it.each([{ certificateName: "Test" }, { certificateName: "Test;1" }, { certificateType: "Both" }])(
    "with %o: 21405",
    async (change) => {
      expect(exceptionCode(await mine.enroll(change))).toBe(21405);
    },
  );
});

const noOpenssl = spawnSync("openssl", ["version"]).error === undefined ? "" : " (skipped: it is missing)";
describe.skipIf(noOpenssl !== "")(`a CSR made by openssl${noOpenssl}`, () => {
  it.each([
    ["RSA, SHA-1", ["-newkey", "rsa:2048", "-sha1"]],
    ["RSA-PSS, SHA-512", ["-newkey", "rsa:2048", "-sha512", "-sigopt", "rsa_padding_mode:pss"]],
    ["EC, SHA-384", ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-sha384"]],
  ])("is taken: %s", async (_, options) => {
    expect((await mine.request(openssl(options))).status).toBe(202);
  });

  it("is refused with 25011 for SHA-224", async () => {
    expect(exceptionCode(await mine.request(openssl(["-newkey", "rsa:2048", "-sha224"])))).toBe(25011);
  });
});

/** A CSR with the name of the company, in another order. */
function openssl(options: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "sandbox-csr-"));
  const subject = `/C=PL/organizationIdentifier=VATPL-${nip}/O=Firma ${nip} sp. z o.o./CN=Firma ${nip}`;
  const files = ["-keyout", join(folder, "key.pem"), "-out", join(folder, "csr.der"), "-outform", "DER"];
  const common = ["req", "-new", "-nodes", "-utf8", "-subj", subject];
  execFileSync("openssl", [...common, ...options, ...files], { stdio: "pipe" });
  return readFileSync(join(folder, "csr.der")).toString("base64");
}
