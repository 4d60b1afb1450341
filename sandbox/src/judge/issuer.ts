import { textAt, type InvoiceHeader, type XmlElement } from "@ksef-hub/core/fa3";
import { effectivePermissions, isHeld } from "../permission/effective.ts";
import { currentGrants } from "../permission/grant.ts";
import { roles } from "../permission/test-entity.ts";
import type { Session, State } from "../state.ts";

/**
 * Whether the company of the session may issue this invoice: as its seller, as a buyer or a tax representative whom the
 * seller authorized, in enforcement, or as a part of the seller that issues for it. Source: ksef-docs, uprawnienia.md.
 */
export function mayIssue(state: State, session: Session, root: XmlElement, header: InvoiceHeader): boolean {
  const { nip } = session;
  if (header.sellerNip === nip) return true;
  const isAuthorized = (scope: string): boolean =>
    currentGrants(state).some(
      (grant) =>
        grant.kind === "authorization" &&
        grant.scope === scope &&
        grant.context.value === header.sellerNip &&
        grant.subject.value === nip,
    );
  const isNamed = (name: string, ...allowed: string[]): boolean =>
    root.children.some(
      (party) =>
        party.name === name &&
        textAt(party, "DaneIdentyfikacyjne/NIP") === nip &&
        allowed.includes(textAt(party, name === "Podmiot3" ? "Rola" : "RolaPU") ?? ""),
    );

  if (textAt(root, "Fa/Adnotacje/P_17") === "1" && textAt(root, "Podmiot2/DaneIdentyfikacyjne/NIP") === nip)
    return isAuthorized("SelfInvoicing");
  if (isNamed("PodmiotUpowazniony", "3")) return isAuthorized("TaxRepresentative");
  if (isNamed("PodmiotUpowazniony", "1", "2"))
    return (
      session.subject !== undefined &&
      isHeld(effectivePermissions(state, session.subject, session.context), "EnforcementOperations")
    );
  return (
    isNamed("Podmiot3", "7", "9") &&
    roles(state).some((role) => role.nip === nip && role.parentNip === header.sellerNip)
  );
}
