import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { exceptionCode, type Answer } from "./client.ts";
import { invoiceXml } from "./invoice.ts";
import { openRig, type Rig } from "./reading-rig.ts";
import { virtualClock, type VirtualClock } from "./virtual-clock.ts";

const [seller, buyer, third, stranger] = ["5265877635", "1111111111", "2222222222", "4444444444"] as const;
const storageMs = 60_000;

let clock: VirtualClock;
let rig: Rig;
beforeEach(async () => {
  clock = virtualClock();
  rig = await openRig(clock, { storageMs });
});
afterEach(() => rig.close());

describe("an invoice by its number", () => {
  it("is there for everybody it names once it is stored, and for nobody else", async () => {
    const xml = named();
    const { ksefNumber } = await rig.sandbox.deliver(Buffer.from(xml));
    for (const nip of [seller, buyer, third]) expect(exceptionCode(await read(nip, ksefNumber))).toBe(21165);
    expect(exceptionCode(await read(stranger, ksefNumber))).toBe(21164);
    clock.pass(storageMs);
    for (const nip of [seller, buyer, third]) expect((await read(nip, ksefNumber)).text).toBe(xml);
    expect(exceptionCode(await read(stranger, ksefNumber))).toBe(21164);
    expect(exceptionCode(await read(seller, "no-number"))).toBe(21405);
  });
});

describe("deliver", () => {
  it("refuses with the words of the verdict", async () => {
    const xml = Buffer.from(invoiceXml());
    await rig.sandbox.deliver(xml);
    await expect(rig.sandbox.deliver(xml)).rejects.toThrow("440 Duplikat faktury");
    await expect(rig.sandbox.deliver(Buffer.from("<a>"))).rejects.toThrow("430");
    await expect(rig.sandbox.deliver(Buffer.from(invoiceXml({ kind: "NONE" })))).rejects.toThrow("450");
  });
});

describe("the high water mark", () => {
  it("is held back by what has a number but is not stored", async () => {
    await rig.sandbox.deliver(Buffer.from(invoiceXml()));
    clock.pass(storageMs - 1);
    expect(await mark()).toBeLessThan(clock.now() - storageMs + 2);
    clock.pass(2);
    expect(await mark()).toBeGreaterThan(clock.now() - 2);
  });

  it("refuses a range that begins after it", async () => {
    const from = new Date(clock.now() + 1).toISOString();
    const to = new Date(clock.now() + 1000).toISOString();
    const dateRange = { dateType: "PermanentStorage", from, to, restrictToPermanentStorageHwmDate: true };
    expect(exceptionCode(await ask(dateRange))).toBe(21183);
  });

  it("leads through invoices that arrive meanwhile without missing or repeating one", async () => {
    const sent: string[] = [];
    const seen: string[] = [];
    let from = "2026-03-02T00:00:00Z";
    // Arrivals and polls fall out of step, so that some are being stored at every poll.
    for (let round = 0; round < 40; round += 1) {
      if (round < 30) sent.push((await rig.sandbox.deliver(Buffer.from(invoiceXml()))).ksefNumber);
      clock.pass(17_000);
      if (round % 3 !== 0) continue;
      for (let pageOffset = 0; ; pageOffset += 1) {
        const range = { dateType: "PermanentStorage", from, restrictToPermanentStorageHwmDate: true };
        const page = JSON.parse((await ask(range, pageOffset)).text) as Page;
        seen.push(...page.invoices.map(({ ksefNumber }) => ksefNumber));
        if (page.hasMore) continue;
        from = page.permanentStorageHwmDate;
        break;
      }
    }
    expect(seen).toEqual(sent);
  });
});

interface Page {
  hasMore: boolean;
  permanentStorageHwmDate: string;
  invoices: { ksefNumber: string }[];
}

async function read(nip: string, ksefNumber: string): Promise<Answer> {
  return (await rig.as(nip)).call("GET", `/invoices/ksef/${ksefNumber}`);
}

async function ask(dateRange: Record<string, unknown>, pageOffset = 0): Promise<Answer> {
  const client = await rig.as(buyer);
  const path = `/invoices/query/metadata?pageOffset=${pageOffset}`;
  return client.call("POST", path, { subjectType: "Subject2", dateRange });
}

async function mark(): Promise<number> {
  const answer = await ask({ dateType: "PermanentStorage", from: "2026-03-02T00:00:00Z" });
  return Date.parse((JSON.parse(answer.text) as Page).permanentStorageHwmDate);
}

const named = (): string =>
  invoiceXml().replace(
    "  <Fa>",
    `<Podmiot3><DaneIdentyfikacyjne><NIP>${third}</NIP><Nazwa>Faktor</Nazwa></DaneIdentyfikacyjne><Rola>1</Rola></Podmiot3>  <Fa>`,
  );
