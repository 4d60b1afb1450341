import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** What `process.ts` does in a process of its own, and the lines it writes. Killed at the latest when the test ends. */
export function startProcess(task: "hold" | "write" | "lease", folder: string) {
  const script = fileURLToPath(new URL("process.ts", import.meta.url));
  const child = spawn(process.execPath, [script, task, folder], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "close");
  const kill = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  onTestFinished(kill);
  return { lines: createInterface({ input: child.stdout })[Symbol.asyncIterator](), kill };
}
