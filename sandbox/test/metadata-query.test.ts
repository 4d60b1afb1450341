import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../src/index.ts";
import { exceptionCode, login, type Client } from "./client.ts";
import { invoiceXml } from "./invoice.ts";
import { ask, filters, find, numbers } from "./reader.ts";
import { virtualClock, type VirtualClock } from "./virtual-clock.ts";

// A Monday, 12:00 in Warsaw.
const start = Date.parse("2026-03-02T11:00:00Z");

let clock: VirtualClock;
let sandbox: Sandbox;
let client: Client;
async function open(options: Parameters<typeof createSandbox>[0] = {}): Promise<void> {
  clock = virtualClock(start);
  const processing = { acceptedMs: 0, processingMs: 1000, storageMs: 1000 };
  sandbox = await createSandbox({ clock, limits: "off", processing, ...options });
  client = await login(sandbox, await sandbox.company("5265877635"));
}
afterEach(() => sandbox.close());

const send = (number: string, change: (xml: string) => string = (xml) => xml, issueDate = "2026-03-02") =>
  sandbox.deliver(Buffer.from(change(invoiceXml({ number, issueDate }))));

describe("a date range", () => {
  beforeEach(() => open());

  it("holds both its ends, of the date that was asked for", async () => {
    await send("1");
    clock.pass(5000);
    await send("2");
    clock.pass(5000);
    // Sent at 11:00:00 and 11:00:05, stored two seconds later.
    expect(await numbersIn("Invoicing", "2026-03-02T11:00:00Z", "2026-03-02T11:00:05Z")).toEqual(["1", "2"]);
    expect(await numbersIn("Invoicing", "2026-03-02T11:00:00.001Z", "2026-03-02T11:00:05Z")).toEqual(["2"]);
    expect(await numbersIn("Invoicing", "2026-03-02T11:00:00Z", "2026-03-02T11:00:04.999Z")).toEqual(["1"]);
    expect(await numbersIn("PermanentStorage", "2026-03-02T11:00:02Z", "2026-03-02T11:00:07Z")).toEqual([
      "1",
      "2",
    ]);
    expect(
      await numbersIn("PermanentStorage", "2026-03-02T11:00:02.000001Z", "2026-03-02T11:00:07Z"),
    ).toEqual(["2"]);
    expect(
      await numbersIn("PermanentStorage", "2026-03-02T11:00:02Z", "2026-03-02T11:00:06.999999Z"),
    ).toEqual(["1"]);
  });

  it("is in the time zone it says, or in that of Warsaw", async () => {
    await send("1");
    clock.pass(2000);
    expect(await numbersIn("Invoicing", "2026-03-02T13:00:00+02:00", "2026-03-02T06:00:00-05:00")).toEqual([
      "1",
    ]);
    expect(await numbersIn("Invoicing", "2026-03-02T12:00:00", "2026-03-02T12:00:00")).toEqual(["1"]);
    expect(await numbersIn("Invoicing", "2026-03-02T11:00:00", "2026-03-02T11:59:59.999")).toEqual([]);
  });

  it("of issue dates counts days in Warsaw, whatever the hour", async () => {
    await send("yesterday", undefined, "2026-03-01");
    await send("today");
    clock.pass(2000);
    expect(await numbersIn("Issue", "2026-03-01T22:59:59Z", "2026-03-01T22:59:59Z")).toEqual(["yesterday"]);
    expect(await numbersIn("Issue", "2026-03-01T23:00:00Z", "2026-03-02T00:00:00Z")).toEqual(["today"]);
    expect(await numbersIn("Issue", "2026-03-01T23:00:00", "2026-03-02T00:00:00")).toEqual([
      "yesterday",
      "today",
    ]);
  });

  it("finds nothing that is not stored yet, by any date", async () => {
    await send("1");
    clock.pass(1999);
    for (const dateType of ["Issue", "Invoicing", "PermanentStorage"]) {
      const dateRange = { dateType, to: "2026-03-03T00:00:00Z" };
      expect(numbers(await find(client, filters({ dateRange })))).toEqual([]);
    }
    clock.pass(1);
    expect(numbers(await find(client, filters()))).toEqual(["1"]);
  });
});

describe("paging", () => {
  beforeEach(async () => {
    await open({ readingLimits: { queryInvoices: 25 } });
    for (let index = 0; index < 32; index += 1) {
      await send(String(index));
      clock.pass(10);
    }
    clock.pass(2000);
  });

  it("goes through everything in order, page by page", async () => {
    const narrow = filters({ dateRange: { to: at(2000 + 23 * 10) } });
    const pages = await Promise.all(
      [0, 1, 2].map((offset) => find(client, narrow, `pageSize=10&pageOffset=${offset}`)),
    );
    expect(pages.map(numbers)).toEqual([range(0, 10), range(10, 20), range(20, 24)]);
    expect(pages.map(({ hasMore }) => hasMore)).toEqual([true, true, false]);
    expect(pages.map(({ isTruncated }) => isTruncated)).toEqual([false, false, false]);
    const beyond = await ask(client, narrow, "pageSize=10&pageOffset=3");
    expect(exceptionCode(beyond)).toBe(21405);
  });

  it("the other way round when asked", async () => {
    const last = await find(client, filters(), "sortOrder=Desc&pageSize=250");
    expect(numbers(last)).toEqual(range(0, 32).toReversed().slice(0, 25));
  });

  it("has pages of 10 unless asked for up to 250", async () => {
    expect((await find(client, filters(), "")).invoices).toHaveLength(10);
    for (const page of ["pageSize=9", "pageSize=251", "pageOffset=-1", "sortOrder=Up"])
      expect(exceptionCode(await ask(client, filters(), page))).toBe(21405);
  });

  it("ends at the limit, says so on the last page alone, and refuses pages beyond", async () => {
    const pages = [0, 1, 2].map((offset) => find(client, filters(), `pageSize=10&pageOffset=${offset}`));
    const found = await Promise.all(pages);
    expect(found.map(({ invoices }) => invoices.length)).toEqual([10, 10, 5]);
    expect(found.map(({ hasMore, isTruncated }) => [hasMore, isTruncated])).toEqual([
      [true, false],
      [true, false],
      [true, true],
    ]);
    const beyond = await ask(client, filters(), "pageSize=10&pageOffset=3");
    expect(exceptionCode(beyond)).toBe(21405);
    expect(beyond.text).toContain("You cannot retrieve invoices starting from number 25 or higher.");
  });

  it.each([
    ["Asc", "from"],
    ["Desc", "to"],
  ] as const)("goes on %s from the last date without loss", async (sortOrder, end) => {
    const seen: string[] = [];
    const dateRange: Record<string, unknown> = {};
    for (let round = 0, more = true; more && round < 5; round += 1) {
      const found = await find(client, filters({ dateRange }), `pageSize=250&sortOrder=${sortOrder}`);
      seen.push(...numbers(found));
      dateRange[end] = found.invoices.at(-1)!.permanentStorageDate;
      more = found.isTruncated;
    }
    // The invoice at the seam comes twice: both ends belong to a range.
    expect(seen).toHaveLength(33);
    expect([...new Set(seen)].toSorted((one, other) => Number(one) - Number(other))).toEqual(range(0, 32));
  });
});

describe("the high water mark", () => {
  beforeEach(() => open());

  it("is where nothing can be stored any more, held back by what has its number but is not stored", async () => {
    await send("1");
    expect(await mark()).toBe(at(-1));
    clock.pass(999);
    expect(await mark()).toBe(at(998));
    // From 1000 to 2000 it has a number and is not stored.
    clock.pass(501);
    expect(await mark()).toBe(at(999));
    clock.pass(499);
    expect(await mark()).toBe(at(999));
    clock.pass(1);
    expect(await mark()).toBe(at(1999));
  });

  it("is the end of a range in the past, and null for other dates", async () => {
    clock.pass(60_000);
    expect(await mark({ to: at(5000) })).toBe(at(5000));
    expect(await mark({ to: at(120_000) })).toBe(at(59_999));
    for (const dateType of ["Issue", "Invoicing"])
      expect(await mark({ dateType, restrictToPermanentStorageHwmDate: true })).toBeNull();
  });

  it("ends a range that is restricted to it", async () => {
    await send("early");
    clock.pass(1500);
    sandbox.faults.add({ fault: { kind: "storage-late", ms: 10_000 } });
    await send("late");
    sandbox.faults.clear();
    await send("between");
    clock.pass(2000);
    const dateRange = { restrictToPermanentStorageHwmDate: true };
    expect(numbers(await find(client, filters()))).toEqual(["early", "between"]);
    expect(numbers(await find(client, filters({ dateRange })))).toEqual(["early"]);
    clock.pass(10_001);
    expect(numbers(await find(client, filters({ dateRange })))).toEqual(["early", "between", "late"]);
  });

  it("refuses a restricted range that begins after it", async () => {
    await send("1");
    clock.pass(1500);
    const after = { from: at(1000) };
    const restricted = { ...after, restrictToPermanentStorageHwmDate: true };
    const refused = await ask(client, filters({ dateRange: restricted }));
    expect(exceptionCode(refused)).toBe(21183);
    expect((await ask(client, filters({ dateRange: after }))).status).toBe(200);
    const onIt = { from: at(999), restrictToPermanentStorageHwmDate: true };
    expect((await ask(client, filters({ dateRange: onIt }))).status).toBe(200);
  });
});

it("forgets what was erased and finds what came after it", async () => {
  await open();
  await send("before");
  clock.pass(2000);
  expect(numbers(await find(client, filters()))).toEqual(["before"]);
  sandbox.reset();
  client = await login(sandbox, await sandbox.company("5265877635"));
  await send("after");
  clock.pass(2000);
  expect(numbers(await find(client, filters()))).toEqual(["after"]);
});

async function numbersIn(dateType: string, from: string, to: string): Promise<string[]> {
  return numbers(await find(client, filters({ dateRange: { dateType, from, to } })));
}

async function mark(dateRange: Record<string, unknown> = {}): Promise<string | null> {
  return (await find(client, filters({ dateRange }))).permanentStorageHwmDate;
}

/** Milliseconds after the start as the API writes them. */
function at(ms: number): string {
  return new Date(start + ms).toISOString().replace("Z", "+00:00");
}

const range = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => String(from + index));
