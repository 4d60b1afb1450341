import { chmod, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, vi } from "vitest";
import { Secret } from "../../src/secret.ts";
import { secretsContract } from "../../testing/index.ts";
import { openEmbedded, temporaryFolder } from "./folder.ts";

const key = Buffer.alloc(32, 7).toString("base64");
const otherKey = Buffer.alloc(32, 8).toString("base64");

describe("embedded secrets", () => {
  secretsContract(it, async () => (await openEmbedded()).secrets);

  it("keeps them when the folder is opened again, and no file shows the plain text", async () => {
    const folder = await temporaryFolder();
    const before = await openEmbedded({ folder });
    await before.secrets.put("t/ksef", new Secret("the-plain-text"));
    const shown = async () => {
      const names = (await readdir(folder)).filter((name) => name.startsWith("hub"));
      return Buffer.concat(await Promise.all(names.map((name) => readFile(join(folder, name))))).toString(
        "latin1",
      );
    };
    expect(await shown()).toContain("t/ksef");
    expect(await shown()).not.toContain("plain-text");
    await before[Symbol.asyncDispose]();
    expect(await shown()).not.toContain("plain-text");
    const { secrets } = await openEmbedded({ folder });
    expect((await secrets.get("t/ksef"))?.reveal()).toBe("the-plain-text");
  });

  it("says that the key is wrong, and takes a new value under the new key", async () => {
    const folder = await folderWith({ "t/a": "one", "t/b": "two" });
    const { secrets } = await openEmbedded({ folder, key: otherKey });
    const wrong = { code: "secret.key", message: expect.stringContaining("give the hub the key it had") };
    await expect(secrets.get("t/a")).rejects.toMatchObject(wrong);
    await secrets.put("t/a", new Secret("three"));
    expect((await secrets.get("t/a"))?.reveal()).toBe("three");
    await expect(secrets.get("t/b")).rejects.toMatchObject(wrong);
  });

  it("refuses a value that was moved to another name or changed", async () => {
    const folder = await folderWith({ "t/a": "one", "t/b": "two", "t/c": "three", "t/d": "four" });
    tamper(
      folder,
      "UPDATE secrets SET (nonce, ciphertext) = (SELECT nonce, ciphertext FROM secrets WHERE name = 't/a') WHERE name = 't/b'",
    );
    tamper(folder, "UPDATE secrets SET ciphertext = zeroblob(length(ciphertext)) WHERE name = 't/c'");
    tamper(folder, "UPDATE secrets SET ciphertext = x'00' WHERE name = 't/d'");
    const { secrets } = await openEmbedded({ folder, key });
    for (const name of ["t/b", "t/c", "t/d"])
      await expect(secrets.get(name)).rejects.toMatchObject({ code: "secret.key" });
    expect((await secrets.get("t/a"))?.reveal()).toBe("one");
  });

  it("makes a key file for the owner's eyes only, and refuses one that others can read", async () => {
    const folder = await temporaryFolder();
    await (await openEmbedded({ folder }))[Symbol.asyncDispose]();
    const path = join(folder, "secret.key");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(Buffer.from(await readFile(path, "utf8"), "base64")).toHaveLength(32);
    await chmod(path, 0o640);
    const refused = { code: "secret.key", message: expect.stringContaining(`chmod 600 ${path}`) };
    await expect(openEmbedded({ folder })).rejects.toMatchObject(refused);
    await chmod(path, 0o600);
    await openEmbedded({ folder });
  });

  it("does not replace a lost key file while there are secrets", async () => {
    const folder = await temporaryFolder();
    const before = await openEmbedded({ folder });
    await before.secrets.put("t/a", new Secret("one"));
    await before[Symbol.asyncDispose]();
    await rm(join(folder, "secret.key"));
    await expect(openEmbedded({ folder })).rejects.toMatchObject({ code: "secret.key" });
  });

  it("takes the key from the option, then the environment, then the file", async () => {
    const folder = await folderWith({ "t/a": "one" });
    vi.stubEnv("HUB_SECRET_KEY", key);
    try {
      const { secrets, ...ports } = await openEmbedded({ folder });
      expect((await secrets.get("t/a"))?.reveal()).toBe("one");
      await ports[Symbol.asyncDispose]();
      const other = await openEmbedded({ folder, key: otherKey });
      await expect(other.secrets.get("t/a")).rejects.toMatchObject({ code: "secret.key" });
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it("refuses a key that is not 32 bytes, from the option and from the file, and shows nothing of it", async () => {
    const folder = await temporaryFolder();
    for (const bad of ["", "c2hvcnQ=", `${key}${key}`, "not-base64-at-all-not-base64-at-all-not-bas="]) {
      const opened = openEmbedded({ folder, key: bad });
      await expect(opened).rejects.toMatchObject({
        code: "secret.key",
        message: expect.not.stringContaining(bad || "ø"),
      });
    }
    await writeFile(join(folder, "secret.key"), "c2hvcnQ=\n", { mode: 0o600 });
    await expect(openEmbedded({ folder })).rejects.toMatchObject({ code: "secret.key" });
  });
});

async function folderWith(values: Record<string, string>): Promise<string> {
  const folder = await temporaryFolder();
  const ports = await openEmbedded({ folder, key });
  for (const [name, value] of Object.entries(values)) await ports.secrets.put(name, new Secret(value));
  await ports[Symbol.asyncDispose]();
  return folder;
}

function tamper(folder: string, sql: string): void {
  const database = new DatabaseSync(join(folder, "hub.sqlite"));
  database.exec(sql);
  database.close();
}
