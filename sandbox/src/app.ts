import { Hono } from "hono";
import { errorAnswer, problem } from "./answer.ts";
import { authRoutes } from "./routes/auth.ts";
import { invoiceRoutes, storageRoutes } from "./routes/documents.ts";
import { onlineRoutes } from "./routes/online.ts";
import { sessionRoutes } from "./routes/sessions.ts";
import type { State } from "./state.ts";

/** One request as the ledger shows it; the path has no query, where links keep their signature. */
export interface RequestRecord {
  method: string;
  path: string;
  status: number;
}

/** KSeF's HTTP API under `/v2` and its download links under `/storage`. `seen` is told of each request answered. */
export function createApp(state: State, seen: (request: RequestRecord) => void): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    seen({ method: c.req.method, path: c.req.path, status: c.res.status });
  });
  app.get("/v2/security/public-key-certificates", (c) => c.json(state.keys.published()));
  app.route("/v2/auth", authRoutes(state));
  app.route("/v2/sessions/online", onlineRoutes(state));
  app.route("/v2/sessions", sessionRoutes(state));
  app.route("/v2/invoices/ksef", invoiceRoutes(state));
  app.route("/storage", storageRoutes(state));
  app.notFound((c) => problem(c, state.clock.now(), 404, "Not Found", "Nie ma takiego zasobu."));
  app.onError((error, c) => errorAnswer(c, error, state.clock.now()));
  return app;
}
