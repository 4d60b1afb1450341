import * as z from "zod";
import type { Engine } from "../engine.ts";
import { HubError } from "../error.ts";
import { kodI, type Kod } from "../offline/kod.ts";
import type { Archive } from "../ports.ts";
import type { Submission, SubmissionRef } from "../submission.ts";

/** KOD I, and KOD II of an invoice issued offline. */
export interface Codes {
  kodI: Kod;
  kodII?: Kod;
}

/**
 * The codes for a picture of the invoice. Offline it has both from the moment it is taken in; online, KOD I from the
 * moment KSeF has taken it. Until there is a KSeF number, KOD I is labelled OFFLINE in both cases. Throws
 * `submission.no-code` for an online invoice that KSeF does not have: nobody could look it up.
 * Source: ksef-docs, kody-qr.md, Oznaczenie pod kodem QR.
 */
export async function codesOf(engine: Engine, submission: Submission): Promise<Codes> {
  const { id, invoice, document, offline, ksef, state } = submission;
  if (offline === undefined && ksef === undefined && state !== "sent")
    throw new HubError("submission.no-code", `Invoice ${id} is ${state}: KSeF does not have it.`);
  const tenant = await engine.tenants.get(submission.tenant);
  if (tenant === undefined) throw new HubError("hub.config", `There is no tenant ${submission.tenant}.`);
  const { sellerNip, issueDate } = invoice;
  const { environment } = tenant;
  const first = kodI({
    environment,
    sellerNip,
    issueDate,
    sha256: document.sha256,
    ksefNumber: ksef?.number,
  });
  const second = offline && (await keptKodII(engine.archive, submission));
  return { kodI: first, ...(second && { kodII: second }) };
}

/**
 * Keeps KOD II as it was when the invoice was issued: each signature is another, and what is on paper must stay what the
 * hub shows, whatever certificate the company has by then. KSeF honours it for as long as that certificate is valid. The
 * first that is kept stays, whoever else takes in the same invoice at the same time.
 */
export async function keepKodII(archive: Archive, issue: Issued, kod: Kod): Promise<void> {
  try {
    await archive.put(keyOf(issue), new TextEncoder().encode(JSON.stringify(kod)));
  } catch (error) {
    if (!(error instanceof HubError) || error.code !== "archive.conflict") throw error;
  }
}

type Issued = SubmissionRef & { document: Pick<Submission["document"], "sha256"> };

const kept = z.object({ link: z.string(), label: z.string() });

async function keptKodII(archive: Archive, issued: Issued): Promise<Kod | undefined> {
  const bytes = await archive.get(keyOf(issued));
  return bytes && kept.parse(JSON.parse(new TextDecoder().decode(bytes)));
}

/** By the document: two that race for one idempotency key each have their own. */
const keyOf = ({ tenant, id, document }: Issued): string =>
  `${tenant}/${id}/kod-2-${Buffer.from(document.sha256, "base64").toString("hex").slice(0, 16)}.json`;
