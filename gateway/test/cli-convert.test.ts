import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sampleInvoiceXml } from "@ksef-hub/core/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Files, hub, model } from "./cli-rig.ts";

let files: Files;
beforeAll(async () => {
  files = await Files.open();
});
afterAll(() => files.close());

describe("hub convert", () => {
  it("takes a document to the model and back without loss", async () => {
    const xml = await files.add("one.xml", sampleInvoiceXml({ item: 'Rzeczy "A" &amp; &lt;B>' }));
    const [json, back, again] = ["one.json", "back.xml", "again.json"].map((name) =>
      join(files.folder, name),
    );

    expect(await hub("convert", xml, "--out", json!)).toEqual({ code: 0, out: "", err: "" });
    expect(await hub("convert", json!, "--offline", "--out", back!)).toEqual({ code: 0, out: "", err: "" });
    expect(await hub("convert", back!, "--out", again!)).toEqual({ code: 0, out: "", err: "" });

    const converted = await readFile(json!, "utf8");
    expect(JSON.parse(converted)).toMatchObject({ number: "FV/1", lines: [{ name: 'Rzeczy "A" & <B>' }] });
    expect(await readFile(again!, "utf8")).toBe(converted);
  });

  it("fills in what follows from the rest", async () => {
    const { code, out } = await hub("convert", await files.add("one.json", JSON.stringify(model)));

    expect(code).toBe(0);
    expect(out).toMatch(/^<\?xml .*<P_13_1>100.00<\/P_13_1>.*<P_15>123.00<\/P_15>/s);
  });

  it("lists the paths of what does not fit the model, and writes nothing", async () => {
    const { issueDate: _, ...rest } = model;
    const json = await files.add(
      "bad.json",
      JSON.stringify({ ...rest, lines: [{ name: "x", quantity: 2 }] }),
    );
    const out = join(files.folder, "out.xml");

    const result = await hub("convert", json, "--out", out);

    expect(result).toMatchObject({ code: 1, out: "" });
    expect(result.err).toMatch(/model\.invalid +issueDate +/);
    expect(result.err).toMatch(/model\.invalid +lines\[0\]\.quantity +/);
    await expect(readFile(out)).rejects.toThrow("ENOENT");
  });

  it.each([
    ["bad.json", "{", /model\.invalid +Not JSON/],
    ["bad.xml", sampleInvoiceXml().replace("<P_2>FV/1</P_2>", ""), /FA3-XSD-MISSING .*P_2/],
    ["other.xml", "<Invoice/>", /fa3\.form/],
    ["broken.xml", "<Faktura", /xml\.malformed/],
  ])("refuses %s", async (name, content, reason) => {
    const { code, out, err } = await hub("convert", await files.add(name, content));

    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(reason);
  });

  it("reads a document of FA(2) from before February 2026", async () => {
    const xml = sampleInvoiceXml()
      .replace("2025/06/25/13775", "2023/06/29/12648")
      .replace("FA (3)", "FA (2)")
      .replace(">3</WariantFormularza>", ">2</WariantFormularza>")
      .replace(/<JST>.*<\/GV>/s, "");

    const { code, out, err } = await hub("convert", await files.add("old.xml", xml));
    const wrong = await hub("convert", await files.add("old.xml", xml.replace("<P_2>FV/1</P_2>", "")));

    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(JSON.parse(out)).toMatchObject({ number: "FV/1", amountDue: "123.00" });
    expect(wrong).toMatchObject({ code: 1, out: "" });
    expect(wrong.err).toMatch(/fa3\.schema .*P_2/);
  });

  it("overwrites a file only with --force", async () => {
    const xml = await files.add("one.xml", sampleInvoiceXml());
    const there = await files.add("there.json", "precious");

    const refused = await hub("convert", xml, "--out", there);
    expect(refused).toMatchObject({ code: 2, out: "" });
    expect(refused.err).toContain("there.json exists; --force overwrites it.");
    expect(await readFile(there, "utf8")).toBe("precious");

    expect((await hub("convert", xml, "--out", there, "--force")).code).toBe(0);
    expect(JSON.parse(await readFile(there, "utf8"))).toMatchObject({ number: "FV/1" });
  });

  it("ends with 2 when the file cannot be read", async () => {
    const { code, err } = await hub("convert", join(files.folder, "missing.json"));

    expect(code).toBe(2);
    expect(err).toContain("ENOENT");
  });
});
