import { warsawDate } from "@ksef-hub/core";
import { certificateHolder, enrolOnce } from "@ksef-hub/core/ksef";
import { sampleInvoiceXml } from "@ksef-hub/core/testing";
import { expect, it } from "vitest";
import { Rig, type View } from "./rig.ts";

interface OfflineView extends View {
  code?: string;
  codes: Record<"kodI" | "kodII", { link: string; label: string }>;
  corrects?: string;
  correctedBy?: string;
}

/** A hub whose company has a certificate of the type Offline, as its sandbox has issued it. */
async function openHub() {
  const rig = await Rig.start();
  await enrolOnce(await certificateHolder(rig.engine, "acme"), { type: "Offline" });
  const send = async (path: string, idempotencyKey: string, xml: string) => {
    const headers = { "content-type": "application/xml", "idempotency-key": idempotencyKey };
    const response = await rig.request(path, { method: "POST", body: xml, headers });
    return { status: response.status, view: (await response.json()) as OfflineView };
  };
  /** What whoever scans the code gets to know. */
  const scanned = async (link: string) => {
    const response = await rig.sandbox.app.request(link);
    return [response.status, ((await response.json()) as { ksefNumber?: string }).ksefNumber];
  };
  return Object.assign(rig, { send, scanned });
}

const invoice = (number: string) => sampleInvoiceXml({ number, issueDate: warsawDate(Date.now()) });
const correctionOf = (id: string) => `/v1/invoices/${id}/technical-correction`;

it("issues an invoice whose codes KSeF honours before and after it has the invoice", async () => {
  await using hub = await openHub();
  hub.sandbox.faults.add({ times: 1, fault: { kind: "invoice-stuck", ms: 300 } });
  const { view } = await hub.send("/v1/invoices?mode=offline24", "order-1", invoice("FV/1"));
  expect(await hub.scanned(view.codes.kodI.link)).toEqual([404, undefined]);
  expect(await hub.scanned(view.codes.kodII.link)).toEqual([200, undefined]);

  const done = (await hub.until(view.id)) as OfflineView;
  expect(done.state).toBe("reported");
  expect(await hub.scanned(view.codes.kodI.link)).toEqual([200, done.ksefNumber]);
  expect(await hub.scanned(view.codes.kodII.link)).toEqual([200, done.ksefNumber]);
  expect(done.codes).toMatchObject({
    kodI: { link: view.codes.kodI.link, label: done.ksefNumber },
    kodII: view.codes.kodII,
  });
});

it("puts a refused offline invoice right by a technical correction, linked both ways", async () => {
  await using hub = await openHub();
  const details = ["Odrzucono z przyczyn technicznych."];
  hub.sandbox.faults.add({ times: 1, fault: { kind: "invoice-status", code: 450, details } });
  const xml = invoice("FV/1");
  const corrected = xml.replace("T08:00:00Z", "T08:00:01Z");
  const { view } = await hub.send("/v1/invoices?mode=offline24", "order-1", xml);
  const original = await hub.until(view.id);
  expect(original).toMatchObject({ state: "rejected", problem: { upstream: { code: 450 } } });

  const changed = await hub.send(correctionOf(view.id), "order-1-b", corrected.replace("FV/1<", "FV/2<"));
  expect([changed.status, changed.view.code]).toEqual([422, "correction.content"]);
  const right = await hub.send(correctionOf(view.id), "order-1-b", corrected);
  expect([right.status, right.view.corrects]).toEqual([202, view.id]);
  const done = (await hub.until(right.view.id)) as OfflineView;
  expect(done.state).toBe("reported");
  expect((await hub.view(view.id)) as OfflineView).toMatchObject({
    state: "rejected",
    correctedBy: right.view.id,
  });
  expect(await hub.scanned(done.codes.kodI.link)).toEqual([200, done.ksefNumber]);

  const again = await hub.send(correctionOf(view.id), "order-1-c", corrected.replace("08:00:01", "08:00:02"));
  expect([again.status, again.view.code]).toEqual([409, "correction.refused"]);
  expect(hub.sandbox.ledger.accepted()).toHaveLength(1);
});

it("refuses to correct an invoice that was issued online", async () => {
  await using hub = await openHub();
  hub.sandbox.faults.add({ times: 1, fault: { kind: "invoice-status", code: 450, details: [] } });
  const view = await hub.deliver(invoice("FV/1"), "order-1");
  const { status, view: answer } = await hub.send(correctionOf(view.id), "order-2", invoice("FV/1"));
  expect([view.state, status, answer.code]).toEqual(["rejected", 409, "correction.refused"]);
});
