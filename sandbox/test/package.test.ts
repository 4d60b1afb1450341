import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, mkdirSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

it("the npm package runs by itself, with its schemas and scenarios", async () => {
  const folder = join(mkdtempSync(join(tmpdir(), "sandbox-package-")), "node_modules", "ksef-sandbox");
  await promisify(execFile)(process.execPath, [path("../scripts/package.ts"), folder]);
  // Its only dependency, as npm would install it.
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(path("../node_modules/libxml2-wasm"), join(folder, "node_modules", "libxml2-wasm"));

  const bin = join(folder, "lib", "bin", "ksef-sandbox.mjs");
  const child = spawn(process.execPath, [bin, "--port", "0", "--json", "--scenario", "outage-announced"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const { baseUrl } = JSON.parse(line) as { baseUrl: string };
  expect((await fetch(`${baseUrl}/auth/challenge`, { method: "POST" })).status).toBe(503);
  const refused = await fetch(baseUrl.replace(/v2$/, "admin/invoices"), {
    method: "POST",
    body: '<Faktura xmlns="http://crd.gov.pl/wzor/2025/06/25/13775/"/>',
  });
  expect(await refused.text()).toContain("450 Błąd weryfikacji semantyki dokumentu faktury");
  child.kill();
  await once(child, "exit");
});
