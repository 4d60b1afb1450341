import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSandbox } from "@ksef-hub/sandbox";
import { expect, it } from "vitest";
import { judge } from "../../sandbox/test/conformance/judge.ts";
import { homeIn, killedAfter, MortalHub, nip, prepare, sampled } from "./mortal-hub.ts";

it("is killed while it sends a batch: each invoice is in KSeF once, with its receipt", async () => {
  const root = await mkdtemp(join(tmpdir(), "sigkill-"));
  const sandbox = await createSandbox({ limits: "off", processing: { acceptedMs: 0, processingMs: 0 } });
  judge(sandbox);
  const baseUrl = await sandbox.listen(0);
  const company = await sandbox.company(nip);

  const live = async (index: number, last?: string): Promise<{ effects: string[]; died: boolean }> => {
    await using home = await homeIn(join(root, `${index}`));
    const numbers = Array.from({ length: 15 }, (_, place) => `FV/${index}/${place}`);
    const key = await prepare(home, baseUrl, company, numbers);
    const hub = await MortalHub.start(home, last);
    let views = await hub.finish(key);
    const died = views === undefined;
    await hub.kill();
    if (died) {
      const heir = await MortalHub.start(home);
      views = await heir.finish(key);
      await heir.kill();
    }
    const states = numbers.map(() => "reported");
    expect(
      views?.map(({ state }) => state),
      `after ${last}`,
    ).toEqual(states);
    const accepted = sandbox.ledger.accepted().filter(({ number }) => numbers.includes(number));
    expect(accepted.map(({ number }) => number).toSorted(), `after ${last}`).toEqual(numbers.toSorted());
    expect(new Set(accepted.map(({ ksefNumber }) => ksefNumber))).toEqual(
      new Set(views?.map(({ ksefNumber }) => ksefNumber)),
    );
    return { effects: hub.effects, died };
  };

  try {
    const { effects } = await live(0);
    expect(effects).toContain("POST /sessions/batch/*/close 1");
    // Every call to KSeF, and of the many writes to the storage some of each phase.
    const chosen = sampled(
      effects.filter((effect, index) => !/^(queue|table|archive)/.test(effect) || index % 10 === 0),
    );
    const fatal = await killedAfter(chosen, async (effect, index) => (await live(index, effect)).died);
    expect([...fatal]).toEqual(expect.arrayContaining(chosen.filter((effect) => effect.startsWith("POST"))));
  } finally {
    await Promise.all([...MortalHub.running].map((hub) => hub.kill()));
    await sandbox.close();
    await rm(root, { recursive: true });
  }
}, 180_000);
