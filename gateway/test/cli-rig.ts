import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const entry = fileURLToPath(new URL("../src/cli.ts", import.meta.url));

export interface Ended {
  code: number;
  out: string;
  err: string;
}

/** Runs `npm run hub` as a process of its own, in English unless `settings` of the environment say otherwise. */
export function hubWith(settings: Record<string, string>, ...args: string[]): Promise<Ended> {
  const { HUB_DATA: _, LC_ALL: __, LC_MESSAGES: ___, FORCE_COLOR: ____, ...inherited } = process.env;
  const env = { ...inherited, LANG: "C.UTF-8", ...settings };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [entry, ...args], { env }, (_error, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    );
  });
}

export const hub = (...args: string[]): Promise<Ended> => hubWith({}, ...args);

/** A folder that goes with the test file. */
export class Files {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(): Promise<Files> {
    return new Files(await mkdtemp(join(tmpdir(), "ksef-cli-")));
  }

  /** A file in a folder of its own. */
  async add(name: string, content: string): Promise<string> {
    const path = join(await mkdtemp(join(this.folder, "of-")), name);
    await writeFile(path, content);
    return path;
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}

/** An invoice of the model from which all the rest follows. */
export const model = {
  number: "FV/7",
  issueDate: "2026-02-15",
  seller: { nip: "5265877635", name: "Sprzedawca", address: { country: "PL", line1: "ul. Pierwsza 1" } },
  buyer: { nip: "1111111111", name: "Nabywca", address: { country: "PL", line1: "ul. Druga 2" } },
  lines: [{ name: "Usługa", unit: "godz.", quantity: "2", unitNetPrice: "50.00", rate: "23" }],
};
