import { Hono, type Context } from "hono";
import { html } from "hono/html";
import type { State } from "../state.ts";
import { verifyInvoice, verifyIssuer, type Verification } from "../verification/verify.ts";

/**
 * Where the codes on pictures of invoices lead: KOD I under `/invoice`, KOD II under `/certificate`. A page for whoever
 * scanned one, JSON for who asks for it; 404 when the code cannot be relied on. Source: ksef-docs, kody-qr.md.
 */
export function verificationRoutes(state: State): Hono {
  const app = new Hono();
  app.get("/invoice/:nip/:date/:sha256", (c) => answer(c, verifyInvoice(state, c.req.param())));
  app.get("/certificate/:type/:value/:nip/:serialNumber/:sha256/:signature", (c) => {
    const { host, pathname } = new URL(c.req.url);
    const signed = host + pathname.slice(0, pathname.lastIndexOf("/"));
    return answer(c, verifyIssuer(state, { ...c.req.param(), signed }));
  });
  return app;
}

function answer(c: Context, verification: Verification): Response | Promise<Response> {
  const status = verification.fault === undefined ? 200 : 404;
  return c.req.header("accept")?.includes("text/html") === true
    ? c.html(page(verification), status)
    : c.json(verification, status);
}

const page = ({ fault, ksefNumber, issuer }: Verification) =>
  html`<!doctype html>
    <html lang="pl">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>Weryfikacja faktury (KSeF sandbox)</title>
      </head>
      <body
        style="font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem"
      >
        <h1>${fault === undefined ? "Kod jest prawdziwy" : "Na tym kodzie nie można polegać"}</h1>
        ${fault === undefined ? "" : html`<p>${fault}</p>`}
        ${issuer === undefined ? "" : html`<p>Wystawca: ${issuer}</p>`}
        <p>${ksefNumber === undefined ? "Faktury nie ma (jeszcze) w KSeF." : `Numer KSeF: ${ksefNumber}`}</p>
      </body>
    </html>`;
