import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { sampleInvoice as invoice, sampleInvoiceXml as invoiceXml } from "@ksef-hub/core/testing";
import { isKsefNumber } from "@ksef-hub/core/ksef";
import { Secret } from "@ksef-hub/core";
import { Rig } from "./rig.ts";

it("takes an invoice from a POST to its KSeF number and its receipt", async () => {
  await using rig = await Rig.start();
  const view = await rig.deliver(invoice(), "order-1");
  expect(view).toMatchObject({ state: "reported", receipt: { sha256: expect.any(String) } });
  expect(isKsefNumber(view.ksefNumber ?? "")).toBe(true);
  expect(view.ksefNumber).toMatch(/^5265877635-/);
  const states = view.timeline.map(({ state }) => state);
  expect([...new Set(states)]).toEqual(["received", "ready", "sending", "sent", "accepted", "reported"]);

  const upo = await rig.request(view.links.upo ?? "");
  const receipt = await upo.text();
  expect(receipt).toContain(`<NumerKSeFDokumentu>${view.ksefNumber}</NumerKSeFDokumentu>`);
  const hash = createHash("sha256").update(invoiceXml()).digest("base64");
  expect(receipt).toContain(`<SkrotDokumentu>${hash}</SkrotDokumentu>`);
  expect(rig.sandbox.ledger.accepted()).toEqual([
    expect.objectContaining({ ksefNumber: view.ksefNumber, number: "FV/1", sha256: hash, posts: 1 }),
  ]);
  expect(rig.log).toEqual([]);
});

it("logs in with a KSeF token just as well", async () => {
  await using rig = await Rig.start();
  const { ksefToken } = await rig.sandbox.company(rig.nip);
  const tenant = await rig.engine.tenants.get("acme");
  if (tenant === undefined) throw new Error("no tenant");
  await rig.engine.tenants.save(tenant, { kind: "token", token: new Secret(ksefToken) });
  expect(await rig.deliver(invoice(), "order-1")).toMatchObject({ state: "reported" });
  const paths = rig.sandbox.ledger.requests().map(({ path }) => path);
  expect(paths).toContain("/v2/auth/ksef-token");
});

it("logs in with an EC certificate just as well", async () => {
  await using rig = await Rig.start();
  const { ecCertificatePem, ecPrivateKeyPem } = await rig.sandbox.company(rig.nip);
  const tenant = await rig.engine.tenants.get("acme");
  if (tenant === undefined) throw new Error("no tenant");
  const privateKeyPem = new Secret(ecPrivateKeyPem);
  await rig.engine.tenants.save(tenant, {
    kind: "certificate",
    certificatePem: ecCertificatePem,
    privateKeyPem,
  });
  expect(await rig.deliver(invoice(), "order-1")).toMatchObject({ state: "reported" });
});

it("logs in once for many invoices", async () => {
  await using rig = await Rig.start();
  const numbers = Array.from({ length: 10 }, (_, index) => `FV/${index}`);
  const views = await Promise.all(numbers.map((number) => rig.deliver(invoice({ number }), number)));
  expect(views.map(({ state }) => state)).toEqual(numbers.map(() => "reported"));
  const logins = rig.sandbox.ledger.requests().filter(({ path }) => path === "/v2/auth/xades-signature");
  expect(logins.length).toBe(1);
});
