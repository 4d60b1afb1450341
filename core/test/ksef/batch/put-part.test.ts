import { once } from "node:events";
import { openAsBlob } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { expect, it, onTestFinished } from "vitest";
import { putPart } from "../../../src/ksef/batch/put-part.ts";
import { temporaryFolder } from "../../adapters/folder.ts";

interface Received {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
}

/** Uploads a file to a store that answers with this status and body. */
async function put(content: Uint8Array, status: number, body = ""): Promise<Received> {
  const { promise, resolve } = Promise.withResolvers<Received>();
  const server = createServer(async (request, answer) => {
    const { method, url, headers } = request;
    resolve({ method, url, headers, bytes: await buffer(request) });
    answer.writeHead(status).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const path = join(await temporaryFolder(), "part");
  await writeFile(path, content);

  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/part/1?se=2026&sig=key`;
  const headers = { "x-ms-blob-type": "BlockBlob", "x-ms-version": "2025-01-05", "x-left-out": null };
  const target = { ordinalNumber: 1, method: "PUT", url, headers };
  await putPart(
    { baseUrl: "https://ksef.invalid/v2", deadlineMs: 5_000, fetch },
    target,
    await openAsBlob(path),
  );
  return promise;
}

it("sends the file with the headers KSeF asked for and its length, and no token", async () => {
  const content = new Uint8Array(300_000).map((_, index) => index % 251);
  const { method, url, headers, bytes } = await put(content, 201);
  expect([method, url]).toEqual(["PUT", "/part/1?se=2026&sig=key"]);
  expect(headers).toMatchObject({
    "x-ms-blob-type": "BlockBlob",
    "x-ms-version": "2025-01-05",
    "content-length": "300000",
  });
  // A blob store takes no part of unknown length, and a token for one of its own.
  for (const name of ["transfer-encoding", "authorization", "x-left-out", "content-type"])
    expect(headers).not.toHaveProperty(name);
  expect(bytes).toEqual(Buffer.from(content));
});

const error = (code: string) => `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code></Error>`;

it.each([
  [403, error("AuthenticationFailed"), "ksef.session-closed", false],
  [400, error("MissingRequiredHeader"), "ksef.bad-request", false],
  [401, error("InvalidAuthenticationInfo"), "ksef.bad-request", false],
  [503, error("ServerBusy"), "ksef.unavailable", true],
  [403, "<html><body>Request Rejected</body></html>", "ksef.unavailable", true],
  [200, "<html><body>Request Rejected</body></html>", "ksef.unavailable", true],
])("%i %s is %s", async (status, body, code, outage) => {
  const failed = put(new Uint8Array(10), status, body);
  await expect(failed).rejects.toMatchObject({ code, outage, upstream: { status } });
  await expect(failed).rejects.not.toThrow("sig=");
});
