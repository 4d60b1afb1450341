import { Hono, type MiddlewareHandler } from "hono";
import type { Levers } from "./admin/levers.ts";
import { ownAnswer } from "./admin/own-answer.ts";
import { adminRoutes } from "./admin/routes.ts";
import { watch } from "./admin/watch.ts";
import { errorAnswer, problem } from "./answer.ts";
import { injectFaults } from "./faults/inject.ts";
import { latarniaRoutes } from "./latarnia/routes.ts";
import type { Ledger, LoggedRequest } from "./ledger.ts";
import { throttle } from "./limits/throttle.ts";
import { authRoutes } from "./routes/auth.ts";
import { authSessionRoutes } from "./routes/auth-sessions.ts";
import { batchRoutes, partRoutes } from "./routes/batch.ts";
import { collectiveIdentifierRoutes } from "./routes/collective-identifiers.ts";
import { certificateRoutes, testCertificateRoutes } from "./routes/certificates.ts";
import { invoiceRoutes } from "./routes/invoices.ts";
import { limitRoutes } from "./routes/limits.ts";
import { onlineRoutes } from "./routes/online.ts";
import { peppolRoutes } from "./routes/peppol.ts";
import { permissionQueryRoutes } from "./routes/permission-queries.ts";
import { permissionRoutes } from "./routes/permissions.ts";
import { sessionRoutes } from "./routes/sessions.ts";
import { storageRoutes } from "./routes/storage.ts";
import { testDataRoutes } from "./routes/testdata.ts";
import { tokenRoutes } from "./routes/tokens.ts";
import { verificationRoutes } from "./routes/verification.ts";
import type { State } from "./state.ts";

/** One request as the ledger shows it; the path has no query, where links keep their signature. */
export interface RequestRecord {
  method: string;
  path: string;
  status: number;
}

/**
 * KSeF's HTTP API under `/v2`, its links under `/storage`, the beacon under `/latarnia`, and the sandbox's own API under
 * `/admin`. `seen` is told of each request to the first three.
 */
export function createApp(
  state: State,
  ledger: Ledger,
  seen: (request: LoggedRequest) => void,
  levers: Levers,
): Hono {
  const app = new Hono();
  app.use(watch(state, seen));
  app.use(injectFaults(state));
  if (state.behaviour.limits === "production") app.use("/v2/*", throttle(state));
  app.use("/v2/*", systemWarning);
  app.get("/v2/security/public-key-certificates", (c) => c.json(state.keys.published()));
  app.route("/v2/auth/sessions", authSessionRoutes(state));
  app.route("/v2/auth", authRoutes(state));
  app.route("/v2/tokens", tokenRoutes(state));
  app.route("/v2", limitRoutes(state));
  app.route("/v2/peppol", peppolRoutes(state));
  app.route("/v2/permissions/query", permissionQueryRoutes(state));
  app.route("/v2/permissions", permissionRoutes(state));
  app.route("/v2/testdata", testDataRoutes(state));
  app.route("/v2/certificates", certificateRoutes(state));
  app.route("/v2/testdata/certificates", testCertificateRoutes(state));
  app.route("/v2/sessions/online", onlineRoutes(state));
  app.route("/v2/sessions/batch", batchRoutes(state));
  app.route("/v2/sessions", sessionRoutes(state));
  app.route("/v2/invoices", invoiceRoutes(state));
  app.route("/v2/collective-identifiers", collectiveIdentifierRoutes(state));
  app.route("/storage", partRoutes(state));
  app.route("/storage", storageRoutes(state));
  app.route("/admin", adminRoutes(state, ledger, levers));
  app.route("/", verificationRoutes(state));
  app.route("/latarnia", latarniaRoutes(state));
  // Where the official C# client looks, whatever the path of its base URL.
  app.route("/", latarniaRoutes(state));
  app.notFound((c) => problem(c, state.clock.now(), 404, "Not Found", "Nie ma takiego zasobu."));
  app.onError((error, c) => ownAnswer(c, error) ?? errorAnswer(c, error, state.clock.now()));
  return app;
}

/** A technical warning to the integrator, which can be ordered. Source: the OpenAPI document, `SystemWarning`. */
const systemWarning: MiddlewareHandler = async (c, next) => {
  await next();
  const ordered = c.req.header("x-test-system-warning");
  if (ordered !== undefined) c.header("x-system-warning", ordered);
};
