import { expect, it } from "vitest";
import { requireSameInvoice } from "../../src/issuing/correction-content.ts";
import { correctionOf, originalOf } from "../../src/issuing/corrections.ts";
import { differences } from "../../src/issuing/same-content.ts";
import { correctTechnically } from "../../src/issuing/technical-correction.ts";
import type { Submission } from "../../src/submission.ts";
import { sampleInvoiceXml } from "../../testing/invoice.ts";
import { openRig } from "./rig.ts";

const noon = "2026-02-19T12:00:00+01:00";
const invoice = { number: "FV/1", issueDate: "2026-02-19" };
const xml = sampleInvoiceXml(invoice);
const corrected = xml.replace("T08:00:00Z", "T08:00:01Z");

const refused = (code: number): Partial<Submission> => ({
  state: code === 440 ? "held" : "rejected",
  problem: {
    code: code === 440 ? "ksef.number-conflict" : code < 430 ? "ksef.not-permitted" : "ksef.rejected",
    message: "KSeF: no",
    upstream: { code },
  },
});

async function withOriginal(change: Partial<Submission>, mode?: "offline24") {
  const rig = await openRig(noon);
  await rig.certificate("01F20A5D352AE590");
  const original = await rig.hand(invoice, { mode });
  await rig.change(original.id, change);
  const correct = (text: string, idempotencyKey = "second", id = original.id) =>
    correctTechnically(
      rig.engine,
      { tenant: "acme", id },
      { idempotencyKey, mediaType: "application/xml", content: new TextEncoder().encode(text) },
    );
  return Object.assign(rig, { original, correct });
}

it("is a submission of its own, issued when the original was, and linked both ways", async () => {
  await using rig = await withOriginal(refused(450), "offline24");
  rig.setTime("2026-02-20T09:00:00+01:00");
  const correction = await rig.correct(corrected);
  expect(correction.id).not.toBe(rig.original.id);
  expect(correction).toMatchObject({
    state: "ready",
    offline: {
      mode: "offline24",
      issuedAt: Date.parse(noon),
      correctedSha256: rig.original.document.sha256,
    },
  });
  expect((await correctionOf(rig.engine, rig.original))?.id).toBe(correction.id);
  expect(await originalOf(rig.engine, correction)).toBe(rig.original.id);
  expect(await originalOf(rig.engine, rig.original)).toBeUndefined();
  // Repeated, it is the same; with another document it is a conflict.
  expect(await rig.correct(corrected)).toEqual(correction);
  await expect(rig.correct(xml)).rejects.toMatchObject({ code: "request.idempotency-conflict" });
  const plain = rig.hand(invoice, {
    idempotencyKey: "second",
    mode: "offline24",
    content: new TextEncoder().encode(corrected),
  });
  await expect(plain).rejects.toMatchObject({ code: "request.idempotency-conflict" });
});

it.each<[string, Partial<Submission>, "offline24" | undefined]>([
  ["was issued online", refused(450), undefined],
  ["is on its way", { state: "sent" }, "offline24"],
  ["is accepted", { state: "reported" }, "offline24"],
  ["was refused for permissions", { ...refused(410), state: "held" }, "offline24"],
  ["was refused for its attachment", { ...refused(415), state: "held" }, "offline24"],
  ["never reached KSeF", { state: "rejected", problem: { code: "fa3.rule", message: "" } }, "offline24"],
])("is refused when the original %s", async (_, change, mode) => {
  await using rig = await withOriginal(change, mode);
  await expect(rig.correct(corrected)).rejects.toMatchObject({ code: "correction.refused" });
});

it("is refused beside one that is on its way or accepted, and possible after one that was rejected", async () => {
  await using rig = await withOriginal(refused(430), "offline24");
  const first = await rig.correct(corrected);
  const other = corrected.replace("T08:00:01Z", "T08:00:02Z");
  await expect(rig.correct(other, "third")).rejects.toMatchObject({ code: "correction.refused" });
  await rig.change(first.id, refused(450));
  // Its own refusal is put right by another correction of the original, whose codes are on paper.
  await expect(rig.correct(other, "third", first.id)).rejects.toMatchObject({
    code: "correction.refused",
    message: expect.stringContaining(rig.original.id),
  });
  const third = await rig.correct(other, "third");
  await rig.change(third.id, { state: "reported", ksef: { number: "5265877635-20260220-0100A0000000-00" } });
  const late = corrected.replace("T08:00:01Z", "T08:00:03Z");
  await expect(rig.correct(late, "fourth")).rejects.toMatchObject({ code: "correction.refused" });
  expect((await correctionOf(rig.engine, rig.original))?.id).toBe(third.id);
});

it("is the one KSeF has accepted, though a later one was tried while it was held", async () => {
  await using rig = await withOriginal(refused(450), "offline24");
  const first = await rig.correct(corrected);
  await rig.change(first.id, { state: "held" });
  rig.setTime("2026-02-19T13:00:00+01:00");
  const later = await rig.correct(corrected.replace("T08:00:01Z", "T08:00:02Z"), "third");
  expect((await correctionOf(rig.engine, rig.original))?.id).toBe(later.id);
  await rig.change(later.id, refused(450));
  await rig.change(first.id, { state: "accepted", ksef: { number: "5265877635-20260219-0100A0000000-00" } });
  expect((await correctionOf(rig.engine, rig.original))?.id).toBe(first.id);
});

it("cannot have an attachment: it goes online, and attachments go in batches", async () => {
  await using rig = await withOriginal(refused(450), "offline24");
  const document = { xml: new TextEncoder().encode(corrected), attachment: true };
  await expect(requireSameInvoice(rig.engine, rig.original, document)).rejects.toMatchObject({
    code: "correction.refused",
  });
});

it("must not change the content, and says where it does", async () => {
  await using rig = await withOriginal(refused(450), "offline24");
  const wrong = corrected
    .replace("<P_2>FV/1", "<P_2>FV/2")
    .replace("<NIP>1111111111", "<NIP>9990001120")
    .replace(/<P_13_1>.*<\/P_15>/s, "<P_13_1>200.00</P_13_1><P_14_1>46.00</P_14_1><P_15>246.00</P_15>")
    .replaceAll(/(P_9A|P_11)>100.00/g, "$1>200.00");
  const error = await rig.correct(wrong).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "correction.content" });
  const { faults } = error as { faults: { path: string }[] };
  expect(faults.map(({ path }) => path).toSorted()).toEqual([
    "/Faktura/Fa/P_13_1",
    "/Faktura/Fa/P_14_1",
    "/Faktura/Fa/P_15",
    "/Faktura/Fa/P_2",
    "/Faktura/Podmiot2/DaneIdentyfikacyjne/NIP",
  ]);
  // Nothing is left of the attempt: the right document goes under the same key.
  expect(await correctionOf(rig.engine, rig.original)).toBeUndefined();
  expect(await rig.correct(corrected)).toMatchObject({ state: "ready" });
});

it("may change the number of a duplicate, for that is what KSeF refused, and nothing else", async () => {
  await using rig = await withOriginal(refused(440), "offline24");
  const renumbered = corrected.replace("<P_2>FV/1", "<P_2>FV/1A");
  const redated = renumbered.replaceAll("2026-02-19", "2026-02-18");
  await expect(rig.correct(redated)).rejects.toMatchObject({ code: "correction.content" });
  expect(await rig.correct(renumbered)).toMatchObject({ invoice: { number: "FV/1A" } });
});

it.each([
  ["the way a sum is written", xml.replace("<P_15>123.00", "<P_15>0123.0"), 0],
  ["white space and comments", xml.replace("<P_2>FV/1", "<!-- new --><P_2> FV/1 "), 0],
  ["the name of the item and of the parties", xml.replace("Usługa", "Inna").replace("Nabywca", "Firma"), 0],
  ["the sign of a sum", xml.replace("<P_15>123.00", "<P_15>-123.00"), 1],
  ["a sum that is left out", xml.replace("<P_14_1>23.00</P_14_1>", ""), 1],
  ["another kind of buyer's number", xml.replace("<NIP>1111111111</NIP>", "<BrakID>1</BrakID>"), 2],
  ["the currency", xml.replace("PLN", "EUR"), 1],
])("of two documents compares what makes up an invoice: %s", (_, other, count) => {
  expect(differences(Buffer.from(xml), Buffer.from(other))).toHaveLength(count);
});
