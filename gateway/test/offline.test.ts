import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sampleInvoiceXml, type SampleInvoice } from "@ksef-hub/core/testing";
import { expect, it } from "vitest";
import { openRig } from "../../core/test/issuing/rig.ts";
import { gateway } from "../src/app.ts";

/** An invoice of a Thursday: what is sent offline on that day has to be in KSeF by the end of Friday. */
const thursday = { number: "FV/1", issueDate: "2026-02-19" };
const noon = "2026-02-19T12:00:00+01:00";

interface View {
  id: string;
  code?: string;
  detail?: string;
  codes?: Record<"kodI" | "kodII", { link: string; label: string; svg: string; png: string }>;
  offline?: object;
  becomesOfflineAt?: string;
}

async function openHub(at = noon) {
  const rig = await openRig(at);
  await rig.certificate("01F20A5D352AE590");
  const key = (await rig.engine.apiKeys.issue("acme", "test", 0)).reveal();
  const app = gateway(rig.engine);
  const request = async (path: string, more: Record<string, string> = {}, init: RequestInit = {}) =>
    app.request(path, { ...init, headers: { authorization: `Bearer ${key}`, ...more } });
  const json = async (path: string) => (await (await request(path)).json()) as View;
  const post = async (query: string, invoice: SampleInvoice = thursday) => {
    const headers = { "content-type": "application/xml", "idempotency-key": invoice.number ?? "" };
    const init = { method: "POST", body: sampleInvoiceXml(invoice) };
    const response = await request(`/v1/invoices${query}`, headers, init);
    return { status: response.status, view: (await response.json()) as View };
  };
  return Object.assign(rig, { request, json, post });
}

it("answers an offline invoice at once with its codes, its deadline and the minutes left", async () => {
  await using hub = await openHub();
  const { status, view } = await hub.post("?mode=offline24&urgent=true");
  expect([status, view]).toMatchObject([
    202,
    {
      urgent: true,
      offline: {
        mode: "offline24",
        issuedAt: "2026-02-19T11:00:00.000Z",
        // From Thursday noon to the end of Friday: 36 hours.
        deadline: { state: "set", date: "2026-02-20", until: "2026-02-20T23:00:00.000Z", minutesLeft: 2160 },
      },
      codes: {
        kodI: { link: expect.stringMatching(/\/invoice\/5265877635\/19-02-2026\//), label: "OFFLINE" },
        kodII: { link: expect.stringMatching(/\/certificate\/Nip\/5265877635\//), label: "CERTYFIKAT" },
      },
    },
  ]);
  expect(view).not.toHaveProperty("becomesOfflineAt");
  hub.setTime("2026-02-21T00:30:00+01:00");
  expect((await hub.json(`/v1/invoices/${view.id}`)).offline).toMatchObject({
    deadline: { minutesLeft: -30 },
  });
  await hub.change(view.id, { state: "reported", ksef: { number: "5265877635-20260220-0100A0000000-00" } });
  expect((await hub.json(`/v1/invoices/${view.id}`)).offline).not.toHaveProperty("deadline.minutesLeft");
});

it("shows in the list which deadlines are open in an outage, and when online invoices become offline", async () => {
  await using hub = await openHub();
  await hub.post("?mode=offline24");
  const { view } = await hub.post("", { ...thursday, number: "FV/2" });
  expect(view.becomesOfflineAt).toBe("2026-02-19T23:00:00.000Z");
  const startedAt = Date.parse(noon);
  await hub.beacon({ status: "FAILURE", outages: [{ eventId: 1, title: "", kind: "failure", startedAt }] });
  const { invoices } = (await hub.json("/v1/invoices")) as unknown as { invoices: View[] };
  expect(
    Object.fromEntries(invoices.map(({ offline, becomesOfflineAt }) => [becomesOfflineAt, offline])),
  ).toEqual({
    undefined: { mode: "offline24", issuedAt: "2026-02-19T11:00:00.000Z", deadline: { state: "open" } },
    "2026-02-19T23:00:00.000Z": undefined,
  });
  await hub.change(view.id, { state: "sent" });
  expect(await hub.json(`/v1/invoices/${view.id}`)).not.toHaveProperty("becomesOfflineAt");
});

it.each(["?mode=offline", "?mod=offline24", "?urgent=yes", "?mode=Offline24"])(
  "refuses %s, so that no misspelt invoice goes online in silence",
  async (query) => {
    await using hub = await openHub();
    const { status, view } = await hub.post(query);
    expect([status, view.code]).toEqual([400, "request.invalid"]);
    expect(await hub.json("/v1/invoices")).toEqual({ invoices: [] });
  },
);

it("gives an online invoice KOD I once KSeF has taken it, and never KOD II", async () => {
  await using hub = await openHub();
  const { view } = await hub.post("?mode=online");
  const answer = async (name: string) => {
    const response = await hub.request(`/v1/invoices/${view.id}/${name}`);
    return [response.status, ((await response.json()) as View).code];
  };
  for (const name of ["codes", "kod-1.svg", "kod-1.png", "kod-2.svg"])
    expect(await answer(name)).toEqual([409, "submission.no-code"]);
  expect((await hub.request(`/v1/invoices/${view.id}/kod-3.svg`)).status).toBe(404);

  await hub.change(view.id, { state: "sent" });
  expect(await hub.json(`/v1/invoices/${view.id}/codes`)).toMatchObject({ kodI: { label: "OFFLINE" } });
  const number = "5265877635-20260219-0100A0000000-00";
  await hub.change(view.id, { state: "accepted", ksef: { number } });
  const codes = await hub.json(`/v1/invoices/${view.id}/codes`);
  expect(codes).toMatchObject({ kodI: { label: number } });
  expect(codes).not.toHaveProperty("kodII");
  expect(await answer("kod-2.png")).toEqual([409, "submission.no-code"]);
});

const haveZbar = spawnSync("zbarimg", ["--version"]).status === 0;
if (!haveZbar) console.log("skipped: zbarimg is not installed (Debian: apt-get install zbar-tools)");

it.skipIf(!haveZbar)("serves pictures that a scanner reads", async () => {
  await using hub = await openHub();
  const { codes } = (await hub.post("?mode=offline24")).view;
  for (const kod of [codes?.kodI, codes?.kodII]) {
    const png = await hub.request(kod?.png ?? "");
    expect(png.headers.get("content-type")).toBe("image/png");
    expect(scan(new Uint8Array(await png.arrayBuffer()))).toBe(kod?.link);
    const svg = await hub.request(kod?.svg ?? "");
    expect(svg.headers.get("content-type")).toBe("image/svg+xml");
    expect(await svg.text()).toContain(`>${kod?.label}</text>`);
  }
});

function scan(png: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), "kod-"));
  try {
    writeFileSync(join(folder, "kod.png"), png);
    const file = join(folder, "kod.png");
    return execFileSync("zbarimg", ["--quiet", "--raw", file], { encoding: "utf8", stdio: "pipe" }).trim();
  } finally {
    rmSync(folder, { recursive: true });
  }
}
