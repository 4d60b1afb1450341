import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { ServerResponse } from "node:http";
import type { Context } from "hono";
import type { State } from "../state.ts";

/** The caller gets no answer. Without a socket this is what the promise of `app.request` rejects with. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/** Resets the connection (RST) before anything was answered. */
export function reset(c: Context): never {
  nodeResponse(c)?.socket?.resetAndDestroy();
  throw new NoAnswer("The connection was reset by a fault of the sandbox.");
}

/** Answers with half of the body, then resets the connection. */
export async function resetMidBody(c: Context, response: Response): Promise<Response> {
  const bytes = Buffer.from(await response.arrayBuffer());
  // Nothing can be cut off an empty body.
  if (bytes.length < 2) return reset(c);
  const half = bytes.subarray(0, bytes.length / 2);
  const { status } = response;
  const headers = { ...Object.fromEntries(response.headers), "content-length": String(bytes.length) };
  const outgoing = nodeResponse(c);
  if (outgoing === undefined) return new Response(broken(half), { status, headers });
  outgoing.writeHead(status, headers);
  outgoing.write(half, () => outgoing.socket?.resetAndDestroy());
  return RESPONSE_ALREADY_SENT;
}

/** Answers nothing until the caller gives up, the sandbox is closed, or `ms` have passed; then resets. */
export async function hang(state: State, c: Context, ms: number): Promise<never> {
  await state.clock.sleep(ms, c.req.raw.signal);
  return reset(c);
}

/** The same answer, its body spread over `ms`. */
export async function slowBody(
  state: State,
  response: Response,
  { ms, chunks }: { ms: number; chunks: number },
): Promise<Response> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const size = Math.max(1, Math.ceil(bytes.length / chunks));
  const cancelled = new AbortController();
  let sent = 0;
  const body = new ReadableStream({
    async pull(controller) {
      await state.clock.sleep(ms / chunks, cancelled.signal);
      if (cancelled.signal.aborted) return;
      controller.enqueue(bytes.subarray(sent, sent + size));
      sent += size;
      if (sent >= bytes.length) controller.close();
    },
    cancel: () => cancelled.abort(),
  });
  const headers = { ...Object.fromEntries(response.headers), "content-length": String(bytes.length) };
  return new Response(bytes.length === 0 ? null : body, { status: response.status, headers });
}

/** The Node server hands its response over as `env.outgoing`. */
function nodeResponse(c: Context): ServerResponse | undefined {
  return (c.env as { outgoing?: ServerResponse } | undefined)?.outgoing;
}

function broken(half: Uint8Array): ReadableStream {
  let isSent = false;
  return new ReadableStream({
    pull(controller) {
      if (isSent) controller.error(new NoAnswer("The connection was reset by a fault of the sandbox."));
      else controller.enqueue(half);
      isSent = true;
    },
  });
}
