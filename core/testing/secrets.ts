import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import type { Secrets } from "../src/ports.ts";
import { Secret } from "../src/secret.ts";
import type { It } from "./it.ts";

/**
 * What every `Secrets` must do: give back the very text, undefined for what is missing, replace in one step, delete,
 * keep names apart, refuse what is not a name, and never give a value a text form. `open` may give the same store each
 * time and need not clear it: every test works under names of its own.
 */
export function secretsContract(it: It, open: () => Promise<Secrets>): void {
  it("gives back the value, and undefined for what it does not have", async () => {
    const secrets = await open();
    const name = unused();
    assert.equal(await secrets.get(name), undefined);
    await secrets.put(name, new Secret("token"));
    assert.equal(await reveal(secrets, name), "token");
    assert.equal(await secrets.get(`${name}.other`), undefined);
  });

  it("keeps any text: non-ASCII, line ends, JSON, 20 KB", async () => {
    const secrets = await open();
    const name = unused();
    for (const text of [
      " Zażółć gęślą jaźń 🧾 ",
      "-----BEGIN\r\nKEY-----\n",
      '{"a":"\\u0000"}',
      "x".repeat(20_000),
    ]) {
      await secrets.put(name, new Secret(text));
      assert.equal(await reveal(secrets, name), text);
    }
  });

  it("replaces a value in one step: a reader sees the old or the new one", async () => {
    const secrets = await open();
    const name = unused();
    const [old, fresh] = ["a".repeat(5000), "b".repeat(9000)];
    await secrets.put(name, new Secret(old));
    const reads = Array.from({ length: 10 }, () => reveal(secrets, name));
    const write = secrets.put(name, new Secret(fresh));
    for (const seen of await Promise.all([...reads, reveal(secrets, name)]))
      assert.ok(seen === old || seen === fresh);
    await write;
    assert.equal(await reveal(secrets, name), fresh);
  });

  it("forgets what is deleted, takes it again, and does not mind deleting nothing", async () => {
    const secrets = await open();
    const [name, other] = [unused(), unused()];
    await secrets.delete(name);
    await secrets.put(name, new Secret("first"));
    await secrets.put(other, new Secret("stays"));
    await secrets.delete(name);
    assert.equal(await secrets.get(name), undefined);
    assert.equal(await reveal(secrets, other), "stays");
    await secrets.put(name, new Secret("second"));
    assert.equal(await reveal(secrets, name), "second");
  });

  it("keeps names apart that differ in case, or where one begins with the other", async () => {
    const secrets = await open();
    const name = unused();
    const names = [name, `${name}/ksef`, `${name}/KSEF`, `${name}/ksef.old`];
    for (const each of names) await secrets.put(each, new Secret(`value of ${each}`));
    for (const each of names) assert.equal(await reveal(secrets, each), `value of ${each}`);
  });

  it("gives a value no text form", async () => {
    const secrets = await open();
    const name = unused();
    await secrets.put(name, new Secret("plain-text"));
    const secret = await secrets.get(name);
    assert.ok(secret !== undefined);
    for (const text of [String(secret), JSON.stringify({ secret }), inspect(secret, { showHidden: true })])
      assert.doesNotMatch(text, /plain-text/);
  });

  it("refuses what is not a name", async () => {
    const secrets = await open();
    for (const name of ["", "/a", "a/", "a//b", "../a", "a/./b", "a b", "ż", "k/".repeat(512) + "k"]) {
      await assert.rejects(secrets.put(name, new Secret("x")), { code: "archive.key" });
      await assert.rejects(secrets.get(name), { code: "archive.key" });
      await assert.rejects(secrets.delete(name), { code: "archive.key" });
    }
  });
}

function unused(): string {
  return `contract/${randomUUID()}`;
}

async function reveal(secrets: Secrets, name: string): Promise<string | undefined> {
  return (await secrets.get(name))?.reveal();
}
