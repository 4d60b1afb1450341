import { existsSync, readFileSync } from "node:fs";
import { sampleInvoice } from "@ksef-hub/core/testing";
import { describe, expect, it } from "vitest";
import { Rig, type View } from "./rig.ts";

/** Small, or of so many bytes in all: an invoice with an attachment, in tables of a thousand rows. */
function withAttachment(number: string, bytes = 0): Uint8Array<ArrayBuffer> {
  const bare = sampleInvoice({ number, extra: attachment(1, "") }).byteLength;
  const row = "Odczyt ".padEnd(200, "0123456789");
  const rowBytes = `<Wiersz><WKom>${row}</WKom></Wiersz>`.length;
  const rows = 1 + Math.max(0, Math.floor((bytes - bare - 2_000) / rowBytes));
  const near = sampleInvoice({ number, extra: attachment(rows, row) }).byteLength;
  const filler = "<!--".padEnd(Math.max(0, bytes - near - 3), "x") + "-->";
  const extra = attachment(rows, row) + (bytes === 0 ? "" : filler);
  return sampleInvoice({ number, extra });
}

function attachment(rows: number, cell: string): string {
  const tables: string[] = [];
  for (let left = rows; left > 0; left -= 1_000) {
    const body = `<Wiersz><WKom>${cell}</WKom></Wiersz>`.repeat(Math.min(left, 1_000));
    tables.push(`<Tabela><TNaglowek><Kol Typ="txt"><NKom>Odczyt</NKom></Kol></TNaglowek>${body}</Tabela>`);
  }
  const keys = "<MetaDane><ZKlucz>Kod PPE</ZKlucz><ZWartosc>999999999999999999</ZWartosc></MetaDane>";
  return `<Zalacznik><BlokDanych>${keys}${tables.join("")}</BlokDanych></Zalacznik>`;
}

async function consent(rig: Rig): Promise<void> {
  const tenant = await rig.engine.tenants.get("acme");
  const answer = await fetch(`${tenant?.environment}/testdata/attachment`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ nip: rig.nip }),
  });
  expect(answer.status).toBe(200);
}

/** The sessions KSeF has opened. */
const opened = ({ sandbox }: Rig) =>
  sandbox.ledger
    .requests()
    .filter(({ method, path }) => method === "POST" && /\/sessions\/(online|batch)$/.test(path))
    .map(({ path }) => path);

async function isReportedOnce(rig: Rig, view: View): Promise<void> {
  expect(view.state).toBe("reported");
  expect(rig.sandbox.ledger.accepted()).toMatchObject([{ ksefNumber: view.ksefNumber, posts: 1 }]);
  const receipt = await rig.request(view.links.upo ?? "");
  expect(await receipt.text()).toContain(`>${view.ksefNumber}<`);
}

const examples = new URL("../../../shared/ksef/fa3-examples/ministry/", import.meta.url);

describe("an invoice with an attachment goes in a batch, even alone", () => {
  it.skipIf(!existsSync(examples)).each([24, 25])(
    "example %i of the Ministry (skipped without the examples)",
    async (example) => {
      await using rig = await Rig.start();
      await consent(rig);
      const text = readFileSync(new URL(`FA_3_Przyklad_${example}.xml`, examples), "utf8");
      const view = await rig.deliver(text.replaceAll("9999999999</NIP>", `${rig.nip}</NIP>`), "order-1");
      await isReportedOnce(rig, view);
      expect(opened(rig)).toEqual(["/v2/sessions/batch"]);
    },
  );

  it.each([1_000_001, 3_000_000])("of %i bytes", async (bytes) => {
    await using rig = await Rig.start();
    await consent(rig);
    const invoice = withAttachment("FV/1", bytes);
    expect(invoice.byteLength).toBe(bytes);
    await isReportedOnce(rig, await rig.deliver(invoice, "order-1"));
    expect(opened(rig)).toEqual(["/v2/sessions/batch"]);
  });

  it("beside others, which go online", async () => {
    await using rig = await Rig.start();
    await consent(rig);
    const [attached, plain] = await Promise.all([
      rig.deliver(withAttachment("FV/1"), "order-1"),
      rig.deliver(sampleInvoice({ number: "FV/2" }), "order-2"),
    ]);
    expect([attached.state, plain.state]).toEqual(["reported", "reported"]);
    const accepted = rig.sandbox.ledger.accepted();
    const reference = (view: View) =>
      accepted.find(({ ksefNumber }) => ksefNumber === view.ksefNumber)?.sessionReferenceNumber;
    // SB is a batch session, SO an online one.
    expect(reference(attached)).toMatch(/^\d{8}-SB-/);
    expect(reference(plain)).toMatch(/^\d{8}-S[BO]-/);
  });
});

it("is held with KSeF's words without the consent, and goes on replay once there is one", async () => {
  await using rig = await Rig.start();
  const held = await rig.deliver(withAttachment("FV/1"), "order-1");
  expect(held).toMatchObject({
    state: "held",
    problem: {
      code: "ksef.not-permitted",
      upstream: {
        code: 410,
        description: "Nieprawidłowy zakres uprawnień",
        details: [`Sprzedawca ${rig.nip} nie posiada zgody do wysyłania faktur z załącznikami`],
      },
    },
  });
  expect(rig.sandbox.ledger.accepted()).toEqual([]);
  await consent(rig);
  expect((await rig.request(`/v1/invoices/${held.id}/replay`, { method: "POST" })).status).toBe(202);
  const view = await rig.until(held.id);
  expect(view.state).toBe("reported");
  expect(opened(rig)).toEqual(["/v2/sessions/batch", "/v2/sessions/batch"]);
});

it("is refused at the intake beyond 3,000,000 bytes, and without an attachment beyond 1,000,000", async () => {
  await using rig = await Rig.start({ worker: false });
  const plain = sampleInvoice({ extra: `<!--${"x".repeat(1_000_000)}-->` });
  for (const invoice of [withAttachment("FV/1", 3_000_001), plain]) {
    const answer = await rig.post(invoice, `order-${invoice.byteLength}`);
    expect(answer.status).toBe(413);
  }
});
