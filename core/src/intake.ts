import { createHash } from "node:crypto";
import { checkDocument, faultsOf } from "./check.ts";
import type { Engine } from "./engine.ts";
import { HubError, type Fault } from "./error.ts";
import { sha256 } from "./ksef/encryption.ts";
import { requireSameInvoice } from "./issuing/correction-content.ts";
import { linkCorrection } from "./issuing/corrections.ts";
import { judgeMode, vouchFor, type OfflineMode } from "./issuing/issue-offline.ts";
import { checked } from "./lifecycle.ts";
import { tellMove } from "./metrics/moves.ts";
import { fa3From, type Source } from "./source.ts";
import { submissionId, type Submission } from "./submission.ts";
import type { Tenant } from "./tenants.ts";

/** The most KSeF takes for an invoice with an attachment, in bytes; without one it takes a third, which the validator judges. */
export const largestInvoice = 3_000_000;
/** The most we take in as JSON, in bytes: its names are longer than those of the document that comes out. */
export const largestSource = 3_000_000;

/** An invoice handed in by its issuer. */
export interface Intake extends Source {
  tenant: string;
  /** 1 to 255 printable ASCII characters: whoever repeats it means the same invoice. */
  idempotencyKey: string;
  /** Goes before others of the company. Whoever repeats the key does not change it. */
  urgent?: boolean | undefined;
  /** Issued offline now, and why. */
  mode?: OfflineMode | undefined;
  /** Of a technical correction: the offline invoice it is in place of, which has the same mode. */
  corrects?: Submission | undefined;
}

/**
 * Takes an invoice in. When it resolves, source, document and submission are durable and the bell has rung.
 * The same key with the same content and mode answers with the submission there is; with others it is
 * `request.idempotency-conflict`. What KSeF would refuse is refused here, with its faults. An invoice issued offline has
 * its KOD II on record by then; throws `offline.*` where it cannot be issued so.
 */
export async function submit(engine: Engine, intake: Intake): Promise<Submission> {
  const { idempotencyKey, content, mediaType, urgent = false, corrects } = intake;
  if (!/^[\x21-\x7e]{1,255}$/.test(idempotencyKey))
    throw new HubError(
      "request.idempotency-key",
      "Send Idempotency-Key: 1 to 255 printable ASCII characters, no space.",
    );
  if (mediaType === "application/xml") requireSize(content);
  const id = submissionId(intake.tenant, idempotencyKey);
  const earlier = await engine.submissions.get({ tenant: intake.tenant, id });
  if (earlier !== undefined) return sameIntake(earlier.value, intake);

  const tenant = await tenantOf(engine, intake.tenant);
  const xml = await fa3From(engine, intake);
  requireSize(xml);
  const { header, warnings } = checkDocument(xml, tenant, engine.clock.now());
  const { form: _, attachment, ...invoice } = header;
  if (corrects !== undefined) await requireSameInvoice(engine, corrects, { xml, attachment });
  const offline = offlineOf(intake, engine.clock.now());
  const oddities =
    offline && corrects === undefined ? await judgeMode(engine, tenant, { invoice, offline }) : [];
  if (offline !== undefined)
    await vouchFor(engine, tenant, { id, sellerNip: invoice.sellerNip, sha256: sha256(xml) });
  const document = await archive(engine, `${tenant.id}/${id}/invoice`, "xml", xml);
  const source =
    mediaType === "application/xml"
      ? document
      : await archive(engine, `${tenant.id}/${id}/source`, "json", content);

  if (corrects !== undefined) await linkCorrection(engine, corrects, id);

  const now = engine.clock.now();
  const submission: Submission = {
    tenant: tenant.id,
    id,
    idempotencyKey,
    state: "ready",
    createdAt: now,
    updatedAt: now,
    wakeAt: now,
    source: { ...source, mediaType },
    document,
    invoice,
    urgent,
    attachment,
    ...(offline === undefined ? {} : { offline }),
    warnings: [...oddities, ...warnings.slice(0, mostWarnings)].map((warning) => {
      const { code, message, messagePl, path, line } = warning;
      return { code, message, messagePl, path, line };
    }),
    looks: 0,
    failures: 0,
    spent: 0,
    timeline: [
      { at: now, state: "received", message: "Received.", messagePl: "Przyjęto." },
      { at: now, state: "ready", message: checked[0], messagePl: checked[1] },
    ],
  };
  if (await engine.submissions.create(submission)) {
    await tellMove(engine, undefined, submission);
    await engine.ring({ tenant: tenant.id, id }, submission);
    return submission;
  }
  const winner = await engine.submissions.get({ tenant: tenant.id, id });
  if (winner === undefined) throw new HubError("hub.internal", `Submission ${id} exists and cannot be read.`);
  return sameIntake(winner.value, intake);
}

/** What would be said of an invoice if it were handed in now. Nothing is kept and nothing is sent. */
export async function examine(engine: Engine, tenantId: string, source: Source): Promise<Fault[]> {
  const tenant = await tenantOf(engine, tenantId);
  try {
    return faultsOf(await fa3From(engine, source), tenant, engine.clock.now());
  } catch (error) {
    // A model that cannot be written has faults of its own.
    if (error instanceof HubError && error.faults.length > 0) return error.faults;
    throw error;
  }
}

/** A thousand lines may each be odd in the same way; the submission stays small. */
const mostWarnings = 20;

async function tenantOf(engine: Engine, id: string): Promise<Tenant> {
  const tenant = await engine.tenants.get(id);
  if (tenant === undefined) throw new HubError("hub.config", `There is no tenant ${id}.`);
  return tenant;
}

/** The hash in the key lets two contents race for one idempotency key without meeting in the archive. */
async function archive(engine: Engine, name: string, extension: string, bytes: Uint8Array) {
  const hex = createHash("sha256").update(bytes).digest("hex");
  const key = `${name}-${hex.slice(0, 16)}.${extension}`;
  await engine.archive.put(key, bytes);
  return { key, sha256: sha256(bytes), size: bytes.byteLength };
}

function requireSize({ byteLength }: Uint8Array): void {
  if (byteLength > largestInvoice)
    throw new HubError("request.too-large", `${byteLength} bytes; KSeF takes at most ${largestInvoice}.`);
}

/** A correction is issued when the original was: its deadline is the same. */
function offlineOf({ mode, corrects }: Intake, now: number): Submission["offline"] {
  if (mode === undefined) return undefined;
  if (corrects === undefined) return { mode, issuedAt: now };
  const { offline, document } = corrects;
  return { mode, issuedAt: offline?.issuedAt ?? now, correctedSha256: document.sha256 };
}

function sameIntake(submission: Submission, { content, mode, corrects }: Intake): Submission {
  const { source, offline } = submission;
  const isSameDocument = source.sha256 === sha256(content);
  const isSameIssue = offline?.mode === mode && offline?.correctedSha256 === corrects?.document.sha256;
  if (isSameDocument && isSameIssue) return submission;
  const other = isSameDocument ? `issued ${offline?.mode ?? "online"}` : "a different document";
  throw new HubError(
    "request.idempotency-conflict",
    `This key already stands for invoice ${submission.invoice.number} (${submission.id}), ${other}.`,
  );
}
