import { drawLoginFault } from "../faults/on-login.ts";
import { referenceNumber } from "../number.ts";
import type { Held } from "../permission/effective.ts";
import { findPerson } from "../permission/test-entity.ts";
import type { ContextIdentifier, Operation, State, SubjectIdentifier } from "../state.ts";
import { authenticationStatus, type Status } from "../status.ts";
import { isBlocked } from "./blocked-context.ts";

/** Records a login; its verdict can be seen when the clock says so. */
export function recordLogin(
  state: State,
  login: Pick<Operation, "context" | "subject" | "allowedIps" | "method" | "verdict" | "proof">,
): Operation {
  const startedAt = state.clock.now();
  const { type, value } = login.context;
  const operation: Operation = {
    referenceNumber: referenceNumber("AU", startedAt),
    nip: type === "PeppolId" ? "" : value.slice(0, 10),
    startedAt,
    ...login,
  };
  state.operations.set(operation.referenceNumber, operation);
  drawLoginFault(state, operation);
  return operation;
}

/** The verdict on a subject that has proved who it is and holds these permissions in the context. */
export function judgeSubject(
  state: State,
  subject: SubjectIdentifier,
  context: ContextIdentifier,
  held: Held[],
): Status {
  if (isBlocked(state, context)) return authenticationStatus(480, incident);
  if (findPerson(state, subject)?.isDeceased === true)
    return authenticationStatus(470, "Próba wykorzystania metod autoryzacyjnych osoby zmarłej");
  if (held.length === 0) return authenticationStatus(415, "Brak przypisanych uprawnień");
  return authenticationStatus(200);
}

const incident =
  "Podejrzenie incydentu bezpieczeństwa. Skontaktuj się z Ministerstwem Finansów przez formularz zgłoszeniowy.";
