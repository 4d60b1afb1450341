import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Company, Usage } from "./hub.ts";

/** A hub alone in a process of its own, and what it uses. */
export interface HubProcess {
  url: string;
  key: string;
  usage(): Promise<Usage>;
  /** The resident set now and, at most, since the last `forgetPeak`, in bytes. Linux only. */
  memory(): Promise<{ now: number; peak: number }>;
  forgetPeak(): Promise<void>;
  stop(): Promise<void>;
}

export async function startHubProcess(folder: string, company: Company): Promise<HubProcess> {
  const script = fileURLToPath(new URL("hub.ts", import.meta.url));
  const child = fork(script, [folder], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const { url, key } = await ask<{ url: string; key: string }>(child, company);
  return {
    url,
    key,
    usage: () => ask<Usage>(child, "usage"),
    memory: async () => {
      const status = await readFile(`/proc/${child.pid}/status`, "utf8");
      const bytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
      return { now: bytes("VmRSS"), peak: bytes("VmHWM") };
    },
    // Source: proc_pid_clear_refs(5): 5 resets the peak resident set size.
    forgetPeak: () => writeFile(`/proc/${child.pid}/clear_refs`, "5"),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.disconnect();
      await ended;
    },
  };
}

/** Sends and waits for the answer; rejects when the hub ends instead. */
async function ask<Answer>(child: ChildProcess, question: string | Company): Promise<Answer> {
  const over = new AbortController();
  const { signal } = over;
  const gone = once(child, "exit", { signal }).then(([code]) => {
    throw new Error(`The hub ended with ${String(code)}.`);
  });
  const answer = once(child, "message", { signal });
  child.send(question);
  try {
    const [message] = (await Promise.race([answer, gone])) as [Answer];
    return message;
  } finally {
    over.abort();
    await Promise.allSettled([answer, gone]);
  }
}
