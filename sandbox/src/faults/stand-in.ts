import { STATUS_CODES } from "node:http";
import type { Fault } from "./fault.ts";
import { firewallPage, gatewayPage } from "./page.ts";

/** The answer somebody other than the API gives in its place. */
export function standIn({ status, body, json }: Extract<Fault, { kind: "answer" }>): Response {
  switch (body) {
    case "json":
      return Response.json(json ?? { statusCode: status, message: STATUS_CODES[status] ?? "Error" }, {
        status,
      });
    case "html":
      return page(gatewayPage(status), status);
    case "waf":
      return page(firewallPage, status);
    case "empty":
      return new Response(null, { status });
  }
}

function page(html: string, status: number): Response {
  return new Response(html, { status, headers: { "content-type": "text/html" } });
}
