import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

describe("the sandbox on the command line", () => {
  it("says in its first line, with --json, where it is and how to log in; and ends when told", async () => {
    const { child, lines } = start("--port", "0", "--json", "--nip", "9999999999");
    const { value } = await lines.next();
    const told = JSON.parse(value ?? "") as Record<string, string>;
    expect(Object.keys(told)).toEqual(["baseUrl", "nip", "ksefToken", "certificatePem", "privateKeyPem"]);
    expect(told["nip"]).toBe("9999999999");
    const answer = await fetch(`${told["baseUrl"]}/auth/challenge`, { method: "POST" });
    expect(await answer.json()).toMatchObject({ clientIp: "127.0.0.1" });
    child.kill("SIGTERM");
    expect((await once(child, "exit"))[0]).toBe(0);
  });

  it("answers as often as it is asked with --limits off", async () => {
    const { child, lines } = start("--port", "0", "--json", "--limits", "off");
    const { baseUrl } = JSON.parse((await lines.next()).value ?? "") as { baseUrl: string };
    const challenge = () => fetch(`${baseUrl}/auth/challenge`, { method: "POST" });
    const answers = await Promise.all(Array.from({ length: 100 }, challenge));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    child.kill("SIGTERM");
    await once(child, "exit");
  });

  it("tells a person the address, the token and where the certificate is", async () => {
    const data = join(mkdtempSync(join(tmpdir(), "sandbox-main-")), "data");
    const { child, lines } = start("--port", "0", "--data", data);
    let text = "";
    for await (const line of lines) {
      text += `${line}\n`;
      if (line.includes("Ctrl+C")) break;
    }
    expect(text).toMatch(/listening at http:\/\/127\.0\.0\.1:\d+\/v2/);
    expect(text).toContain("KSeF token");
    expect(text).toContain("/auth/challenge");
    expect(existsSync(join(data, "5265877635", "rsa-key.pem"))).toBe(true);
    child.kill("SIGINT");
    expect((await once(child, "exit"))[0]).toBe(0);
  });

  it("plays a scenario from the start, by its name or from a file", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "sandbox-main-")), "mine.json");
    writeFileSync(file, JSON.stringify({ description: "mine", faults: ["json-418"] }));
    for (const [scenario, status] of [
      ["outage-announced", 503],
      [file, 418],
    ] as const) {
      const { child, lines } = start("--port", "0", "--json", "--seed", "mine", "--scenario", scenario);
      const { baseUrl } = JSON.parse((await lines.next()).value ?? "") as { baseUrl: string };
      expect((await fetch(`${baseUrl}/auth/challenge`, { method: "POST" })).status).toBe(status);
      const state = await fetch(`${baseUrl.replace("/v2", "")}/admin/state`);
      expect(await state.json()).toMatchObject({ seed: "mine", companies: ["5265877635"] });
      child.kill("SIGTERM");
      expect((await once(child, "exit"))[0]).toBe(0);
    }
  });

  it.each([
    ["--scenario", "no-such", 'There is no scenario "no-such". There are: '],
    ["--port", "many", '--port "many" is not a port number'],
    ["--nip", "12", '--nip "12" is not a NIP'],
    ["--limits", "some", '--limits "some" is neither production nor off.'],
    ["--profile", "demo", '--profile "demo" is neither test nor production.'],
    ["--what", "x", "Unknown option '--what'"],
  ])("refuses %s %s in a sentence", (option, value, sentence) => {
    const { status, stderr } = spawnSync(process.execPath, [main, option, value], { encoding: "utf8" });
    expect(status).toBe(2);
    expect(stderr).toContain(sentence);
    expect(stderr).not.toContain("    at ");
  });
});

function start(...options: string[]) {
  const child = spawn(process.execPath, [main, ...options], { stdio: ["ignore", "pipe", "inherit"] });
  return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() };
}
