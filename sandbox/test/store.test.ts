import { mkdtempSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createSandbox } from "../src/index.ts";
import { openStore } from "../src/store.ts";
import { clientWith, login, publishedKeys, sha256 } from "./client.ts";
import { invoiceXml } from "./invoice.ts";
import { virtualClock } from "./virtual-clock.ts";

const folder = (): string => join(mkdtempSync(join(tmpdir(), "sandbox-store-")), "data");

describe("a sandbox started again on the same folder", () => {
  it("knows its keys, companies, tokens, sessions and invoices", async () => {
    const clock = virtualClock();
    const data = folder();
    const before = await createSandbox({ clock, data });
    const company = await before.company("5265877635");
    const client = await login(before, company);
    const session = await client.open();
    const xml = invoiceXml({ number: "FV/1" });
    const reference = await client.send(session, xml);
    const keys = await publishedKeys(before);
    await before.close();

    const after = await createSandbox({ clock, data });
    expect(await after.company("5265877635")).toEqual(company);
    expect(await publishedKeys(after)).toEqual(keys);
    expect(after.ledger.accepted()).toMatchObject([{ number: "FV/1", sha256: sha256(xml), posts: 1 }]);
    const again = clientWith(after, client.token);
    clock.pass(500);
    expect((await again.invoice(session, reference)).json.status.code).toBe(200);
    const second = await again.send(session, invoiceXml({ number: "FV/1" }));
    clock.pass(500);
    expect((await again.invoice(session, second)).json).toMatchObject({
      ordinalNumber: 2,
      status: { code: 440 },
    });
    await after.close();
  });

  it("is not started while another uses the folder", async () => {
    const data = folder();
    const first = await createSandbox({ data });
    await expect(createSandbox({ data })).rejects.toThrow("is another sandbox using it?");
    await first.close();
  });

  it("keeps the folder to its owner", async () => {
    const data = folder();
    await (await createSandbox({ data })).close();
    expect(statSync(data).mode & 0o777).toBe(0o700);
  });
});

describe("a store", () => {
  it("undoes on disk what was written before a failure, and keeps the order of the first write", () => {
    const data = folder();
    const store = openStore(data);
    const records = store.collection<number>("record");
    records.set("b", 1);
    records.set("a", 2);
    records.set("b", 3);
    const fail = (): never =>
      store.atomically(() => {
        records.set("c", 4);
        throw new Error("in the middle");
      });
    expect(fail).toThrow("in the middle");
    records.delete("a");
    store.close();
    const again = openStore(data);
    expect([...again.collection<number>("record").entries()]).toEqual([["b", 3]]);
    again.close();
  });
});
