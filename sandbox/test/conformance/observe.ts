import type { Sandbox } from "../../src/index.ts";
import type { Checker, Finding } from "./checker.ts";

export interface Observed {
  /** `METHOD /templated/path`; undefined when the document has none. */
  endpoint: string | undefined;
  status: number;
  found: Finding[];
}

/**
 * Tells `seen` of every exchange with the API that passes from now on, by socket or without, before the caller gets the
 * answer. What a fault has put in place of the sandbox's answer is left out. Call it before the sandbox listens.
 */
export function observe(
  { app, faults }: Sandbox,
  checker: Checker,
  seen: (exchange: Observed) => void,
): void {
  const answer = app.fetch;
  const struck = (): number => faults.list().reduce((sum, fault) => sum + fault.struck, 0);
  app.fetch = async (request, ...rest) => {
    const { pathname, searchParams: query } = new URL(request.url);
    if (!pathname.startsWith("/v2/") || request.headers.has("x-sandbox-fault"))
      return answer(request, ...rest);
    const copy = request.clone();
    const before = struck();
    const response = await answer(request, ...rest);
    if (struck() !== before) return response;
    const bytes = await response.arrayBuffer();
    const { method, headers } = copy;
    const { status, headers: answerHeaders } = response;
    const path = pathname.slice("/v2".length);
    const sent = { method, path, query, headers, body: await copy.text() };
    const answered = { status, answerHeaders, answer: new TextDecoder().decode(bytes) };
    const found = checker.check({ ...sent, ...answered });
    seen({ endpoint: checker.endpoint(method, path), status, found });
    return new Response(response.body === null ? null : bytes, { status, headers: answerHeaders });
  };
}
