import { join } from "node:path";
import { judge } from "../../sandbox/test/conformance/judge.ts";
import { createSandbox, type Sandbox } from "@ksef-hub/sandbox";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Files, hub, type Ended } from "./cli-rig.ts";

const nip = "5265877635";
let files: Files;
let sandbox: Sandbox;
let data: string;

beforeAll(async () => {
  files = await Files.open();
  data = join(files.folder, "data");
  sandbox = await createSandbox({ limits: "off", processing: { acceptedMs: 0, processingMs: 0 } });
  judge(sandbox);
  const environment = await sandbox.listen(0);
  const { certificatePem, privateKeyPem, ksefToken } = await sandbox.company(nip);
  const certificate = await files.add("certificate.pem", certificatePem);
  const key = await files.add("key.pem", privateKeyPem);
  const token = await files.add("token", ksefToken);
  const company = ["--data", data, "--nip", nip, "--environment", environment];
  await hub("tenant", "add", ...company, "--id", "acme", "--certificate", certificate, "--key", key);
  await hub("tenant", "add", ...company, "--id", "by-token", "--token-file", token);
});
afterAll(async () => {
  await sandbox.close();
  await files.close();
});

const certificate = (action: string, tenant: string, ...more: string[]): Promise<Ended> =>
  hub("certificate", action, "--data", data, "--tenant", tenant, ...more);

describe("hub certificate", () => {
  it("enrols both types, lists them and renews one", async () => {
    const login = await certificate("enrol", "acme", "--key", "rsa", "--name", "Logowanie 1");
    const offline = await certificate("enrol", "acme", "--type", "offline");
    const again = await certificate("enrol", "acme", "--type", "offline");
    const notYet = await certificate("renew", "acme", "--type", "offline");
    const renewed = await certificate("renew", "acme", "--type", "offline", "--now");
    const listed = await certificate("list", "acme", "--json");

    expect(login).toMatchObject({ code: 0, err: "" });
    expect(login.out).toMatch(/^login\t[0-9A-F]{16}\tuntil 20\d\d-\d\d-\d\d\t73\d days left\n$/);
    expect(offline.out).toMatch(/^login\t.*\noffline\t[0-9A-F]{16}\tuntil /);
    expect(again).toMatchObject({ code: 0, out: offline.out });
    expect(again.err).toContain('There is one already; "certificate renew" replaces it.');
    expect(notYet).toMatchObject({ code: 0, out: offline.out });
    expect(notYet.err).toContain("It is not time to renew it yet; --now does it anyway.");
    expect(renewed).toMatchObject({ code: 0, err: "" });
    const held = JSON.parse(listed.out) as Record<string, unknown>[];
    expect(held).toMatchObject([
      { what: "Authentication", severity: "none", validTo: expect.stringMatching(/^20.*Z$/) },
      { what: "Offline", severity: "none" },
    ]);
    expect(login.out).toContain(String(held[0]?.["serialNumber"]));
    expect(renewed.out).toContain(String(held[1]?.["serialNumber"]));
    expect(offline.out).not.toContain(String(held[1]?.["serialNumber"]));
  });

  it("says that a company that logs in by KSeF token cannot enrol, and when its token ends", async () => {
    const refused = await certificate("enrol", "by-token");
    const listed = await certificate("list", "by-token");

    expect(refused).toMatchObject({ code: 2, out: "" });
    expect(refused.err).toMatch(/by-token logs in by KSeF token.*"tenant add"/);
    expect(listed.out).toMatch(/^KSeF token\t-\tuntil 2026-12-31\t/);
  });

  it("says what KSeF has against it", async () => {
    const on = { method: "POST", path: "/certificates/enrollments" };
    sandbox.faults.add({ on, times: 1, fault: { kind: "refusal", code: 25007 } });

    const { code, err } = await certificate("enrol", "acme", "--type", "authentication", "--json");
    // The login certificate of the first test does, so nothing is asked for.
    expect({ code, err }).toMatchObject({ code: 0 });
    const early = await certificate("renew", "acme", "--now");

    expect(early.code).toBe(2);
    expect(early.err).toMatch(/KSeF issues no more certificates.*Revoke a certificate/s);
  });

  it.each([
    [["--tenant", "nobody"], "There is no tenant nobody."],
    [["--tenant", "acme", "--type", "both"], '--type is authentication or offline, not "both".'],
    [["--tenant", "acme", "--key", "dsa"], '--key is ec or rsa, not "dsa".'],
    [["--tenant", "acme", "--name", "a.b.c.", "--type", "offline", "--now"], "Unknown option '--now'"],
    [[], "--tenant is missing."],
  ])("ends with 2 on wrong usage: %j", async (args, sentence) => {
    const { code, out, err } = await hub("certificate", "enrol", "--data", data, ...args);

    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(sentence);
  });
});
