import type { Context, MiddlewareHandler, Next } from "hono";
import { Refusal, TooManyRequests, Unauthorized } from "../refusal.ts";
import type { State } from "../state.ts";
import { alter } from "./alter.ts";
import { hang, reset, resetMidBody } from "./connection.ts";
import type { Fault } from "./fault.ts";
import { handling } from "./in-progress.ts";
import { standIn } from "./stand-in.ts";
import { readFault } from "./read.ts";
import { standingFaults, strike } from "./plan.ts";
import { isRevoked, requester, revokeToken, revokedTokens } from "./revoked-token.ts";

/**
 * Lets faults strike requests to the API, to its links and to the beacon. `X-Sandbox-Fault` asks for one in the request
 * itself, in full or in its short form; one that cannot be read throws `InvalidInput`.
 */
export function injectFaults(state: State): MiddlewareHandler {
  return (c, next) => {
    const header = c.req.header("x-sandbox-fault");
    const isWatched = header !== undefined || standingFaults(state).size > 0 || revokedTokens(state).size > 0;
    if (!isWatched || isAdmin(c.req.path)) return next();
    const request = {
      method: c.req.method,
      path: c.req.path.replace(/^\/v2\//, "/").replace(/^\/(status|messages)$/, "/latarnia/$1"),
      nip: requester(state, c)?.nip,
      ...(header !== undefined && { oneOff: readFault(header) }),
    };
    return handling(request, () => handle(state, c, next));
  };
}

const isAdmin = (path: string): boolean => path === "/admin" || path.startsWith("/admin/");

async function handle(state: State, c: Context, next: Next): Promise<Response | void> {
  await prelude(state, c);
  if (isRevoked(state, c)) throw new Unauthorized("Token został unieważniony.");
  const replacing = strike(state, [
    "answer",
    "refusal",
    "unauthorized",
    "too-many-requests",
    "reset",
    "hang",
  ]);
  if (replacing !== undefined) return replace(state, c, next, replacing);
  await next();
  const altering = strike(state, [
    "slow-body",
    "truncated",
    "content-type",
    "merge",
    "wrong-hash",
    "other-content",
  ]);
  if (altering !== undefined) swap(c, await alter(state, c.res, altering));
}

async function prelude(state: State, c: Context): Promise<void> {
  const fault = strike(state, ["delay", "clock-jump", "rotate-keys", "token-revoked"]);
  if (fault?.kind === "delay") await state.clock.sleep(fault.ms, c.req.raw.signal);
  if (fault?.kind === "clock-jump") state.clock.advance(fault.ms);
  if (fault?.kind === "rotate-keys") await state.keys.rotate({ retireOld: fault.retireOld });
  if (fault?.kind === "token-revoked") revokeToken(state, c, fault.until);
}

type Replacing = Extract<
  Fault,
  { kind: "answer" | "refusal" | "unauthorized" | "too-many-requests" | "reset" | "hang" }
>;

async function replace(state: State, c: Context, next: Next, fault: Replacing): Promise<void> {
  if ("when" in fault && fault.when !== "before") await next();
  switch (fault.kind) {
    case "answer":
      return swap(c, standIn(fault));
    case "refusal":
      throw new Refusal(fault.code, ...refusalDetails(c, fault));
    case "unauthorized":
      throw new Unauthorized("Token wygasł.");
    case "too-many-requests":
      throw new TooManyRequests(30, "minutę", fault.retryAfterSeconds);
    case "hang":
      return hang(state, c, fault.ms);
    case "reset":
      if (fault.when === "mid-body") return swap(c, await resetMidBody(c, c.res));
      return reset(c);
  }
}

/** Source: ksef-api issue 864. */
const maintenance =
  "Trwają prace serwisowe i sesja {referenceNumber} jest tymczasowo niedostępna. Spróbuj ponownie później lub otwórz nową sesję, aby wysłać kolejne faktury.";

function refusalDetails(c: Context, { code, details }: Extract<Fault, { kind: "refusal" }>): string[] {
  const reference = /\d{8}-S[OB]-[0-9A-F-]{24}/.exec(c.req.path)?.[0] ?? "";
  const texts = code === 21184 && details.length === 0 ? [maintenance] : details;
  return texts.map((text) => text.replaceAll("{referenceNumber}", reference));
}

/** Headers of the old answer must not show in the new one. */
function swap(c: Context, response: Response): void {
  c.res = undefined;
  c.res = response;
}
