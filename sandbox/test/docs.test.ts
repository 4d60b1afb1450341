import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { afterAll, describe, expect, it } from "vitest";
import { place, withScenarios } from "../scripts/scenario-table.ts";
import { createSandbox } from "../src/index.ts";
import { judge } from "./conformance/judge.ts";

const document = readFileSync(place, "utf8");

describe("docs/sandbox.md", () => {
  it("lists the scenarios as sandbox/scripts/scenario-table.ts does", () => {
    expect(withScenarios(document)).toBe(document);
  });
});

describe.skipIf(spawnSync("curl", ["--version"]).status !== 0)("its examples (with curl)", async () => {
  const sandbox = await createSandbox();
  judge(sandbox);
  const url = (await sandbox.listen()).replace(/\/v2$/, "");
  afterAll(() => sandbox.close());

  it.each(examples(document))("$command", async ({ command, answer }) => {
    const { stdout, status } = await run(command.replaceAll("http://localhost:8180", url));
    expect(status).toBe(0);
    expect(stdout).toContain(answer);
  });
});

/** Each command that says what it answers. */
function examples(source: string): { command: string; answer: string }[] {
  const blocks = [...source.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = ""]) => block);
  const found = blocks.flatMap((block) => [...block.matchAll(/^(curl.*?)\n#> ([^\n]*)$/gms)]);
  return found.map(([, command = "", answer = ""]) => ({ command, answer }));
}

/** The sandbox answers in this very process, which therefore must not wait. */
async function run(command: string): Promise<{ stdout: string; status: unknown }> {
  const shell = spawn("sh", ["-c", command], { stdio: ["ignore", "pipe", "inherit"] });
  const [stdout, [status]] = await Promise.all([text(shell.stdout), once(shell, "exit")]);
  return { stdout, status };
}
