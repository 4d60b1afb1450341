import { join } from "node:path";
import { sampleInvoiceXml } from "@ksef-hub/core/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Files, hub, hubWith, model } from "./cli-rig.ts";

const withoutCurrency = sampleInvoiceXml().replace("<KodWaluty>PLN</KodWaluty>", "");

let files: Files;
beforeAll(async () => {
  files = await Files.open();
});
afterAll(() => files.close());

describe("hub validate", () => {
  it("ends with 0 when every file is valid", async () => {
    const { code, out, err } = await hub("validate", await files.add("good.xml", sampleInvoiceXml()));

    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^✔ .*good\.xml: valid/);
  });

  it("says what is wrong, where and what to do, and ends with 1", async () => {
    const { code, out } = await hub("validate", await files.add("bad.xml", withoutCurrency));

    expect(code).toBe(1);
    expect(out).toMatch(/^✘ .*bad\.xml: 1 error/);
    expect(out).toMatch(/error +FA3-XSD-MISSING +19 +\/Faktura\/Fa +KodWaluty .* is missing/);
    expect(out).toMatch(/^ +→ Add KodWaluty/m);
  });

  it("speaks Polish by --lang and by the locale", async () => {
    const path = await files.add("bad.xml", withoutCurrency);

    const byOption = await hub("validate", "--lang", "pl", path);
    const byLocale = await hubWith({ LANG: "pl_PL.UTF-8" }, "validate", path);

    expect(byOption.out).toMatch(/błąd +FA3-XSD-MISSING .*Brakuje/);
    expect(byLocale).toEqual(byOption);
  });

  it("prints one JSON line a file", async () => {
    const good = await files.add("good.xml", sampleInvoiceXml());
    const bad = await files.add("bad.xml", withoutCurrency);
    const missing = join(files.folder, "missing.xml");

    const { code, out } = await hub("validate", "--json", good, bad, missing);

    expect(code).toBe(2);
    const lines = out.trimEnd().split("\n");
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      { file: good, valid: true, faults: [] },
      {
        file: bad,
        valid: false,
        faults: [
          {
            code: "FA3-XSD-MISSING",
            severity: "error",
            path: "/Faktura/Fa",
            line: 19,
            message: expect.stringContaining("KodWaluty") as string,
          },
        ],
      },
      {
        file: missing,
        valid: false,
        faults: [{ code: "file.unreadable", severity: "error", message: expect.any(String) as string }],
      },
    ]);
  });

  it("judges the other files when one cannot be read, and ends with 2", async () => {
    const good = await files.add("good.xml", sampleInvoiceXml());

    const { code, out, err } = await hub("validate", join(files.folder, "missing.xml"), files.folder, good);

    expect(code).toBe(2);
    expect(out).toMatch(/^✔ .*good\.xml/);
    expect(err.trimEnd().split("\n")).toEqual([
      expect.stringMatching(/missing\.xml: cannot be read: ENOENT/),
      expect.stringMatching(/cannot be read: EISDIR/),
    ]);
  });

  it("makes errors of the warnings named by --strict, and knows production's rules", async () => {
    const wrongDigit = await files.add("nip.xml", sampleInvoiceXml({ sellerNip: "5265877636" }));

    expect((await hub("validate", wrongDigit)).code).toBe(0);
    expect((await hub("validate", "--strict", "FA3-NIP-01", wrongDigit)).code).toBe(1);
    expect((await hub("validate", "--production", wrongDigit)).code).toBe(1);
  });

  it("fills in and judges an invoice in JSON", async () => {
    const good = await files.add("good.json", JSON.stringify(model));
    const bad = await files.add("bad.json", JSON.stringify({ ...model, number: "" }));

    const { code, out } = await hub("validate", "--offline", good, bad);

    expect(code).toBe(1);
    expect(out).toMatch(/^✔ .*good\.json: valid/);
    expect(out).toMatch(/error +model\.invalid +number +This text must have/);
  });

  it("lets no control character through to the terminal", async () => {
    const xml = sampleInvoiceXml().replace(">PLN<", ">\u{202e}P\u{85}N<");
    const path = await files.add("bad\u{1b}[2J.xml", xml);

    const human = await hub("validate", path);
    const json = await hub("validate", "--json", path);

    expect(human.out).toMatch(/FA3-XSD-ENUM/);
    expect(human.out + json.out).not.toMatch(/[[\p{Cc}\p{Cf}]--\n]/v);
    expect(JSON.parse(json.out)).toMatchObject({ file: path, valid: false });
  });
});
