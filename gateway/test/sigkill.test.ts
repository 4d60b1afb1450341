import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSandbox } from "@ksef-hub/sandbox";
import { expect, it } from "vitest";
import { judge } from "../../sandbox/test/conformance/judge.ts";
import { homeIn, killedAfter, MortalHub, nip, prepare, sampled } from "./mortal-hub.ts";

it("is killed after each of its effects in turn: the invoice is in KSeF once, and the submission ends", async () => {
  const root = await mkdtemp(join(tmpdir(), "sigkill-"));
  const sandbox = await createSandbox({ limits: "off", processing: { acceptedMs: 0, processingMs: 0 } });
  judge(sandbox);
  const [baseUrl, company] = [await sandbox.listen(0), await sandbox.company(nip)];

  const live = async (number: string, last?: string): Promise<{ effects: string[]; died: boolean }> => {
    await using home = await homeIn(join(root, number));
    const key = await prepare(home, baseUrl, company);
    const hub = await MortalHub.start(home, last);
    let view = await hub.deliver(key, number);
    const died = view === undefined;
    await hub.kill();
    if (died) {
      // The caller got no answer and repeats itself; the hub finds what it left.
      const heir = await MortalHub.start(home);
      view = await heir.deliver(key, number);
      await heir.kill();
    }
    expect(view, `after ${last}`).toMatchObject({ state: "reported" });
    const accepted = sandbox.ledger.accepted().filter((entry) => entry.number === number);
    expect(accepted, `after ${last}`).toEqual([
      expect.objectContaining({ ksefNumber: view?.ksefNumber, posts: 1 }),
    ]);
    return { effects: hub.effects, died };
  };

  try {
    const { effects } = await live("FV-0");
    expect(effects).toContain("POST /sessions/online/*/invoices 1");
    const chosen = sampled(effects);
    const fatal = await killedAfter(
      chosen,
      async (effect, index) => (await live(`FV-${index}`, effect)).died,
    );
    // How often the bell rings and the status is looked at, and so how often the ledger is written, differs from run to
    // run; everything else happens in each.
    const expected = chosen.filter(
      (effect) => !/^queue.send|^table.put \d\d|invoices\/\* [2-9]/.test(effect),
    );
    expect([...fatal]).toEqual(expect.arrayContaining(expected));
  } finally {
    await Promise.all([...MortalHub.running].map((hub) => hub.kill()));
    await sandbox.close();
    await rm(root, { recursive: true });
  }
}, 180_000);
