import { Hono } from "hono";
import { isoTime } from "../iso.ts";
import { peppolProviders } from "../login/peppol-provider.ts";
import { offsetPage } from "../offset-page.ts";
import type { State } from "../state.ts";

/** `/peppol`: the providers that have logged in, latest first, to anyone. */
export function peppolRoutes(state: State): Hono {
  const app = new Hono();
  app.get("/query", (c) => {
    const all = peppolProviders(state)
      .values()
      .toSorted((one, other) => other.createdAt - one.createdAt || (one.id < other.id ? -1 : 1));
    const { items, hasMore } = offsetPage(c, all);
    const shown = items.map(({ id, name, createdAt }) => ({ id, name, dateCreated: isoTime(createdAt) }));
    return c.json({ peppolProviders: shown, hasMore });
  });
  return app;
}
