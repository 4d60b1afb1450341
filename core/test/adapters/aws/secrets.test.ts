import { describe, expect, it } from "vitest";
import { Secret } from "../../../src/secret.ts";
import { secretsContract, VirtualClock } from "../../../testing/index.ts";
import { denied, secretsManagerOfBlock } from "./open-secrets.ts";

describe("secrets on Secrets Manager", () => {
  const { aws, open, asked, fail } = secretsManagerOfBlock();

  secretsContract(it, async () => open());

  describe("the least requests", () => {
    it("two for the first put, one for each further one, none to read it here", async () => {
      const secrets = open();
      await secrets.put("least/a", new Secret("one"));
      await secrets.put("least/a", new Secret("two"));
      expect((await secrets.get("least/a"))?.reveal()).toBe("two");
      expect(asked()).toEqual(["PutSecretValue", "CreateSecret", "PutSecretValue"]);
    });

    it("one for any number of readers at once, and none for a minute", async () => {
      const clock = new VirtualClock();
      const secrets = open({ clock });
      await open().put("least/b", new Secret("one"));
      aws().seen.length = 0;
      const reads = await Promise.all(Array.from({ length: 20 }, () => secrets.get("least/b")));
      expect(reads.map((secret) => secret?.reveal())).toEqual(Array(20).fill("one"));
      await clock.advance(59_999);
      await secrets.get("least/b");
      expect(asked()).toEqual(["GetSecretValue"]);
    });

    it("asks each time for what is not there, and again after a failure", async () => {
      const secrets = open();
      expect(await secrets.get("least/c")).toBeUndefined();
      fail("GetSecretValue", denied, 1);
      await expect(secrets.get("least/c")).rejects.toMatchObject({ code: "storage.denied" });
      await open().put("least/c", new Secret("one"));
      expect((await secrets.get("least/c"))?.reveal()).toBe("one");
    });

    it("keeps the 500 youngest values", async () => {
      const secrets = open();
      await open().put("least/d", new Secret("one"));
      await secrets.get("least/d");
      for (let n = 0; n < 499; n++) await secrets.put(`many/${n}`, new Secret("one"));
      aws().seen.length = 0;
      await secrets.get("least/d");
      expect(asked()).toEqual([]);
      await secrets.put("many/499", new Secret("one"));
      aws().seen.length = 0;
      await secrets.get("least/d");
      await secrets.get("many/499");
      expect(asked()).toEqual(["GetSecretValue"]);
    });
  });

  it("puts every secret below the prefix, under the key it is given", async () => {
    const secrets = open({ prefix: "ksef-hub/production", kmsKeyId: "alias/ksef" });
    await secrets.put("tenant/ksef", new Secret("one"));
    expect(aws().seen.at(-1)?.input).toMatchObject({
      Name: "ksef-hub/production/tenant/ksef",
      KmsKeyId: "alias/ksef",
    });
  });

  it("moves AWSCURRENT to the new value and keeps the old one as AWSPREVIOUS", async () => {
    const secrets = open();
    await secrets.put("stages/a", new Secret("one"));
    const before = aws().stages("hub/stages/a");
    await secrets.put("stages/a", new Secret("two"));
    const after = aws().stages("hub/stages/a");
    expect(after["AWSPREVIOUS"]).toBe(before["AWSCURRENT"]);
    expect(after["AWSCURRENT"]).not.toBe(before["AWSCURRENT"]);
  });

  it("refuses a name or a value that Secrets Manager does not take", async () => {
    const secrets = open();
    const longest = `${"n".repeat(200)}/${"n".repeat(200)}/${"n".repeat(512 - 4 - 402)}`;
    await secrets.put(longest, new Secret("one"));
    expect((await open().get(longest))?.reveal()).toBe("one");
    for (const ask of [
      () => secrets.get(`${longest}n`),
      () => secrets.put(`${longest}n`, new Secret("one")),
      () => secrets.delete(`${longest}n`),
    ])
      await expect(ask()).rejects.toMatchObject({ code: "archive.key" });
    await secrets.put("size/a", new Secret("ż".repeat(32_768)));
    for (const value of ["", "ż".repeat(32_769)])
      await expect(secrets.put("size/a", new Secret(value))).rejects.toMatchObject({
        code: "request.invalid",
      });
  });

  describe("when another process changes a secret", () => {
    it("sees that a minute later, and at once when it asks for a fresh one", async () => {
      const clock = new VirtualClock();
      const [here, there] = [open({ clock }), open({ clock })];
      await here.put("rotating/a", new Secret("one"));
      await there.put("rotating/a", new Secret("two"));
      expect((await here.get("rotating/a"))?.reveal()).toBe("one");
      await clock.advance(60_000);
      expect((await here.get("rotating/a"))?.reveal()).toBe("two");
      await there.put("rotating/a", new Secret("three"));
      expect((await here.get("rotating/a", { fresh: true }))?.reveal()).toBe("three");
      expect((await here.get("rotating/a"))?.reveal()).toBe("three");
    });

    it("sees that it is gone a minute later, and that it is there again at once", async () => {
      const clock = new VirtualClock();
      const [here, there] = [open({ clock }), open({ clock })];
      await here.put("gone/a", new Secret("one"));
      await there.delete("gone/a");
      await clock.advance(60_000);
      expect(await here.get("gone/a")).toBeUndefined();
      await there.put("gone/a", new Secret("two"));
      expect((await here.get("gone/a"))?.reveal()).toBe("two");
    });

    it("replaces what the other has created in the same moment", async () => {
      const [here, there] = [open(), open()];
      let first = true;
      aws().fault = async (operation) => {
        if (operation === "CreateSecret" && first) {
          first = false;
          await there.put("race/a", new Secret("theirs"));
        }
        return undefined;
      };
      await here.put("race/a", new Secret("ours"));
      expect((await there.get("race/a", { fresh: true }))?.reveal()).toBe("ours");
      expect(asked().slice(-3)).toEqual(["CreateSecret", "PutSecretValue", "GetSecretValue"]);
    });

    it("does not keep an old value that was being read while a new one was put", async () => {
      const secrets = open();
      await open().put("overtaken/a", new Secret("one"));
      const reading = secrets.get("overtaken/a");
      await secrets.put("overtaken/a", new Secret("two"));
      expect(["one", "two"]).toContain((await reading)?.reveal());
      expect((await secrets.get("overtaken/a"))?.reveal()).toBe("two");
    });
  });
});
