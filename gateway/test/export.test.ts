import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { createEngine, submit } from "@ksef-hub/core";
import { embedded } from "@ksef-hub/core/embedded";
import { sampleInvoice } from "@ksef-hub/core/testing";
import { expect, it, onTestFinished } from "vitest";
import { Files, hub, model } from "./cli-rig.ts";

it("writes documents, receipts and sources as files, and a second time the same", async () => {
  const files = await Files.open();
  onTestFinished(() => files.close());
  const data = `${files.folder}/data`;
  const token = await files.add("token", "a-ksef-token\n");
  const company = ["--nip", "5265877635", "--environment", "test", "--token-file", token];
  await hub("tenant", "add", "--data", data, "--id", "acme", ...company);
  const xml = sampleInvoice({ sellerNip: "5265877635", number: "FV/../1:ż" });
  const receipt = Buffer.from("<Potwierdzenie/>");
  const number = "5265877635-20260215-0200A08C7D49-B0";
  let json = "";
  {
    await using ports = await embedded({ folder: data });
    const engine = createEngine({ ports, log: () => undefined });
    const common = { tenant: "acme", mediaType: "application/xml" } as const;
    const { id } = await submit(engine, { ...common, idempotencyKey: "1", content: xml });
    await ports.archive.put("acme/1/upo.xml", receipt);
    const stored = await engine.submissions.get({ tenant: "acme", id });
    if (stored === undefined) throw new Error("not there");
    await engine.submissions.replace(stored, {
      ...stored.value,
      state: "reported",
      ksef: { number },
      receipt: { key: "acme/1/upo.xml", sha256: "", size: receipt.byteLength },
    });
    const content = new TextEncoder().encode(JSON.stringify(model));
    json = (await submit(engine, { ...common, idempotencyKey: "2", mediaType: "application/json", content }))
      .id;
    const lost = sampleInvoice({ sellerNip: "5265877635", number: "LOST" });
    const third = await submit(engine, { ...common, idempotencyKey: "3", content: lost });
    const without = await engine.submissions.get({ tenant: "acme", id: third.id });
    if (without === undefined) throw new Error("not there");
    const document = { ...third.document, key: "acme/lost.xml" };
    await engine.submissions.replace(without, {
      ...without.value,
      document,
      source: { ...third.source, key: "acme/lost.xml" },
    });
  }
  const to = join(files.folder, "out");
  const month = new TextDecoder().decode(xml).match(/<P_1>(\d{4}-\d\d)/)?.[1] ?? "";

  const exported = await hub("export", to, "--data", data, "--tenant", "acme");

  expect(exported.code).toBe(1);
  expect(exported.out).toContain("2 invoices written, 1 not.");
  expect(exported.err).toContain("LOST  The archive has lost a document");
  const folder = join(to, month, `FV-..-1-ż_${number}`);
  expect((await readdir(folder)).toSorted()).toEqual(["invoice.xml", "upo.xml"]);
  expect(Buffer.compare(await readFile(join(folder, "invoice.xml")), xml)).toBe(0);
  expect(await readFile(join(folder, "upo.xml"))).toEqual(receipt);
  expect((await stat(folder)).mode & 0o077).toBe(0);
  const other = join(to, "2026-02", `FV-7_${json}`);
  expect((await readdir(other)).toSorted()).toEqual(["invoice.xml", "source.json"]);

  const again = await hub(
    "export",
    to,
    "--data",
    data,
    "--tenant",
    "acme",
    "--from",
    "2026-02-15",
    "--until",
    "2026-02-15",
  );
  expect(again.out).toContain(`FV-7_${json}`);
  expect((await readdir(folder)).toSorted()).toEqual(["invoice.xml", "upo.xml"]);
});

it.each([
  [["--tenant", "acme"], "Name the one folder to write to."],
  [
    ["out", "--tenant", "acme", "--from", "2026-02-30"],
    '--from is a day such as 2026-02-01, not "2026-02-30".',
  ],
  [["out"], "--tenant is missing."],
])("ends with 2 on wrong usage: %j", async (args, sentence) => {
  const { code, out, err } = await hub("export", ...args, "--data", "x");
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toContain(sentence);
});
