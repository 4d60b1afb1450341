import { Hono, type Context, type MiddlewareHandler } from "hono";
import * as z from "zod";
import { openCompany } from "../company.ts";
import { faultRule } from "../faults/rule.ts";
import { deliverInvoice } from "../invoices/deliver.ts";
import type { Ledger } from "../ledger.ts";
import { nipPattern } from "../nip.ts";
import type { State } from "../state.ts";
import { instant } from "./announcement.ts";
import { json, understand } from "./input.ts";
import type { Levers } from "./levers.ts";
import { overview } from "./overview.ts";
import { overviewPage } from "./page.ts";
import { readScenario, scenarioNames } from "./scenario.ts";
import { requestWindows } from "./windows.ts";

/**
 * `/admin`: what really happened, and every lever of the sandbox. It has no limits, no login, and faults never strike
 * it. Errors are `{"error": {"message", "details"}}`: 400 for wrong input, 403 for a page of another site, 404.
 */
export function adminRoutes(state: State, ledger: Ledger, levers: Levers): Hono {
  const app = new Hono();
  app.use(refuseOtherSites);

  app.get("/", (c) => {
    const wantsPage = c.req.header("accept")?.includes("text/html") === true;
    if (!wantsPage) return c.json(overview(state, ledger));
    c.header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'");
    return c.html(overviewPage(overview(state, ledger)));
  });
  app.get("/state", (c) => c.json(overview(state, ledger)));
  app.get("/ledger", (c) => c.json(ledger.accepted()));
  app.get("/invoices", (c) => c.json(ledger.invoices()));
  app.post("/invoices", async (c) =>
    c.json(deliverInvoice(state, new Uint8Array(await c.req.arrayBuffer())), 201),
  );
  app.get("/requests", (c) => c.json(ledger.log()));
  app.get("/requests/windows", (c) => c.json(requestWindows(ledger.log(), state.clock.now())));

  app.get("/faults", (c) => c.json(levers.faults.list()));
  app.post("/faults", async (c) => {
    const rules = understand(z.array(faultRule), [await input(c)].flat(), "a fault rule or a list of them");
    return c.json(
      rules.map((rule) => levers.faults.add(rule)),
      201,
    );
  });
  app.delete("/faults", (c) => {
    levers.faults.clear();
    return c.body(null, 204);
  });
  app.delete("/faults/:id", (c) => {
    const id = c.req.param("id");
    return levers.faults.remove(id) ? c.body(null, 204) : missing(c, `There is no fault "${id}".`);
  });

  app.get("/scenarios", (c) =>
    c.json(scenarioNames().map((name) => ({ name, description: readScenario(name).description }))),
  );
  app.post("/scenario", async (c) => {
    const given = await input(c);
    const named = z.strictObject({ name: z.string().regex(/^[\w-]+$/) }).safeParse(given);
    // A text would be the name of a file, which is not for callers over HTTP.
    const scenario = named.success ? named.data.name : understand(z.looseObject({}), given, "a scenario");
    return c.json(levers.scenario(scenario), 201);
  });

  app.get("/clock", (c) => c.json(time(state)));
  app.post("/clock", async (c) => {
    const change = understand(clockChange, await input(c), "a change of the clock");
    if ("now" in change) levers.clock.set(change.now);
    else levers.clock.advance(change.advanceMs);
    return c.json(time(state));
  });

  app.post("/keys/rotate", async (c) => {
    const { usage, ...how } = understand(rotation, await input(c), "a rotation of keys");
    return c.json(await state.keys.rotate({ ...how, ...(usage && { usage }) }), 201);
  });

  app.post("/outage", async (c) => {
    levers.outage.begin(understand(z.looseObject({}), await input(c), "an outage"));
    return c.json(overview(state, ledger).faults, 201);
  });
  app.delete("/outage", (c) => {
    levers.outage.end();
    return c.body(null, 204);
  });

  app.get("/beacon", (c) => c.json(levers.beacon.status()));
  app.post("/beacon", async (c) => {
    levers.beacon.announce((await input(c)) as Parameters<Levers["beacon"]["announce"]>[0]);
    return c.json(levers.beacon.status(), 201);
  });
  app.delete("/beacon", (c) => {
    levers.beacon.allClear();
    return c.body(null, 204);
  });

  app.get("/companies", (c) => c.json(state.companies.values()));
  app.post("/companies", async (c) => {
    const { nip } = understand(company, await input(c), "a company");
    return c.json(await openCompany(state, nip), 201);
  });

  app.post("/reset", (c) => {
    levers.reset();
    return c.body(null, 204);
  });
  app.all("*", (c) => missing(c, `There is no ${c.req.method} ${c.req.path}.`));
  return app;
}

const clockChange = z.union([
  z.strictObject({ advanceMs: z.number().int() }),
  z.strictObject({ now: instant }),
]);

const rotation = z.strictObject({
  usage: z.enum(["KsefTokenEncryption", "SymmetricKeyEncryption"]).optional(),
  retireOld: z.boolean().default(true),
});

const company = z.strictObject({ nip: z.string().regex(nipPattern, "A NIP has ten digits.") });

const input = async (c: Context): Promise<unknown> => json(await c.req.text());

/** A page of another site that a developer has open must not reach the levers. */
const refuseOtherSites: MiddlewareHandler = (c, next) => {
  const origin = c.req.header("origin");
  const isOwn =
    origin === undefined || (URL.canParse(origin) && new URL(origin).host === c.req.header("host"));
  if (isOwn) return next();
  return Promise.resolve(
    c.json({ error: { message: `A page of ${origin} may not do this.`, details: [] } }, 403),
  );
};

function missing(c: Context, message: string): Response {
  return c.json({ error: { message, details: [] } }, 404);
}

function time(state: State): { now: string; offsetMs: number } {
  return { now: new Date(state.clock.now()).toISOString(), offsetMs: state.clock.offset };
}
