import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connector } from "../src/index.ts";
import { hubspotSandbox, type SandboxOptions } from "../src/sandbox.ts";
import { testHost } from "./host.ts";

/** Something that answers requests, on a free port of this machine. */
export async function served(fetch: (request: Request) => Response | Promise<Response>) {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = "GET", url = "/", headers } = request;
    const body = method === "GET" ? null : Buffer.concat(chunks);
    const answer = await fetch(
      new Request(`http://127.0.0.1${url}`, { method, body, headers: headers as Record<string, string> }),
    );
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const company = {
  name: "Nieistniejące Biuro Projektów S.A.",
  nip: "812-345-67-01",
  address: "al. Fikcyjna 12/4",
  zip: "00-999",
  city: "Warszawa",
  state: "mazowieckie",
  country: "Polska",
};

export const settings = {
  portalId: "62515",
  accessToken: "pat-eu1-test",
  clientSecret: "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy",
  sellerNip: "7941234509",
  sellerName: "Wymyślona Pracownia Mebli sp. z o.o.",
  sellerAddress1: "ul. Zmyślona 7",
  sellerAddress2: "61-001 Poznań",
};

/** The connector beside a sandbox of its own. */
export async function connected(options: Partial<SandboxOptions> = {}, config: Record<string, unknown> = {}) {
  const { host, at, stop } = testHost();
  const sandbox = hubspotSandbox({
    token: settings.accessToken,
    portalId: 62515,
    now: () => at.now,
    ...options,
  });
  const server = await served((request) => sandbox.app.fetch(request));
  const whole = connector.config.parse({ ...settings, baseUrl: server.baseUrl, ...config });
  const source = connector.connect(whole, host);
  return {
    ...sandbox,
    source,
    at,
    stop,
    host,
    config: whole,
    [Symbol.asyncDispose]: server[Symbol.asyncDispose],
  };
}
