import { Hono, type Context } from "hono";
import { xmlAnswer } from "../answer.ts";
import { exportedPart } from "../invoices/export-status.ts";
import { isValidLink } from "../link.ts";
import type { State } from "../state.ts";
import { invoiceUpo, sessionUpo } from "../upo.ts";

/** What `upoDownloadUrl`, `downloadUrl` and the `url` of an exported part lead to: no token, but a signature in the link. */
export function storageRoutes(state: State): Hono {
  const app = new Hono();
  app.get("/invoice-upo/:file", (c) => {
    const reference = withoutSuffix(c.req.param("file"));
    const upo = () => invoiceUpo(state, state.invoices.get(reference));
    return serve(state, c, `invoice-upo/${reference}`, upo);
  });
  app.get("/session-upo/:session/:file", (c) => {
    const session = state.sessions.get(c.req.param("session"));
    const reference = withoutSuffix(c.req.param("file"));
    const path = `session-upo/${c.req.param("session")}/${reference}`;
    return serve(state, c, path, () => session && sessionUpo(state, session, reference));
  });
  app.get("/00/:folder/invoice-part/:partName", (c) => {
    const part = exportedPart(state, { ...c.req.param(), ...signed(c) });
    if (part === undefined) return refused(c);
    const headers = { "content-type": "application/octet-stream", "x-ms-meta-hash": part.sha256 };
    return c.body(part.content, 200, headers);
  });
  return app;
}

type Upo = Buffer<ArrayBuffer> | undefined;

function serve(state: State, c: Context, path: string, upo: () => Upo): Response {
  const { expires, signature } = signed(c);
  const bytes = isValidLink(state, path, expires, signature) ? upo() : undefined;
  return bytes === undefined ? refused(c) : xmlAnswer(c, bytes);
}

function signed(c: Context): { expires: string; signature: string } {
  return { expires: c.req.query("se") ?? "", signature: c.req.query("sig") ?? "" };
}

/** The links lead to a blob store outside the API, which answers in its own way. */
function refused(c: Context): Response {
  const xml = '<?xml version="1.0" encoding="utf-8"?><Error><Code>AuthenticationFailed</Code></Error>';
  return c.body(xml, 403, { "content-type": "application/xml" });
}

const withoutSuffix = (file: string): string => file.replace(/\.xml$/, "");
