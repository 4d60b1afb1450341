import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../src/index.ts";
import { absence, document } from "./document.ts";
import { judge } from "./judge.ts";

describe.skipIf(document === undefined)(`the judge${document === undefined ? ` (${absence})` : ""}`, () => {
  let sandbox: Sandbox;
  beforeEach(async () => {
    sandbox = await createSandbox();
    const answer = sandbox.app.fetch;
    sandbox.app.fetch = (request, ...rest) =>
      request.url.endsWith("/auth/challenge") ? Response.json({}) : answer(request, ...rest);
    judge(sandbox);
  });
  afterEach(() => sandbox.close());

  it.fails("fails the test whose traffic is not as the document says", async () => {
    await sandbox.app.request("/v2/auth/challenge", { method: "POST" });
  });

  it.fails("fails it also when the traffic goes over a socket", async () => {
    await fetch(`${await sandbox.listen()}/auth/challenge`, { method: "POST" });
  });

  it("has nothing against the rest, nor against what a fault made", async () => {
    const url = await sandbox.listen();
    expect((await fetch(`${url}/security/public-key-certificates`)).status).toBe(200);
    sandbox.faults.add("html-502");
    expect((await fetch(`${url}/security/public-key-certificates`)).status).toBe(502);
    sandbox.faults.clear();
    const headers = { "x-sandbox-fault": "html-502" };
    expect((await fetch(`${url}/peppol/query`, { headers })).status).toBe(502);
  });
});
