import { isoTime } from "../iso.ts";
import { isValidLink, packageLink } from "../link.ts";
import { isSame } from "../permission/identifier.ts";
import { Gone, Refusal } from "../refusal.ts";
import type { ContextIdentifier, State } from "../state.ts";
import { exportStatus } from "../status.ts";
import {
  exportedParts,
  exportLifetime,
  invoiceExports,
  isGone,
  type InvoiceExport,
} from "./export-record.ts";

/** `InvoiceExportStatusResponse` now, with fresh links. Throws 21175, and Gone seven days after it was completed. */
export function exportView(
  state: State,
  context: ContextIdentifier,
  reference: string,
): Record<string, unknown> {
  const found = invoiceExports(state).get(reference);
  if (found === undefined || !isSame(found.context, context)) throw new Refusal(21175);
  if (isGone(state, found)) throw new Gone();
  const { completedAt, verdict, package: made } = found;
  if (state.clock.now() < completedAt) return { status: exportStatus(100) };
  return {
    status: verdict,
    completedDate: isoTime(completedAt),
    ...(made && {
      packageExpirationDate: isoTime(completedAt + exportLifetime),
      package: { ...made, parts: made.parts.map((part) => ({ ...part, ...linkTo(state, found, part) })) },
    }),
  };
}

/** A part as its link serves it: with the hash of what is sent. Undefined when the link is not valid or no more. */
export function exportedPart(
  state: State,
  { folder, partName, expires, signature }: Record<"folder" | "partName" | "expires" | "signature", string>,
): { content: Buffer<ArrayBuffer>; sha256: string } | undefined {
  const found = invoiceExports(state).get(folder.toUpperCase());
  const part = found?.package?.parts.find((each) => each.partName === partName);
  const content = exportedParts(state).get(partName);
  if (found === undefined || part === undefined || content === undefined || isGone(state, found))
    return undefined;
  if (!isValidLink(state, path(found, partName), expires, signature)) return undefined;
  return { content: Buffer.from(content, "base64"), sha256: part.encryptedPartHash };
}

function linkTo(
  state: State,
  found: InvoiceExport,
  { partName }: { partName: string },
): Record<string, string> {
  const link = packageLink(state, path(found, partName));
  return { method: "GET", url: link.url, expirationDate: isoTime(link.expiresAt) };
}

const path = ({ referenceNumber }: InvoiceExport, partName: string): string =>
  `00/${referenceNumber.toLowerCase()}/invoice-part/${partName}`;
