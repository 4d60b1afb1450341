import {
  correctTechnically,
  type Engine,
  examine,
  explainNow,
  type Finding,
  HubError,
  largestSource,
  mediaTypes,
  observations,
  type Observer,
  reconcile,
  ReconcileOrder,
  replay,
  replayAll,
  ReplayFilter,
  type Source,
  type Submission,
  submit,
  toHubError,
} from "@ksef-hub/core";
import type { Attendance } from "@ksef-hub/core/connect";
import { type Context, Hono } from "hono";
import * as z from "zod";
import { atMostBytes, jsonOf } from "./body.ts";
import { connectionRoutes, openRoutes } from "./connectors/routes.ts";
import type { UpoLinks } from "./connectors/upo-link.ts";
import { health } from "./metrics/health.ts";
import { type MetricsAccess, metricsRoute } from "./metrics/route.ts";
import { codePicture, codesView, pictureName } from "./offline/codes.ts";
import { correctionOrderOf, issueOf } from "./offline/issue.ts";
import { offlineView, timesOf } from "./offline/view.ts";
import { problem } from "./problem.ts";
import { readiness } from "./readiness.ts";
import { explanationOf, matchOf, timelineOf, viewOf } from "./view.ts";

type Env = { Variables: { tenant: string } };

export interface GatewayOptions {
  /** Default: one of its own. */
  observer?: Observer;
  /** Absent: there is no `/metrics`. */
  metrics?: MetricsAccess | undefined;
  /** Absent: the hub has no connections to other systems. */
  connections?: { attendance: Attendance; publicUrl: string; links: UpoLinks } | undefined;
}

/** The REST API of the hub. Every route below `/v1` works inside the tenant of the caller's API key and sees no other. */
export function gateway(
  engine: Engine,
  { observer = observations(engine), metrics, connections }: GatewayOptions = {},
): Hono<Env> {
  const app = new Hono<Env>();

  app.get("/health", (c) => c.json({ status: "ok" }));
  app.get("/ready", async (c) => {
    const report = await readiness(engine);
    return c.json(report, report.status === "ready" ? 200 : 503);
  });
  if (metrics !== undefined) app.get("/metrics", metricsRoute(metrics));

  app.use("/v1/*", async (c, next) => {
    const key = /^Bearer (\S+)$/i.exec(c.req.header("authorization") ?? "")?.[1];
    const tenant = key === undefined ? undefined : await engine.apiKeys.tenantOf(key);
    if (tenant === undefined)
      throw new HubError(
        "request.unauthorized",
        "Send Authorization: Bearer followed by an API key of your tenant.",
      );
    c.set("tenant", tenant);
    await next();
  });

  if (connections !== undefined) {
    const { attendance, publicUrl, links } = connections;
    app.route("/v1/connections", connectionRoutes(attendance, publicUrl));
    app.route("/", openRoutes(attendance, publicUrl, links));
  }

  app.get("/v1/health", async (c) => c.json(await health(engine, observer, c.get("tenant"))));

  app.post("/v1/invoices", limited, async (c) => {
    const idempotencyKey = c.req.header("idempotency-key") ?? "";
    const submission = await submit(engine, {
      tenant: c.get("tenant"),
      idempotencyKey,
      ...issueOf(c),
      ...(await sourceOf(c)),
    });
    const view = await fullView(submission);
    return c.json(view, 202, { location: view.links.self });
  });

  app.post("/v1/invoices/validate", limited, async (c) => {
    const faults = await examine(engine, c.get("tenant"), await sourceOf(c));
    return c.json({ valid: faults.every(({ severity }) => severity === "warning"), faults });
  });

  app.get("/v1/invoices", async (c) => {
    const limit = Number(c.req.query("limit") ?? 50);
    if (!Number.isInteger(limit) || limit < 1 || limit > 200)
      throw new HubError("request.invalid", "limit is a whole number from 1 to 200.");
    const page = await engine.submissions.list(c.get("tenant"), limit, c.req.query("after"));
    const times = await timesOf(engine, page.submissions);
    return c.json({ invoices: page.submissions.map((each) => viewOf(each, times)), next: page.next });
  });

  app.get("/v1/invoices/:id", async (c) => {
    const submission = await find(c);
    return c.json({
      ...(await fullView(submission)),
      explanation: explanationOf(await explainNow(engine, submission)),
    });
  });

  app.get("/v1/invoices/:id/timeline", async (c) => c.json(timelineOf(await find(c))));

  app.get("/v1/invoices/:id/xml", async (c) => archived(await find(c), "document"));

  app.get("/v1/invoices/:id/upo", async (c) => archived(await find(c), "receipt"));

  app.get("/v1/invoices/:id/codes", async (c) => c.json(await codesView(engine, await find(c))));

  app.get(`/v1/invoices/:id/:picture{${pictureName}}`, async (c) =>
    codePicture(engine, await find(c), c.req.param("picture")),
  );

  app.post("/v1/invoices/:id/technical-correction", limited, async (c) => {
    const original = { tenant: c.get("tenant"), id: c.req.param("id") };
    const submission = await correctTechnically(engine, original, {
      idempotencyKey: c.req.header("idempotency-key") ?? "",
      ...correctionOrderOf(c),
      ...(await sourceOf(c)),
    });
    const view = await fullView(submission);
    return c.json(view, 202, { location: view.links.self });
  });

  app.post("/v1/invoices/replay", limited, async (c) => {
    const { filter, ...order } = await jsonOf(c, replayOrder);
    const invoices: object[] = [];
    const counts = await replayAll(engine, c.get("tenant"), filter, {
      ...order,
      signal: c.req.raw.signal,
      onProgress: (match, outcome) => invoices.push(matchOf(match, outcome)),
    });
    return c.json({ dryRun: order.dryRun, ...counts, invoices });
  });

  app.post("/v1/reconcile", limited, async (c) => {
    const order = await jsonOf(c, ReconcileOrder);
    return c.json(await reconciliation(engine, c.get("tenant"), order, c.req.raw.signal));
  });

  app.post("/v1/invoices/:id/replay", async (c) =>
    c.json(await fullView(await replay(engine, { tenant: c.get("tenant"), id: c.req.param("id") })), 202),
  );

  app.notFound((c) =>
    problem(c, new HubError("request.not-found", `${c.req.method} ${c.req.path} is not known.`)),
  );

  app.onError((thrown, c) => {
    const error = toHubError(thrown);
    if (error.http >= 500) {
      const stack = error.cause instanceof Error ? error.cause.stack : undefined;
      engine.log({ level: "error", code: error.code, message: stack ?? error.message });
    }
    return problem(c, error);
  });

  /** With the codes and the technical correction of an invoice issued offline. */
  async function fullView(submission: Submission) {
    const view = viewOf(submission, await timesOf(engine, [submission]));
    return { ...view, ...(await offlineView(engine, submission)) };
  }

  async function find(c: Context<Env, "/v1/invoices/:id">) {
    const id = c.req.param("id");
    // The tenant is part of the key: an invoice of somebody else does not exist here.
    const stored = await engine.submissions.get({ tenant: c.get("tenant"), id });
    if (stored === undefined) throw new HubError("submission.not-found", `There is no invoice ${id}.`);
    return stored.value;
  }

  async function archived(submission: Awaited<ReturnType<typeof find>>, what: "document" | "receipt") {
    const entry = submission[what];
    if (entry === undefined)
      throw new HubError("submission.no-receipt", `Invoice ${submission.id} is ${submission.state}.`);
    const bytes = await engine.archive.stream(entry.key);
    if (bytes === undefined) throw new HubError("archive.missing", `The archive has no ${entry.key}.`);
    return new Response(bytes, {
      headers: {
        "content-type": "application/xml",
        "content-length": String(entry.size),
        "x-content-type-options": "nosniff",
        "cache-control": "private",
      },
    });
  }

  return app;
}

const limited = atMostBytes(largestSource);

/** A mass replay. `limit` is of stopped invoices looked at; whether it is in earnest must be said. */
const replayOrder = z.strictObject({
  filter: ReplayFilter,
  dryRun: z.boolean(),
  limit: z.int().min(1).max(1_000).default(1_000),
  after: z.string().optional(),
});

/** One request's share: it ends rather than wait for long, and says in `next` where the next one goes on. */
async function reconciliation(engine: Engine, tenant: string, order: ReconcileOrder, signal: AbortSignal) {
  const listed: Finding[] = [];
  const { next, findings, ...result } = await reconcile(engine, tenant, {
    ...order,
    signal,
    patienceMs: 20_000,
    onFinding: (finding) => {
      if (listed.length < 10_000) listed.push(finding);
    },
  });
  const from = next === undefined ? undefined : new Date(next).toISOString();
  return { dryRun: order.dryRun, ...result, ...findings, next: from, findings: listed };
}

async function sourceOf(c: Context): Promise<Source> {
  const given = c.req.header("content-type")?.split(";")[0]?.trim().toLowerCase();
  const mediaType = mediaTypes.find((known) => known === (given === "text/xml" ? "application/xml" : given));
  if (mediaType === undefined)
    throw new HubError(
      "request.media-type",
      "Send FA(3) XML with Content-Type: application/xml, or the model in JSON with application/json.",
    );
  return { mediaType, content: new Uint8Array(await c.req.arrayBuffer()) };
}
