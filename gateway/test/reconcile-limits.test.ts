import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEngine, reconcile, Secret } from "@ksef-hub/core";
import { embedded } from "@ksef-hub/core/embedded";
import { newSessionKey } from "@ksef-hub/core/ksef";
import { sampleInvoice } from "@ksef-hub/core/testing";
import { createSandbox } from "@ksef-hub/sandbox";
import { expect, it } from "vitest";
import { fa3Form } from "../../core/src/fa3/forms.ts";
import { closeSession, openSession, postInvoice } from "../../core/src/ksef/online.ts";
import { judge } from "../../sandbox/test/conformance/judge.ts";
import { virtualClock } from "../../sandbox/test/virtual-clock.ts";

it("reads 100 sessions of another program at the pace KSeF allows: 429 never comes, and it can stop and go on", async () => {
  const clock = virtualClock();
  const startedAt = clock.now();
  const folder = await mkdtemp(join(tmpdir(), "hub-"));
  const sandbox = await createSandbox({ clock, limits: "production", processing: { processingMs: 0 } });
  judge(sandbox);
  {
    await using ports = await embedded({ folder, clock });
    const fetch = async (url: string, init: RequestInit) => sandbox.app.request(url, init);
    const engine = createEngine({ ports, fetch, log: () => undefined });
    const { certificatePem, privateKeyPem } = await sandbox.company("5265877635");
    await engine.tenants.save(
      { id: "acme", nip: "5265877635", environment: "http://localhost/v2", createdAt: 0 },
      { kind: "certificate", certificatePem, privateKeyPem: new Secret(privateKeyPem) },
    );
    const ksef = await engine.ksef("acme");
    for (let number = 1; number <= 100; number++) {
      const session = await openSession(ksef, fa3Form, newSessionKey());
      const xml = sampleInvoice({ number: `OTHER/${number}` });
      const posted = await postInvoice(ksef, session, xml, { offlineMode: false });
      expect(posted.outcome).toBe("taken");
      clock.pass(60_000);
      await closeSession(ksef, session.reference);
      clock.pass(60_000);
    }
    sandbox.ledger.clear();

    const begun = clock.now();
    const numbers = new Set<string | undefined>();
    const waits: number[] = [];
    const run = (from: number, patienceMs?: number) =>
      reconcile(engine, "acme", {
        from,
        dryRun: true,
        ...(patienceMs === undefined ? {} : { patienceMs }),
        onFinding: ({ what, number }) => what === "unknown" && numbers.add(number),
        onProgress: ({ waitMs }) => waitMs !== undefined && waits.push(waitMs),
      });
    const first = await run(startedAt);
    expect(first).toMatchObject({ sessions: 100, invoices: 100 });
    expect(first.findings.unknown).toBe(100);
    expect(numbers.size).toBe(100);
    // 20 in a minute: the last twenty have to wait for four minutes to pass.
    expect(clock.now() - begun).toBeGreaterThanOrEqual(4 * 60_000);
    expect(clock.now() - begun).toBeLessThan(6 * 60_000);
    expect(waits.length).toBeGreaterThan(0);

    // A run without patience stops at the full window and says where to go on; others do the rest, for each session once.
    numbers.clear();
    let sessions = 0;
    const reasons: unknown[] = [];
    for (let from: number | undefined = startedAt; from !== undefined;) {
      const result = await run(from, 0);
      sessions += result.sessions;
      reasons.push(result.stoppedBy);
      clock.pass(result.retryAfterMs ?? 0);
      from = result.next;
    }
    expect({ sessions, numbers: numbers.size }).toEqual({ sessions: 100, numbers: 100 });
    expect(reasons.length).toBeGreaterThanOrEqual(5);
    expect(new Set(reasons)).toEqual(new Set(["ksef.rate-limited", undefined]));

    // 200 in an hour are spent: the third waits for the first to be an hour ago.
    expect(await run(startedAt)).toMatchObject({ sessions: 100 });
    expect(clock.now() - begun).toBeGreaterThan(3_600_000);
    const statuses = sandbox.ledger.requests().map(({ status }) => status);
    expect(statuses.filter((status) => status === 429)).toEqual([]);
    expect(statuses.length).toBeGreaterThan(300);
  }
  await sandbox.close();
  await rm(folder, { recursive: true });
});
