import { constants, createHash, publicEncrypt, X509Certificate } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Company, type Sandbox } from "../src/index.ts";
import { openKeys, type KsefKeys, type PublishedCertificate } from "../src/keys.ts";
import { openStore } from "../src/store.ts";
import { call, exceptionCode, login, publishedKeys, requestTokenLogin, type Client } from "./client.ts";
import { virtualClock } from "./virtual-clock.ts";

// Expectations: ksef-docs, bezpieczenstwo/klucze-publiczne-do-szyfrowania.md.
const usages = ["KsefTokenEncryption", "SymmetricKeyEncryption"] as const;
const day = 24 * 3600_000;
const clock = virtualClock();
let keys: KsefKeys;

beforeAll(async () => {
  keys = await openKeys(openStore().collection("ksef-key"), clock);
});

describe("the published certificates", () => {
  it("are one valid certificate of the Ministry for each usage, named by hashes of itself and its key", () => {
    const published = keys.published();
    expect(published.map(({ usage }) => usage)).toEqual(usages.map((usage) => [usage]));
    for (const each of published) {
      const certificate = new X509Certificate(Buffer.from(each.certificate, "base64"));
      expect(certificate.subject).toContain("CN=Ministerstwo Finansów");
      expect(each.certificateId).toBe(sha256(certificate.raw));
      expect(each.publicKeyId).toBe(sha256(certificate.publicKey.export({ type: "spki", format: "der" })));
      expect(Date.parse(each.validFrom)).toBeLessThan(clock.now());
      expect(Date.parse(each.validTo)).toBeGreaterThan(clock.now());
    }
  });
});

describe("a rotation", () => {
  it("publishes a new key beside the old one, which stays accepted until it is retired", async () => {
    const old = key("SymmetricKeyEncryption");
    const token = key("KsefTokenEncryption");
    const [made] = await keys.rotate({ usage: "SymmetricKeyEncryption", retireOld: false });
    expect(ids("SymmetricKeyEncryption")).toEqual([old.publicKeyId, made?.publicKeyId]);
    expect(ids("KsefTokenEncryption")).toEqual([token.publicKeyId]);
    // A client prefers the one that is valid from the latest.
    expect(Date.parse(made?.validFrom ?? "")).toBeGreaterThan(Date.parse(old.validFrom));
    expect(knows(old)).toBe(true);
    expect(keys.decrypt("SymmetricKeyEncryption", encrypt(old), undefined)?.toString()).toBe("secret");
    expect(
      keys.decrypt("SymmetricKeyEncryption", encrypt(key("SymmetricKeyEncryption")), undefined),
    ).toBeDefined();

    keys.retireOld("SymmetricKeyEncryption");
    expect(ids("SymmetricKeyEncryption")).toEqual([made?.publicKeyId]);
    expect(knows(old)).toBe(false);
    expect(keys.decrypt("SymmetricKeyEncryption", encrypt(old), undefined)).toBeUndefined();
  });

  it("after an incident retires the old keys of both usages at once", async () => {
    const before = keys.published();
    const made = await keys.rotate({ retireOld: true });
    expect(keys.published()).toEqual(made);
    expect(before.some(knows)).toBe(false);
    expect(made.every(knows)).toBe(true);
  });

  it("announced for later is published, and accepted only then", async () => {
    const validFrom = clock.now() + 30 * day;
    const [later] = await keys.rotate({ usage: "KsefTokenEncryption", retireOld: false, validFrom });
    expect(ids("KsefTokenEncryption")).toContain(later?.publicKeyId);
    expect(later && knows(later)).toBe(false);
    clock.pass(30 * day);
    expect(later && knows(later)).toBe(true);
  });

  it("tells which key bytes were encrypted for when that is named", async () => {
    const old = key("SymmetricKeyEncryption");
    await keys.rotate({ usage: "SymmetricKeyEncryption", retireOld: false });
    const other = key("SymmetricKeyEncryption");
    expect(keys.decrypt("SymmetricKeyEncryption", encrypt(old), old.publicKeyId)?.toString()).toBe("secret");
    expect(keys.decrypt("SymmetricKeyEncryption", encrypt(old), other.publicKeyId)).toBeUndefined();
    expect(keys.knows("KsefTokenEncryption", old.publicKeyId)).toBe(false);
  });
});

describe("keys that are kept", () => {
  it("survive a restart with what was retired, and are replaced once they expired", async () => {
    const data = mkdtempSync(join(tmpdir(), "sandbox-keys-"));
    const open = async (): Promise<{ opened: KsefKeys; close: () => void }> => {
      const store = openStore(data);
      return { opened: await openKeys(store.collection("ksef-key"), clock), close: () => store.close() };
    };
    const first = await open();
    await first.opened.rotate({ usage: "SymmetricKeyEncryption", retireOld: true });
    const published = first.opened.published();
    first.close();
    const second = await open();
    expect(second.opened.published()).toEqual(published);
    second.close();
    clock.pass(731 * day);
    const third = await open();
    const fresh = third.opened.published();
    third.close();
    expect(fresh.map(({ usage }) => usage)).toEqual(usages.map((usage) => [usage]));
    expect(fresh).not.toContainEqual(published[0]);
    expect(fresh).not.toContainEqual(published[1]);
  });
});

describe("clients of a KSeF that rotated its keys", () => {
  const time = virtualClock();
  let sandbox: Sandbox;
  let company: Company;

  beforeAll(async () => {
    sandbox = await createSandbox({ clock: time });
    company = await sandbox.company("5265877635");
  });

  const statusOfSession = async (client: Client, encryption: Record<string, unknown>) => {
    const { reference } = await client.open(encryption);
    time.pass(500);
    return (await client.call("GET", `/sessions/${reference}`)).json.status;
  };

  it("get 21470 for a retired key and are served with the new one", async () => {
    const [token, symmetric] = await publishedKeys(sandbox);
    await sandbox.keys.rotate({ retireOld: true });
    const stale = await requestTokenLogin(sandbox, company, { publicKeyId: token?.publicKeyId });
    expect(exceptionCode(stale)).toBe(21470);
    const client = await login(sandbox, company);
    const encryption = {
      encryptedSymmetricKey: "AAAA",
      initializationVector: Buffer.alloc(16).toString("base64"),
    };
    const answer = await client.call("POST", "/sessions/online", {
      formCode: { systemCode: "FA (3)", schemaVersion: "1-0E", value: "FA" },
      encryption: { ...encryption, publicKeyId: symmetric?.publicKeyId },
    });
    expect(exceptionCode(answer)).toBe(21470);
  });

  it("fail later when they encrypt for it without naming it: 450 for a token, 415 for a session", async () => {
    const [token, symmetric] = (await publishedKeys(sandbox)) as PublishedCertificate[];
    if (token === undefined || symmetric === undefined) throw new Error("no keys");
    const client = await login(sandbox, company);
    await sandbox.keys.rotate({ retireOld: true });
    const started = await requestTokenLogin(sandbox, company, {
      encryptedToken: encrypt(token).toString("base64"),
    });
    const { referenceNumber, authenticationToken } = started.json;
    const authorization = { authorization: `Bearer ${authenticationToken.token}` };
    const status = (await call(sandbox, "GET", `/auth/${referenceNumber}`, undefined, authorization)).json
      .status;
    expect(status).toMatchObject({ code: 450, details: ["Nieprawidłowe szyfrowanie tokena"] });

    expect(
      await statusOfSession(client, { encryptedSymmetricKey: encrypt(symmetric).toString("base64") }),
    ).toEqual({
      code: 415,
      description: "Błąd odszyfrowania dostarczonego klucza",
    });
  });

  it("fail too when they name another key than the one they used", async () => {
    const client = await login(sandbox, company);
    const old = ((await publishedKeys(sandbox)) as PublishedCertificate[])[1];
    const [other] = await sandbox.keys.rotate({ usage: "SymmetricKeyEncryption", retireOld: false });
    if (old === undefined || other === undefined) throw new Error("no keys");
    const encryptedSymmetricKey = encrypt(old, Buffer.alloc(32)).toString("base64");
    const right = { encryptedSymmetricKey, publicKeyId: old.publicKeyId };
    const wrong = { encryptedSymmetricKey, publicKeyId: other.publicKeyId };
    expect((await statusOfSession(client, { encryptedSymmetricKey })).code).toBe(100);
    expect((await statusOfSession(client, right)).code).toBe(100);
    expect((await statusOfSession(client, wrong)).code).toBe(415);
  });
});

/** The newest key of the usage. */
function key(usage: (typeof usages)[number]): PublishedCertificate {
  const newest = keys.published().findLast((each) => each.usage.includes(usage));
  if (newest === undefined) throw new Error(`no key for ${usage}`);
  return newest;
}

function ids(usage: (typeof usages)[number]): string[] {
  return keys
    .published()
    .filter((each) => each.usage.includes(usage))
    .map(({ publicKeyId }) => publicKeyId);
}

const knows = ({ usage, publicKeyId }: PublishedCertificate): boolean =>
  usage.every((each) => keys.knows(each, publicKeyId));

function encrypt({ certificate }: PublishedCertificate, plain = Buffer.from("secret")): Buffer {
  const { publicKey } = new X509Certificate(Buffer.from(certificate, "base64"));
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return publicEncrypt({ key: publicKey, padding, oaepHash: "sha256" }, plain);
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("base64");
