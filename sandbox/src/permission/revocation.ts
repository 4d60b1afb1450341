import type { Permission } from "../access.ts";
import type { ContextIdentifier, State } from "../state.ts";
import type { PermissionCode } from "../status.ts";
import { isHeld, type Held } from "./effective.ts";
import { currentGrants, type Grant } from "./grant.ts";
import { isSame } from "./identifier.ts";

/** The grant with this id that the context gave or that holds in it, of the family its endpoint revokes. */
export function findRevocable(
  state: State,
  context: ContextIdentifier,
  family: "common" | "authorizations",
  id: string,
): Grant | undefined {
  return currentGrants(state).find(
    (grant) =>
      grant.id === id &&
      (grant.kind === "authorization") === (family === "authorizations") &&
      (isSame(grant.givenIn, context) || isSame(grant.context, context)),
  );
}

/** 400 when there is nothing to revoke, 420 when it takes another permission than the login has. */
export function judgeRevocation(grant: Grant | undefined, held: Held[]): PermissionCode {
  if (grant === undefined) return 400;
  return isHeld(held, needed[grant.kind]) ? 200 : 420;
}

const needed: Record<Grant["kind"], Permission> = {
  direct: "CredentialsManage",
  entity: "CredentialsManage",
  authorization: "CredentialsManage",
  indirect: "CredentialsManage",
  subunit: "SubunitManage",
  "eu-administrator": "CredentialsManage",
  "eu-representative": "VatUeManage",
};
