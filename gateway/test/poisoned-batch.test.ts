import { createDispatcher } from "@ksef-hub/core";
import { sampleInvoice } from "@ksef-hub/core/testing";
import { expect, it } from "vitest";
import { Rig, type View } from "./rig.ts";

it("gets every invoice through although each batch with a certain one in it is refused as a whole", async () => {
  const numbers = Array.from({ length: 200 }, (_, index) => `FV/${index + 1}`);
  let poison = "";
  let refused = 0;
  await using rig = await Rig.start({
    worker: false,
    limits: "off",
    fetch: async (url, init) => {
      if (init.method !== "POST" || !url.endsWith("/sessions/batch") || !(await isOpening(rig, poison)))
        return fetch(url, init);
      refused++;
      const headers = { ...(init.headers as Record<string, string>), "x-sandbox-fault": "session-430" };
      return fetch(url, { ...init, headers });
    },
  });
  const ids: string[] = [];
  for (const number of numbers)
    ids.push(((await (await rig.post(sampleInvoice({ number }), number)).json()) as View).id);
  poison = ids[16] ?? "";

  const dispatcher = createDispatcher(rig.engine);
  for (const id of ids) dispatcher.ring({ tenant: "acme", id });
  const views: View[] = [];
  for (const id of ids) views.push(await rig.until(id));
  await dispatcher.stop();
  expect(new Set(views.map(({ state }) => state))).toEqual(new Set(["reported"]));
  // All, all again, a quarter, a quarter of that, until it is among so few that they go online.
  expect(refused).toBeGreaterThanOrEqual(2);
  expect(refused).toBeLessThanOrEqual(8);
  const timeline = views[16]?.timeline.map(({ message }) => message) ?? [];
  expect(timeline.findLast((message) => message.startsWith("Sending"))).toContain("in session");
});

/** Whether the batch this submission is in is being opened now. */
async function isOpening({ engine }: Rig, id: string): Promise<boolean> {
  const stored = await engine.submissions.get({ tenant: "acme", id });
  const desk = await engine.table.get({ pk: "T#acme", sk: "desk" });
  const { sessions = [] } = (desk?.value ?? {}) as { sessions?: { id: string; state: string }[] };
  const batch = stored?.value.session?.batch;
  return sessions.some((session) => session.state === "opening" && session.id === batch);
}
