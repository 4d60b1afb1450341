import type { Context } from "hono";
import * as z from "zod";

/** IPv4 of the client's socket, whatever headers say; a request without a socket comes from this machine. */
export function clientAddress(c: Context): string {
  const parsed = environment.safeParse(c.env);
  return parsed.success ? parsed.data.incoming.socket.remoteAddress.replace("::ffff:", "") : "127.0.0.1";
}

/** The Node server hands its request over as `env.incoming`. */
const environment = z.object({ incoming: z.object({ socket: z.object({ remoteAddress: z.string() }) }) });
