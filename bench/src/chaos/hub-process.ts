import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A hub in a process of its own, which starts again on the same storage whenever it was killed. */
export interface HubProcess {
  /** Where the API is; undefined while the hub is dead or starting. */
  readonly url: string | undefined;
  /** Starts it; resolves at once. */
  start(): void;
  /** Resolves when the API answers, or when the process has ended. */
  listening(): Promise<void>;
  /** SIGKILL, wherever it is. Resolves when nothing of it runs any more. */
  kill(): Promise<void>;
  /** How often it ended by itself, which it never should. */
  readonly crashes: number;
}

/** `settings` of its environment say where it keeps everything; `logFile` gets what all of its lives say on stderr. */
export function hubProcess(settings: Record<string, string>, logFile: string): HubProcess {
  let child: ChildProcess | undefined;
  let url: string | undefined;
  let listening = Promise.resolve();
  let crashes = 0;
  let restart: NodeJS.Timeout | undefined;
  const isKilled = new WeakSet<ChildProcess>();

  const start = (): void => {
    clearTimeout(restart);
    const log = openSync(logFile, "a");
    const born = spawn(process.execPath, [...process.execArgv, script], {
      env: { ...process.env, ...settings },
      stdio: ["pipe", "pipe", log],
    });
    closeSync(log);
    child = born;
    listening = new Promise((resolve) => {
      createInterface({ input: born.stdout! }).once("line", (line) => {
        if (child === born && !isKilled.has(born)) url = line;
        resolve();
      });
      born.once("exit", () => {
        if (child === born) url = undefined;
        resolve();
        if (isKilled.has(born)) return;
        crashes += 1;
        // As an operator's supervisor would, after a moment.
        if (crashes <= mostCrashes) restart = setTimeout(start, 200);
      });
    });
  };

  return {
    start,
    listening: () => listening,
    get url() {
      return url;
    },
    get crashes() {
      return crashes;
    },
    kill: async () => {
      clearTimeout(restart);
      const doomed = child;
      if (doomed === undefined || isKilled.has(doomed)) return;
      isKilled.add(doomed);
      url = undefined;
      if (doomed.exitCode !== null || doomed.signalCode !== null) return;
      const ended = once(doomed, "exit");
      doomed.kill("SIGKILL");
      await ended;
    },
  };
}

const script = fileURLToPath(new URL("hub.ts", import.meta.url));
const mostCrashes = 20;
