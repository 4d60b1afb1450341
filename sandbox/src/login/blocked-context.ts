import type { ContextIdentifier, State } from "../state.ts";

/** Whether logins to this context are blocked: they end with 480. */
export function isBlocked(state: State, context: ContextIdentifier): boolean {
  return blocked(state).get(key(context)) !== undefined;
}

export function block(state: State, context: ContextIdentifier): void {
  blocked(state).set(key(context), true);
}

export function unblock(state: State, context: ContextIdentifier): void {
  blocked(state).delete(key(context));
}

const blocked = (state: State) => state.store.collection<true>("blocked-context");
const key = ({ type, value }: ContextIdentifier): string => `${type}:${value}`;
