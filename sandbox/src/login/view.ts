import { isoTime } from "../iso.ts";
import type { Operation, State } from "../state.ts";
import { visibleStatus } from "./status.ts";

const week = 7 * 24 * 3600_000;

/** `AuthenticationOperationStatusResponse`, which is also most of `AuthenticationListItem`. */
export function loginView(state: State, operation: Operation): Record<string, unknown> {
  const { redeemedAt, refreshedAt } = operation;
  return {
    startDate: isoTime(operation.startedAt),
    authenticationMethod: operation.method,
    authenticationMethodInfo: methods[operation.method],
    status: visibleStatus(state, operation),
    isTokenRedeemed: redeemedAt !== undefined,
    ...(refreshedAt !== undefined && { lastTokenRefreshDate: isoTime(refreshedAt) }),
    ...(redeemedAt !== undefined && { refreshTokenValidUntil: isoTime(redeemedAt + week) }),
  };
}

/** Whether its refresh token can still be used: such a login is an active session. */
export function isActive(state: State, operation: Operation): boolean {
  const { redeemedAt, revokedAt } = operation;
  return redeemedAt !== undefined && revokedAt === undefined && state.clock.now() < redeemedAt + week;
}

// Only the code of the seal is published (in an example); the others follow its form.
const methods: Record<Operation["method"], { category: string; code: string; displayName: string }> = {
  Token: { category: "Token", code: "token.ksef", displayName: "Token KSeF" },
  QualifiedSeal: xades("qualified-seal", "Pieczęć kwalifikowana"),
  QualifiedSignature: xades("qualified-signature", "Podpis kwalifikowany"),
  InternalCertificate: xades("internal-certificate", "Certyfikat KSeF"),
  PeppolSignature: xades("peppol-signature", "Podpis dostawcy usług Peppol"),
};

function xades(code: string, displayName: string): { category: string; code: string; displayName: string } {
  return { category: "XadesSignature", code: `xades.${code}`, displayName };
}
