import { Hono } from "hono";
import * as z from "zod";
import { readAuthRequest } from "../auth-request.ts";
import { nipPattern } from "../company.ts";
import { isoTime } from "../iso.ts";
import { issueChallenge, loginWithSignature, loginWithToken, visibleStatus } from "../login.ts";
import { parse, Refusal } from "../refusal.ts";
import { base64, body, keyId, reference } from "../request.ts";
import type { Operation, State } from "../state.ts";
import { issueToken, requireToken, type Env } from "../token.ts";
import { verifyXades } from "../xades.ts";

/** `/auth`: from the challenge to the tokens. Source: ksef-docs, uwierzytelnianie.md. */
export function authRoutes(state: State): Hono<Env> {
  const app = new Hono<Env>();

  app.post("/challenge", (c) => {
    const { challenge, issuedAt } = issueChallenge(state);
    const clientIp = clientAddress(c.env);
    return c.json({ challenge, timestamp: isoTime(issuedAt), timestampMs: issuedAt, clientIp });
  });

  app.post("/xades-signature", async (c) => {
    const document = new Uint8Array(await c.req.arrayBuffer());
    const request = readAuthRequest(document);
    const certificate = verifyXades(document);
    return c.json(await started(state, loginWithSignature(state, request, certificate, document)), 202);
  });

  app.post("/ksef-token", async (c) => {
    const { challenge, contextIdentifier, encryptedToken, publicKeyId } = parse(tokenRequest, await body(c));
    refuseUnknownKey(state, publicKeyId);
    const request = { challenge, context: contextIdentifier, encryptedToken };
    return c.json(await started(state, loginWithToken(state, request)), 202);
  });

  app.post("/token/redeem", requireToken(state, "authentication"), async (c) => {
    const operation = c.var.operation;
    const { code } = visibleStatus(state, operation);
    if (code !== 200)
      throw new Refusal(21301, `Status uwierzytelniania (${code}) nie pozwala na pobranie tokenów.`);
    if (operation.redeemedAt !== undefined) {
      const login = `operacji uwierzytelniania ${operation.referenceNumber}`;
      throw new Refusal(21301, `Tokeny dla ${login} zostały już pobrane.`);
    }
    update(state, operation, { redeemedAt: state.clock.now() });
    const accessToken = await issueToken(state, "access", operation);
    return c.json({ accessToken, refreshToken: await issueToken(state, "refresh", operation) });
  });

  app.post("/token/refresh", requireToken(state, "refresh"), async (c) => {
    const operation = c.var.operation;
    const { code } = visibleStatus(state, operation);
    if (code !== 200)
      throw new Refusal(
        21301,
        `Status uwierzytelniania (${code}) nie pozwala na odświeżenie tokenu dostępowego.`,
      );
    update(state, operation, { refreshedAt: state.clock.now() });
    return c.json({ accessToken: await issueToken(state, "access", operation) });
  });

  app.delete("/sessions/current", requireToken(state, "access", "refresh"), (c) => {
    update(state, c.var.operation, { revokedAt: state.clock.now() });
    return c.body(null, 204);
  });

  app.get("/:referenceNumber", requireToken(state, "authentication"), (c) => {
    const number = reference(c, "referenceNumber");
    const { operation } = c.var;
    if (operation.referenceNumber !== number)
      throw new Refusal(
        21304,
        `Operacja uwierzytelniania o numerze referencyjnym ${number} nie została znaleziona.`,
      );
    return c.json({
      startDate: isoTime(operation.startedAt),
      authenticationMethod: operation.method,
      authenticationMethodInfo: methods[operation.method],
      status: visibleStatus(state, operation),
      isTokenRedeemed: operation.redeemedAt !== undefined,
      ...(operation.refreshedAt !== undefined && { lastTokenRefreshDate: isoTime(operation.refreshedAt) }),
      ...(operation.redeemedAt !== undefined && {
        refreshTokenValidUntil: isoTime(operation.redeemedAt + week),
      }),
    });
  });
  return app;
}

const week = 7 * 24 * 3600_000;

const tokenRequest = z.object({
  challenge: z.string().length(36),
  contextIdentifier: z
    .object({ type: z.enum(["Nip", "InternalId", "NipVatUe", "PeppolId"]), value: z.string() })
    .refine(({ type, value }) => type !== "Nip" || nipPattern.test(value), "Nieprawidłowy numer NIP."),
  encryptedToken: base64,
  publicKeyId: keyId,
});

// The codes are not published; the categories are.
const methods: Record<Operation["method"], { category: string; code: string; displayName: string }> = {
  Token: { category: "Token", code: "token.ksef", displayName: "Token KSeF" },
  QualifiedSeal: { category: "XadesSignature", code: "xades.seal", displayName: "Pieczęć kwalifikowana" },
  QualifiedSignature: {
    category: "XadesSignature",
    code: "xades.signature",
    displayName: "Podpis kwalifikowany",
  },
};

async function started(state: State, operation: Operation): Promise<Record<string, unknown>> {
  const authenticationToken = await issueToken(state, "authentication", operation);
  return { referenceNumber: operation.referenceNumber, authenticationToken };
}

function update(state: State, operation: Operation, change: Partial<Operation>): void {
  state.operations.set(operation.referenceNumber, { ...operation, ...change });
}

function refuseUnknownKey(state: State, id: string | null | undefined): void {
  if (id && !state.keys.knows("KsefTokenEncryption", id))
    throw new Refusal(21470, `Klucz o identyfikatorze ${id} nie jest wspierany.`);
}

/** The Node server hands its request over as `env.incoming`; a request without a socket has none. */
const environment = z.object({ incoming: z.object({ socket: z.object({ remoteAddress: z.string() }) }) });

function clientAddress(env: unknown): string {
  const parsed = environment.safeParse(env);
  return parsed.success ? parsed.data.incoming.socket.remoteAddress : "127.0.0.1";
}
