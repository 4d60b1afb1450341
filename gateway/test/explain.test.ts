import { sampleInvoice as invoice } from "@ksef-hub/core/testing";
import { expect, it } from "vitest";
import { Files, hub, hubWith } from "./cli-rig.ts";
import { Rig } from "./rig.ts";

interface Explained {
  state: string;
  explanation: {
    actor: string;
    since: string;
    nextAt?: string;
    en: { summary: string; next: string };
    pl: { summary: string; next: string };
  };
}

it("answers why an invoice is not there, in both languages, with KSeF's own words", async () => {
  await using rig = await Rig.start();
  const { id } = await rig.deliver(invoice({ sellerNip: "1111111111" }), "order-1");
  const { state, explanation } = (await (await rig.request(`/v1/invoices/${id}`)).json()) as Explained;
  expect(state).toBe("held");
  expect(explanation.actor).toBe("you");
  const { problem } = await rig.view(id);
  for (const { summary } of [explanation.en, explanation.pl])
    expect(summary).toContain(problem?.upstream?.description);
  expect(explanation.pl.next).toContain("ponów fakturę");
  expect(Date.parse(explanation.since)).toBeGreaterThan(0);
});

it("tells until when an invoice issued offline has to be sent", async () => {
  await using rig = await Rig.start({ worker: false });
  const view = (await (await rig.post(invoice({ issueDate: "2026-02-13" }), "order-1")).json()) as {
    id: string;
  };
  const stored = await rig.engine.submissions.get({ tenant: "acme", id: view.id });
  if (stored === undefined) throw new Error("not there");
  const offline = { mode: "offline24", issuedAt: Date.parse("2026-02-13T12:00:00Z") } as const;
  await rig.engine.submissions.replace(stored, { ...stored.value, offline });
  const { explanation } = (await (await rig.request(`/v1/invoices/${view.id}`)).json()) as Explained;
  // The 13th is a Friday.
  expect(explanation.en.summary).toContain("by the end of 2026-02-16: that time is over");
  expect(explanation.pl.summary).toContain("do końca dnia 2026-02-16");
});

it("shows all that happened to an invoice in both languages", async () => {
  await using rig = await Rig.start();
  const { id, ksefNumber, timeline } = await rig.deliver(invoice(), "order-1");
  const response = await rig.request(`/v1/invoices/${id}/timeline`);
  const body = (await response.json()) as {
    id: string;
    events: { at: string; state: string; en: string; pl: string }[];
  };
  expect(body.id).toBe(id);
  expect(body.events.map(({ en }) => en)).toEqual(timeline.map(({ message }) => message));
  expect(body.events.map(({ pl }) => pl)).toContain(`Przyjęta pod numerem KSeF ${ksefNumber}.`);
  expect((await rig.request("/v1/invoices/unknown/timeline")).status).toBe(404);
  const { explanation } = (await (await rig.request(`/v1/invoices/${id}`)).json()) as Explained;
  expect(explanation).toMatchObject({ actor: "nobody", pl: { next: "Nie trzeba nic robić." } });
});

it("says on a refusal what to do, in both languages", async () => {
  await using rig = await Rig.start({ worker: false });
  const response = await rig.request("/v1/invoices/unknown");
  expect(await response.json()).toMatchObject({
    code: "submission.not-found",
    titlePl: "Nie ma takiej faktury",
    next: { en: expect.stringMatching(/^Check/) as string, pl: expect.stringMatching(/^Sprawdź/) as string },
  });
});

it("explains at the command line, by id and by number", async () => {
  const files = await Files.open();
  const data = `${files.folder}/data`;
  const token = await files.add("token", "a-ksef-token\n");
  const company = ["--nip", "5265877635", "--environment", "test", "--token-file", token];
  await hub("tenant", "add", "--data", data, "--id", "acme", ...company);
  const { embedded } = await import("@ksef-hub/core/embedded");
  const { createEngine, submit } = await import("@ksef-hub/core");
  let id = "";
  {
    await using ports = await embedded({ folder: data });
    const engine = createEngine({ ports, log: () => undefined });
    const intake = { tenant: "acme", idempotencyKey: "1", mediaType: "application/xml" } as const;
    ({ id } = await submit(engine, { ...intake, content: invoice() }));
    const busy = await hub("explain", "--data", data, "--tenant", "acme", id);
    expect(busy).toMatchObject({ code: 2, out: "" });
    expect(busy.err).toContain("GET /v1/invoices/INVOICE");
  }
  const byNumber = await hub("explain", "--data", data, "--tenant", "acme", "--number", "FV/1");
  expect(byNumber).toMatchObject({ code: 0, err: "" });
  expect(byNumber.out).toMatch(/^Invoice FV\/1 .*\n→ There is nothing to do/);
  expect(byNumber.out).toMatch(/ received +Received\.\n/);
  const polish = await hubWith({ LANG: "pl_PL.UTF-8" }, "explain", "--data", data, "--tenant", "acme", id);
  expect(polish.out).toMatch(/^Faktura FV\/1 jest /);
  const json = await hub("explain", "--data", data, "--tenant", "acme", id, "--json");
  expect(JSON.parse(json.out)).toMatchObject([{ id, number: "FV/1", actor: "hub" }]);
  const missing = await hub("explain", "--data", data, "--tenant", "acme", "--number", "FV/2");
  expect(missing).toMatchObject({ code: 2, out: "" });
  expect((await hub("explain", "--data", data, "--tenant", "acme")).err).toContain("Name one invoice");
  await files.close();
});
