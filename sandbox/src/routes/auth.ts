import { Hono } from "hono";
import * as z from "zod";
import { authorizationPolicy } from "../allowed-ips.ts";
import { readAuthRequest } from "../auth-request.ts";
import { clientAddress } from "../client-address.ts";
import { contextIdentifier } from "../context.ts";
import { isoTime } from "../iso.ts";
import { loginWithSignature } from "../login/by-signature.ts";
import { loginWithToken } from "../login/by-token.ts";
import { issueChallenge } from "../login/challenge.ts";
import { permissionsForToken } from "../login/status.ts";
import { loginView } from "../login/view.ts";
import { Gone, parse, Refusal } from "../refusal.ts";
import { base64, body, keyId, reference } from "../request.ts";
import type { Operation, State } from "../state.ts";
import { issueToken, requireToken, type Env } from "../token.ts";
import { verifyXades } from "../xades.ts";

/** `/auth`: from the challenge to the tokens. Source: ksef-docs, uwierzytelnianie.md. */
export function authRoutes(state: State): Hono<Env> {
  const app = new Hono<Env>();

  app.post("/challenge", (c) => {
    const { challenge, issuedAt } = issueChallenge(state);
    const clientIp = clientAddress(c);
    return c.json({ challenge, timestamp: isoTime(issuedAt), timestampMs: issuedAt, clientIp });
  });

  app.post("/xades-signature", async (c) => {
    const verifyChain = parse(flag, c.req.query("verifyCertificateChain"));
    const document = new Uint8Array(await c.req.arrayBuffer());
    const request = readAuthRequest(document);
    const certificate = verifyXades(document);
    const operation = loginWithSignature(state, request, certificate, document, verifyChain);
    return c.json(await started(state, operation), 202);
  });

  app.post("/ksef-token", async (c) => {
    const request = parse(tokenRequest, await body(c));
    refuseUnknownKey(state, request.publicKeyId);
    const operation = loginWithToken(state, {
      challenge: request.challenge,
      context: request.contextIdentifier,
      encryptedToken: request.encryptedToken,
      publicKeyId: request.publicKeyId,
      allowedIps: request.authorizationPolicy,
    });
    return c.json(await started(state, operation), 202);
  });

  app.post("/token/redeem", requireToken(state, "authentication"), async (c) => {
    const operation = c.var.operation;
    if (operation.redeemedAt !== undefined) {
      const login = `operacji uwierzytelniania ${operation.referenceNumber}`;
      throw new Refusal(21301, `Tokeny dla ${login} zostały już pobrane.`);
    }
    const permissions = permissionsForToken(state, operation, "pobranie tokenów");
    update(state, operation, { redeemedAt: state.clock.now() });
    const accessToken = await issueToken(state, "access", operation, permissions);
    return c.json({ accessToken, refreshToken: await issueToken(state, "refresh", operation) });
  });

  app.post("/token/refresh", requireToken(state, "refresh"), async (c) => {
    const operation = c.var.operation;
    const permissions = permissionsForToken(state, operation, "odświeżenie tokenu dostępowego");
    update(state, operation, { refreshedAt: state.clock.now() });
    return c.json({ accessToken: await issueToken(state, "access", operation, permissions) });
  });

  app.get("/:referenceNumber", requireToken(state, "authentication"), (c) => {
    const number = reference(c, "referenceNumber");
    const { context } = c.var.operation;
    const operation = state.operations.get(number);
    const isOwn = number === c.var.operation.referenceNumber;
    if (operation !== undefined && operation.context.value === context.value && isExpired(state, operation))
      throw new Gone();
    if (operation === undefined || !isOwn)
      throw new Refusal(
        21304,
        `Operacja uwierzytelniania o numerze referencyjnym ${number} nie została znaleziona.`,
      );
    return c.json(loginView(state, operation));
  });
  return app;
}

const flag = z
  .enum(["true", "false"])
  .optional()
  .transform((text) => text === "true");

const tokenRequest = z.object({
  challenge: z.string().length(36),
  contextIdentifier,
  encryptedToken: base64,
  publicKeyId: keyId,
  authorizationPolicy,
});

const week = 7 * 24 * 3600_000;

const isExpired = (state: State, { startedAt }: Operation): boolean => state.clock.now() - startedAt > week;

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
