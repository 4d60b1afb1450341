import type { Outcome } from "@ksef-hub/core";
import { describe, expect, it } from "vitest";
import { connected } from "./serve.ts";

const accepted: Outcome = {
  state: "accepted",
  ksefNumber: "7941234509-20260302-0A1B2C3D4E5F-63",
  acceptedAt: "2026-03-02T10:11:12+01:00",
  upoUrl: "https://hub.example/upo/abc",
  upo: { fileName: "UPO_7941234509-20260302-0A1B2C3D4E5F-63.xml", bytes: new TextEncoder().encode("<UPO/>") },
};

const rejected: Outcome = {
  state: "rejected",
  code: "ksef.rejected",
  message: "KSeF refuses the invoice.",
  messagePl: "KSeF odrzucił fakturę.",
};

/** A connection with its properties, and an invoice that is issued. */
async function issued(config = {}) {
  const hubspot = await connected({}, config);
  await hubspot.source.check?.();
  const id = hubspot.account.draftInvoice({ lines: [] });
  hubspot.account.finalise(id, { number: "FV/1", date: "2026-03-02" });
  const write = async (outcome: Outcome, steps = Object.keys(hubspot.source.writeBack)) => {
    for (const step of steps) await hubspot.source.writeBack[step]?.({ type: "invoice", id }, outcome);
  };
  const properties = () => hubspot.account.get("invoices", id)?.properties ?? {};
  return { ...hubspot, id, write, properties };
}

const changes = (calls: string[]) =>
  calls.filter((call) => /^(PATCH|POST)/.test(call) && !call.endsWith("/read"));

describe("write-back", () => {
  it("has three steps, in their order", async () => {
    await using hubspot = await issued();
    expect(Object.keys(hubspot.source.writeBack)).toEqual(["properties", "file", "note"]);
  });

  it("gives the invoice number, status, time, link, receipt and a note", async () => {
    await using hubspot = await issued();
    await hubspot.write(accepted);
    const { ksef_upo_file: fileId = "", ...properties } = hubspot.properties();
    expect(properties).toMatchObject({
      ksef_number: "7941234509-20260302-0A1B2C3D4E5F-63",
      ksef_status: "accepted",
      ksef_accepted_at: "2026-03-02T09:11:12.000Z",
      ksef_upo_url: "https://hub.example/upo/abc",
    });
    const file = hubspot.account.files.get(fileId ?? "");
    expect(file).toMatchObject({
      access: "PRIVATE",
      path: "/ksef/UPO_7941234509-20260302-0A1B2C3D4E5F-63.xml",
    });
    expect(new TextDecoder().decode(file?.bytes)).toBe("<UPO/>");
    const [note = "", ...others] = hubspot.account.associatedIds("invoices", hubspot.id, "notes");
    expect(others).toEqual([]);
    expect(hubspot.account.get("notes", note)?.properties).toMatchObject({
      hs_note_body: "Faktura przyjęta przez KSeF pod numerem 7941234509-20260302-0A1B2C3D4E5F-63.",
      hs_attachment_ids: fileId,
      hs_timestamp: "2026-03-02T10:11:12+01:00",
    });
  });

  it("changes nothing the second time", async () => {
    await using hubspot = await issued();
    await hubspot.write(accepted);
    // HubSpot's own form of an instant.
    hubspot.account.change("invoices", hubspot.id, { ksef_accepted_at: "1772442672000" });
    hubspot.calls.length = 0;
    await hubspot.write(accepted);
    expect(changes(hubspot.calls)).toEqual([]);
  });

  it("takes up where it was cut off", async () => {
    await using hubspot = await issued();
    await hubspot.write(accepted, ["properties", "file"]);
    // The file was uploaded, and its id not written.
    hubspot.account.change("invoices", hubspot.id, { ksef_upo_file: null });
    await hubspot.write(accepted);
    expect(hubspot.account.files.size).toBe(1);
    expect(hubspot.properties()["ksef_upo_file"]).toBe("9000");
    // Somebody deleted it.
    hubspot.account.files.clear();
    await hubspot.write(accepted);
    expect(hubspot.account.files.size).toBe(1);
    expect(hubspot.account.all("notes")).toHaveLength(1);
  });

  it("says why an invoice was refused, and takes that back once it is accepted", async () => {
    await using hubspot = await issued();
    await hubspot.write(rejected);
    expect(hubspot.properties()).toMatchObject({
      ksef_status: "rejected",
      ksef_error: "KSeF odrzucił fakturę. (ksef.rejected)",
    });
    expect([hubspot.account.files.size, hubspot.account.all("notes").length]).toEqual([0, 0]);
    await hubspot.write({ ...rejected, state: "held" });
    expect(hubspot.properties()["ksef_status"]).toBe("held");
    await hubspot.write(accepted);
    expect(hubspot.properties()).toMatchObject({ ksef_status: "accepted", ksef_error: "" });
  });

  it("speaks English where the connection wants it", async () => {
    await using hubspot = await issued({ language: "en" });
    await hubspot.write(rejected);
    expect(hubspot.properties()["ksef_error"]).toBe("KSeF refuses the invoice. (ksef.rejected)");
    await hubspot.write(accepted);
    expect(hubspot.account.all("notes")[0]?.properties["hs_note_body"]).toContain("KSeF has accepted");
  });

  it("has nowhere to go when the invoice is deleted", async () => {
    await using hubspot = await issued();
    hubspot.account.remove("invoices", hubspot.id);
    for (const step of ["properties", "file", "note"])
      await expect(hubspot.write(accepted, [step])).rejects.toMatchObject({ code: "vendor.not-found" });
  });
});
