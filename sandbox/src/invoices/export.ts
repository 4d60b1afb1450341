import { isoTime } from "../iso.ts";
import { referenceNumber } from "../number.ts";
import { Refusal } from "../refusal.ts";
import type { ContextIdentifier, State } from "../state.ts";
import { exportStatus } from "../status.ts";
import type { Compression } from "./archive.ts";
import {
  exportedParts,
  invoiceExports,
  isGone,
  runningExports,
  type ExportedPackage,
  type InvoiceExport,
} from "./export-record.ts";
import type { Filters } from "./filters.ts";
import { packInvoices, type Package } from "./package.ts";
import { beyondHwm } from "./query.ts";
import type { SubjectType } from "./readable.ts";
import { selectInvoices, type Selection } from "./select.ts";

export interface ExportRequest {
  filters: Filters;
  /** AES-256; absent when what the client sent could not be decrypted. */
  key: Buffer | undefined;
  initializationVector: Buffer;
  onlyMetadata: boolean;
  compression: Compression;
}

/** Begins an export and gives its reference number; what is in it is decided now. Throws 21181 or 21182. */
export async function startExport(
  state: State,
  context: ContextIdentifier,
  { filters, key, ...request }: ExportRequest,
): Promise<string> {
  refuseSubjectType(context, filters.subjectType);
  const requestedAt = state.clock.now();
  const completedAt = requestedAt + state.processing.exportMs;
  const begun = { referenceNumber: referenceNumber("EH", requestedAt), context, requestedAt, completedAt };
  const selection = selectInvoices(state, context, filters);
  if (key === undefined) return keep(state, { ...begun, verdict: exportStatus(415) });
  if (selection.isBeyondHwm) return keep(state, { ...begun, verdict: exportStatus(420, beyondHwm) });

  const packed = await packInvoices(state, selection.invoices, { ...request, key });
  const suffix = request.compression === "Zip" ? "zip" : "tar.gz";
  const nameOf = (ordinal: number): string =>
    `${begun.referenceNumber}-${String(ordinal).padStart(3, "0")}.${suffix}.aes`;
  const exported = {
    invoiceCount: packed.invoices.length,
    size: packed.size,
    parts: packed.parts.map(({ facts }, index) => ({
      ordinalNumber: index + 1,
      partName: nameOf(index + 1),
      ...facts,
    })),
    ...ending(selection, filters, packed),
  };
  const parts = packed.parts.map(({ content }, index): [string, Buffer] => [nameOf(index + 1), content]);
  return keep(state, { ...begun, verdict: exportStatus(200), package: exported }, parts);
}

/** A unit and a company of the European Union have each one place in an invoice; a Peppol provider has none. */
function refuseSubjectType({ type }: ContextIdentifier, subjectType: SubjectType): void {
  const only = { Nip: subjectType, InternalId: "Subject3", NipVatUe: "Subject2", PeppolId: undefined }[type];
  if (only === subjectType) return;
  const whom = `wybranego podmiotu (${subjectType}) i zalogowanego identyfikatora kontekstu (${type})`;
  throw new Refusal(21181, `Nie można wyeksportować paczki faktur dla ${whom}.`);
}

/** Where the package ends and what of the storage is complete. */
function ending(
  { invoices, permanentStorageHwm }: Selection,
  { dateRange: { dateType } }: Filters,
  packed: Package,
): Pick<ExportedPackage, "isTruncated"> & Record<string, unknown> {
  const last = packed.invoices.at(-1);
  const isTruncated = packed.invoices.length < invoices.length;
  const lastDate = last && {
    Issue: { lastIssueDate: last.accepted.issueDate },
    Invoicing: { lastInvoicingDate: isoTime(last.invoice.postedAt) },
    PermanentStorage: { lastPermanentStorageDate: isoTime(last.invoice.storedAt) },
  };
  return {
    isTruncated,
    ...(isTruncated && lastDate?.[dateType]),
    permanentStorageHwmDate: permanentStorageHwm === undefined ? null : isoTime(permanentStorageHwm),
  };
}

const maxRunning = 10;

function keep(state: State, record: InvoiceExport, parts: [string, Buffer][] = []): string {
  if (runningExports(state, record.context).length >= maxRunning) {
    const limit = `osiągnięto maksymalny limit ${maxRunning} równoczesnych eksportów faktur`;
    const why = `Dla uwierzytelnionego podmiotu w bieżącym kontekście ${limit}. Spróbuj ponownie później.`;
    throw new Refusal(21182, why);
  }
  state.store.atomically(() => {
    deleteOldParts(state);
    for (const [name, content] of parts) exportedParts(state).set(name, content.toString("base64"));
    invoiceExports(state).set(record.referenceNumber, record);
  });
  return record.referenceNumber;
}

function deleteOldParts(state: State): void {
  const gone = invoiceExports(state)
    .values()
    .filter((each) => isGone(state, each));
  for (const { package: old } of gone)
    for (const { partName } of old?.parts ?? []) exportedParts(state).delete(partName);
}
