import { describe, expect, it } from "vitest";
import { sharedSync } from "../../src/adapters/embedded/shared-sync.ts";

describe("shared fsync of directories", () => {
  it("gives each caller an fsync that began after the call, and 100 callers two of them", async () => {
    const { log, fsync } = recorder();
    const sync = sharedSync("/top", fsync);
    await sync("/top/t");
    log.length = 0;
    const first = sync("/top/t");
    const others = Array.from({ length: 100 }, () => sync("/top/t").then(() => log.push("told")));
    await Promise.all([first, ...others]);
    const once = ["begin /top/t", "end /top/t"];
    expect(log).toEqual([...once, ...once, ...others.map(() => "told")]);
  });

  it("goes all the way up once, and then leaves out what is settled", async () => {
    const { log, fsync } = recorder();
    const sync = sharedSync("/top", fsync);
    const begun = async (path: string) => {
      log.length = 0;
      await sync(path);
      return log.filter((line) => line.startsWith("begin"));
    };
    expect(await begun("/top/t/a")).toEqual(["begin /top/t/a", "begin /top/t", "begin /top"]);
    expect(await begun("/top/t/a")).toEqual(["begin /top/t/a"]);
    expect(await begun("/top/t/b")).toEqual(["begin /top/t/b", "begin /top/t"]);
    expect(await begun("/top")).toEqual(["begin /top"]);
  });

  it("fails those who shared an fsync that failed, settles nothing and tries again for the next", async () => {
    const { log, fsync, breakOn } = recorder();
    const sync = sharedSync("/top", fsync);
    breakOn("/top");
    const outcomes = await Promise.allSettled([sync("/top/a"), sync("/top/b")]);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    breakOn(undefined);
    log.length = 0;
    await sync("/top/a");
    expect(log).toContain("end /top");
  });
});

function recorder() {
  const log: string[] = [];
  let broken: string | undefined;
  const fsync = async (path: string) => {
    log.push(`begin ${path}`);
    await new Promise((resolve) => setImmediate(resolve));
    if (path === broken) throw new Error("I/O error");
    log.push(`end ${path}`);
  };
  return { log, fsync, breakOn: (path: string | undefined) => (broken = path) };
}
