import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { embedded } from "../../src/adapters/embedded/index.ts";
import { takeDesk, type Desk, type Session } from "../../src/dispatch/desk.ts";
import type { Table } from "../../src/ports.ts";
import { Overtaken } from "../../src/work.ts";

const session: Session = {
  id: "one",
  kind: "online",
  state: "opening",
  openedAt: 0,
  invoices: 0,
  lookAt: 0,
  failures: 0,
};

async function onTable(test: (table: Table) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "desk-"));
  {
    await using ports = await embedded({ folder });
    await test(ports.table);
  }
  await rm(folder, { recursive: true });
}

async function taken(table: Table, holder: string, now: number, alone = false): Promise<Desk> {
  const desk = await takeDesk(table, "acme", { holder, now, until: now + 1_000, alone });
  if ("heldUntil" in desk) throw new Error(`held until ${desk.heldUntil}`);
  return desk;
}

it("belongs to one holder until its time is over or it is given back, with the sessions left on it", () =>
  onTable(async (table) => {
    const first = await taken(table, "a", 0);
    await first.add(session);
    expect(await takeDesk(table, "acme", { holder: "b", now: 999, until: 2_000, alone: false })).toEqual({
      heldUntil: 1_000,
    });
    const second = await taken(table, "b", 1_000);
    expect(second.sessions).toEqual([session]);
    await second.release();
    expect((await taken(table, "c", 1_001)).sessions).toEqual([session]);
  }));

it("shuts out whoever has lost it: nothing of a session is changed any more", () =>
  onTable(async (table) => {
    const slow = await taken(table, "a", 0);
    await slow.add(session);
    const next = await taken(table, "b", 1_000);
    await expect(slow.update("one", { state: "open", reference: "SO" })).rejects.toThrow(Overtaken);
    await expect(slow.renew(9_000)).rejects.toThrow(Overtaken);
    await next.update("one", { state: "open" });
    expect(next.sessions).toMatchObject([{ id: "one", state: "open" }]);
  }));

it("is free at once where nobody else can be alive", () =>
  onTable(async (table) => {
    await taken(table, "a", 0);
    expect((await taken(table, "b", 1, true)).sessions).toEqual([]);
  }));

it("takes the changes of many tasks one after the other, and each company has its own", () =>
  onTable(async (table) => {
    const desk = await taken(table, "a", 0);
    const ids = Array.from({ length: 20 }, (_, index) => `s${index}`);
    await Promise.all(ids.map((id) => desk.add({ ...session, id })));
    await Promise.all(ids.slice(5).map((id) => desk.remove(id)));
    expect(desk.sessions.map(({ id }) => id)).toEqual(ids.slice(0, 5));
    const other = await takeDesk(table, "other", { holder: "b", now: 0, until: 1, alone: false });
    expect(other).toMatchObject({ sessions: [] });
  }));
