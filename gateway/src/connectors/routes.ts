import { HubError, toHubError } from "@ksef-hub/core";
import {
  type Attendance,
  Connection,
  lookAtHeld,
  Mapping,
  openSource,
  type SourceRecord,
  takeWebhook,
} from "@ksef-hub/core/connect";
import { type Context, Hono } from "hono";
import * as z from "zod";
import { atMostBytes, jsonOf } from "../body.ts";
import type { UpoLinks } from "./upo-link.ts";

type Env = { Variables: { tenant: string } };

const config = z.record(z.string(), z.unknown());
const order = z.strictObject({
  id: Connection.shape.id,
  connector: z.string(),
  config,
  mapping: Mapping.prefault({}),
  since: Connection.shape.since,
  state: Connection.shape.state.default("active"),
});
const change = z.strictObject({
  config: config.optional(),
  mapping: Mapping.optional(),
  since: Connection.shape.since.optional(),
  state: Connection.shape.state.optional(),
});

/** Connections of the caller's company; below `/v1`, where the tenant is known by the API key. Credentials go in and never out. */
export function connectionRoutes(attendance: Attendance, publicUrl: string): Hono<Env> {
  const { engine, connections, records } = attendance;
  const app = new Hono<Env>();

  app.post("/", limited, async (c) => {
    const given = await jsonOf(c, order);
    const tenant = c.get("tenant");
    if ((await connections.get(tenant, given.id)) !== undefined)
      throw new HubError(
        "request.invalid",
        `There is a connection ${given.id} already: change it with PATCH.`,
      );
    const saved = await connections.save({ ...given, tenant, createdAt: engine.clock.now() });
    return c.json({ ...view(saved), check: await checked(saved) }, 201, {
      location: `/v1/connections/${saved.id}`,
    });
  });

  app.get("/", async (c) => {
    const all = await Array.fromAsync(connections.of(c.get("tenant")));
    return c.json({ connections: all.map(view) });
  });

  app.get("/:id", async (c) => c.json(view(await find(c))));

  app.patch("/:id", limited, async (c) => {
    const known = await find(c);
    const { config: told = {}, ...rest } = await jsonOf(c, change);
    const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
    const saved = await connections.save({ ...known, ...given, config: { ...known.config, ...told } });
    const lookedAtAgain = await lookAtHeld(attendance, saved);
    return c.json({ ...view(saved), lookedAtAgain, check: await checked(saved) });
  });

  app.delete("/:id", async (c) => {
    await connections.delete(await find(c));
    return c.body(null, 204);
  });

  app.post("/:id/check", async (c) => c.json(await checked(await find(c))));

  app.get("/:id/records", async (c) => {
    const { tenant, id } = await find(c);
    const limit = z.coerce.number().int().min(1).max(200).catch(50).parse(c.req.query("limit"));
    const page = await records.list({ tenant, connection: id }, limit, c.req.query("after"));
    return c.json({ records: page.records.map(recordView), next: page.next });
  });

  async function find(c: Context<Env, "/:id">): Promise<Connection> {
    const id = c.req.param("id");
    const connection = await connections.get(c.get("tenant"), id);
    if (connection === undefined) throw new HubError("request.not-found", `There is no connection ${id}.`);
    return connection;
  }

  /** Whether it works, and prepares the system; it is there all the same if not. */
  async function checked(connection: Connection) {
    try {
      await (await openSource(attendance, connection)).check?.();
      return { status: "ok" };
    } catch (thrown) {
      const { code, title, titlePl, message } = toHubError(thrown);
      return { status: "failed", code, title, titlePl, message };
    }
  }

  const view = ({ tenant, ...connection }: Connection) => ({
    ...connection,
    createdAt: new Date(connection.createdAt).toISOString(),
    webhookUrl: `${publicUrl}/hooks/${tenant}/${connection.id}`,
  });
  return app;
}

/** What vendors and the links in their records call: nobody logs in here, signatures are checked instead. */
export function openRoutes(attendance: Attendance, publicUrl: string, links: UpoLinks): Hono {
  const { engine, connections } = attendance;
  const app = new Hono();

  app.post("/hooks/:tenant/:id", limited, async (c) => {
    const { tenant, id } = c.req.param();
    const connection = await connections.get(tenant, id);
    if (connection === undefined || connection.state === "paused")
      throw new HubError("request.not-found", "There is nothing at this address.");
    const { search } = new URL(c.req.url);
    return takeWebhook(attendance, connection, {
      method: c.req.method,
      url: `${publicUrl}${c.req.path}${search}`,
      headers: c.req.raw.headers,
      body: new Uint8Array(await c.req.arrayBuffer()),
      receivedAt: engine.clock.now(),
    });
  });

  app.get("/upo/:tenant/:id/:signature", async (c) => {
    const { tenant, id, signature } = c.req.param();
    const receipt = (await links.isGood(tenant, id, signature))
      ? (await engine.submissions.get({ tenant, id }))?.value.receipt
      : undefined;
    const bytes = receipt && (await engine.archive.stream(receipt.key));
    if (bytes === undefined) throw new HubError("request.not-found", "There is nothing at this address.");
    return new Response(bytes, {
      headers: {
        "content-type": "application/xml",
        "cache-control": "private",
        "x-content-type-options": "nosniff",
      },
    });
  });
  return app;
}

function recordView(record: SourceRecord) {
  const { ref, state, diverged, problem, faults, steps, submission } = record;
  return {
    ref,
    state,
    diverged,
    ...(problem === undefined ? {} : { problem }),
    ...(faults.length === 0 ? {} : { faults }),
    steps,
    ...(submission === undefined ? {} : { invoice: `/v1/invoices/${submission}` }),
    seenAt: new Date(record.seenAt).toISOString(),
    updatedAt: new Date(record.updatedAt).toISOString(),
  };
}

const limited = atMostBytes(1_000_000);
