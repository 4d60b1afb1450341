import { describe, expect, it } from "vitest";
import { HubError } from "../../src/error.ts";
import { call, refusals } from "../../src/ksef/http.ts";

type Reply = (signal: AbortSignal) => Response | Promise<Response>;

function get(reply: Reply, deadlineMs = 1_000) {
  const fetch = async (_url: string, init: RequestInit) => reply(init.signal ?? AbortSignal.abort());
  return call({ baseUrl: "https://ksef.invalid/v2", deadlineMs, fetch }, { path: "/sessions/1" });
}

async function failure(reply: Reply, deadlineMs?: number): Promise<HubError> {
  const thrown: unknown = await get(reply, deadlineMs).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(HubError);
  return thrown as HubError;
}

const problem = (status: number, body: object, headers = {}) =>
  Response.json(body, { status, headers: { "content-type": "application/problem+json", ...headers } });
const html = (status: number) => new Response("<html><body>Error</body></html>", { status });

/** As the real one: it ends only with the signal. */
const waiting = (signal: AbortSignal): Promise<Response> =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error));
  });

describe("an answer of KSeF becomes a code that says what may follow", () => {
  it("reads both error formats, and keeps KSeF's own words", async () => {
    const errors = [
      {
        code: 21180,
        description: "Status sesji nie pozwala na wykonanie operacji.",
        details: ["Status 200"],
      },
    ];
    const modern = await failure(() =>
      problem(400, { title: "Bad Request", status: 400, detail: "…", errors }),
    );
    const exceptionDetailList = [
      { exceptionCode: 21180, exceptionDescription: errors[0]?.description, details: ["Status 200"] },
    ];
    const older = await failure(() => problem(400, { exception: { exceptionDetailList } }));
    for (const error of [modern, older]) {
      expect(error.code).toBe("ksef.session-closed");
      expect(error.upstream).toEqual({
        status: 400,
        code: 21180,
        description: "Status sesji nie pozwala na wykonanie operacji.",
        details: ["Status 200"],
      });
    }
  });

  it("takes 429 as a pause of the length KSeF asks for", async () => {
    const error = await failure(() => problem(429, { status: 429, detail: "…" }, { "retry-after": "37" }));
    expect(error.code).toBe("ksef.rate-limited");
    expect(error.retryAfterMs).toBe(37_000);
    expect(error.outage).toBe(true);
  });

  it("never takes the HTML page of a proxy or a firewall for a refusal", async () => {
    for (const status of [400, 401, 403, 404, 502, 503, 504]) {
      const error = await failure(() => html(status));
      expect([status, error.code]).toEqual([status, "ksef.unavailable"]);
      expect(refusals.has(error.code)).toBe(false);
    }
  });

  it("does not know the outcome after a reset, a timeout or a body cut off", async () => {
    const reset = await failure(() => Promise.reject(new TypeError("fetch failed")));
    expect(reset.code).toBe("ksef.unreachable");
    const cut = new ReadableStream({ start: (stream) => stream.error(new Error("aborted")) });
    expect((await failure(() => new Response(cut))).code).toBe("ksef.unreachable");
    const slow = await failure(waiting, 20);
    expect(slow.code).toBe("ksef.timeout");
    for (const { code } of [reset, slow]) expect(refusals.has(code)).toBe(false);
  });

  it("sorts the rest", async () => {
    const codes: [number, object, string][] = [
      [401, { detail: "…" }, "ksef.unauthorized"],
      [403, { detail: "…", reasonCode: "missing-permissions" }, "ksef.forbidden"],
      [400, { errors: [{ code: 21470, description: "…" }] }, "ksef.key-unknown"],
      [400, { errors: [{ code: 21173, description: "…" }] }, "ksef.session-unknown"],
      [400, { errors: [{ code: 21184, description: "…" }] }, "ksef.session-closed"],
      [400, { errors: [{ code: 21405, description: "…" }] }, "ksef.bad-request"],
      [500, { detail: "…" }, "ksef.unavailable"],
      [404, {}, "ksef.protocol"],
    ];
    for (const [status, body, code] of codes)
      expect([status, (await failure(() => problem(status, body))).code]).toEqual([status, code]);
  });
});
