import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { sampleInvoiceXml } from "@ksef-hub/core/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const entry = fileURLToPath(new URL("../src/node.ts", import.meta.url));
const ksefNumber = /\d{10}-\d{8}-[0-9A-F]{12}-[0-9A-F]{2}/g;

describe("the demo", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "ksef-demo-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("takes its invoices through KSeF, and again on the same folder with the same key", async () => {
    const first = await demo();

    expect(first).toMatchObject({ code: 0, err: "" });
    expect(new Set(first.out.match(ksefNumber)).size).toBe(8);
    expect(first.out).toContain("8 of 8 invoices have their KSeF number");
    for (const [, path = ""] of first.out.matchAll(/Files {2}(\S+)/g)) expect(existsSync(path)).toBe(true);

    const second = await demo();

    expect(second).toMatchObject({ code: 0, err: "" });
    expect(second.out).toContain("8 invoices of earlier runs");
    expect(new Set(`${first.out}${second.out}`.match(ksefNumber)).size).toBe(16);
    expect(keyIn(second.out)).toBe(keyIn(first.out));
  });

  it("takes invoices from files, for the company that is their seller; the same file again is the same invoice", async () => {
    const file = await invoiceFile("one.xml", "9990045695");

    const first = await demo(file);
    const second = await demo(file, await copyOf(file, "copy.xml"));

    expect(first).toMatchObject({ code: 0, err: "" });
    expect(first.out).toMatch(/one\.xml \(T\/1\) +reported +9990045695-/);
    expect(keyIn(first.out)).toMatch(/^hub_9990045695_/);
    expect(second.code).toBe(0);
    expect(new Set(second.out.match(ksefNumber))).toEqual(new Set(first.out.match(ksefNumber)));
  });

  it("says why a file did not go through, takes the others through and ends with 1", async () => {
    const good = await invoiceFile("good.xml", "5265877635");
    const broken = join(folder, "broken.xml");
    await writeFile(broken, "<Faktura>");

    const { code, out, err } = await demo(good, broken, join(folder, "missing.xml"));

    expect(code).toBe(1);
    expect(out).toMatch(/good\.xml \(T\/1\) +reported/);
    expect(err).toMatch(/^broken\.xml is refused: The document is not well-formed XML/m);
    expect(err).toMatch(/^missing\.xml is refused: The file cannot be read: ENOENT/m);
  });

  it("ends with 1 when KSeF says no", async () => {
    const first = await invoiceFile("first.xml", "5265877635");
    const other = await invoiceFile("other.xml", "5265877635", "Same number, other content");

    expect((await demo(first)).code).toBe(0);
    const { code, err } = await demo(other);

    expect(code).toBe(1);
    expect(err).toMatch(/^other\.xml \(T\/1\) is held: KSeF holds another document/m);
  });

  it("takes another port when its own is taken", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const file = await invoiceFile("one.xml", "5265877635");

    const { code, out } = await run("--once", "--demo-data", folder, "--port", String(port), file);
    await new Promise((resolve) => server.close(resolve));

    expect(code).toBe(0);
    expect(out).toContain(`Port ${port} is in use: the API takes another one.`);
  });

  it.each([
    [["--onec"], "Unknown option '--onec'"],
    [["--port", "many"], '"many" is not a port'],
    [["--data", "somewhere", "--once"], "belong to the demo"],
  ])("refuses wrong arguments in a sentence: %j", async (args, sentence) => {
    const { code, err } = await run(...args);

    expect(code).toBe(2);
    expect(err).toContain(sentence);
    expect(err.trim().split("\n")).toHaveLength(1);
  });

  const demo = (...files: string[]) => run("--once", "--port", "0", "--demo-data", folder, ...files);

  async function invoiceFile(name: string, nip: string, item = "Rzecz"): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, sampleInvoiceXml({ sellerNip: nip, number: "T/1", item }));
    return path;
  }

  async function copyOf(file: string, name: string): Promise<string> {
    await copyFile(file, join(folder, name));
    return join(folder, name);
  }
});

const keyIn = (out: string): string => /hub_\S+/.exec(out)?.[0] ?? "";

function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { HUB_DATA: _, HUB_PORT: __, ...env } = process.env;
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [entry, ...args], { env }, (_error, out, err) => {
      resolve({
        code: child.exitCode ?? -1,
        out: stripVTControlCharacters(out),
        err: stripVTControlCharacters(err),
      });
    });
  });
}
