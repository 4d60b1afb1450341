import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export interface SandboxProcess {
  sandbox: ChildProcess;
  baseUrl: string;
  nip: string;
  certificatePem: string;
  privateKeyPem: string;
}

/** In a process of its own, as KSeF is: what it computes must not count as the hub's. */
export async function startSandbox(): Promise<SandboxProcess> {
  const script = fileURLToPath(import.meta.resolve("@ksef-hub/sandbox/main"));
  const options = ["--port", "0", "--json", "--processing", "0", "--limits", "off"];
  const sandbox = spawn(process.execPath, [script, ...options], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface({ input: sandbox.stdout }), "line")) as [string];
  return { sandbox, ...(JSON.parse(line) as Omit<SandboxProcess, "sandbox">) };
}
