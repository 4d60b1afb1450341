import type { Engine } from "../engine.ts";
import { HubError } from "../error.ts";
import { certificateSecret, openCertificate, type KsefCertificate } from "../ksef/certificates/stored.ts";
import { outagesOn } from "../ksef/outage/outages.ts";
import { kodII } from "../offline/kod.ts";
import type { Submission } from "../submission.ts";
import type { Tenant } from "../tenants.ts";
import { keepKodII } from "./codes.ts";
import { deadlineOf } from "./deadline.ts";

export type OfflineMode = NonNullable<Submission["offline"]>["mode"];
type Warning = Submission["warnings"][number];

/**
 * Whether an invoice may be issued offline in this mode now, and what is odd about it. An outage must have been
 * announced by the Ministry; while the beacon cannot be heard, whoever issues the invoice is believed. Throws
 * `offline.unannounced`, and `offline.total-failure`, as such an invoice bears no codes and is never sent: KSeF has
 * nothing to do with it. Source: ksef-docs, tryby-offline.md.
 */
export async function judgeMode(
  { table, clock }: Pick<Engine, "table" | "clock">,
  { environment }: Tenant,
  { invoice, offline }: Pick<Submission, "invoice"> & { offline: NonNullable<Submission["offline"]> },
): Promise<Warning[]> {
  const { mode } = offline;
  if (mode === "total-failure")
    throw new HubError(
      "offline.total-failure",
      "An invoice of a total failure is issued outside KSeF, without codes, and is not sent to it afterwards.",
    );
  const now = clock.now();
  const known = outagesOn(table);
  const outages = await known.list(environment);
  const late = lateness(deadlineOf({ invoice, offline }, outages), now);
  const isAnnounced = outages.some(
    ({ kind, startedAt, endedAt = Infinity }) => kind === mode && startedAt <= now && now < endedAt,
  );
  if (mode === "offline24" || isAnnounced) return late;
  const { status, heardAt } = await known.beacon(environment);
  if (status !== "unknown" && heardAt > now - believedMs)
    throw new HubError(
      "offline.unannounced",
      `The Ministry has announced no ${mode} of KSeF that goes on now. Issue the invoice with mode=offline24.`,
    );
  return [...late, unconfirmed];
}

/**
 * Signs KOD II and keeps it, before anybody can see it. Throws `offline.certificate` when the company has no valid
 * certificate of the type Offline.
 */
export async function vouchFor(
  engine: Engine,
  { id: tenant, nip, environment }: Tenant,
  { id, sellerNip, sha256 }: { id: string; sellerNip: string; sha256: string },
): Promise<void> {
  const certificate = await offlineCertificate(engine, tenant);
  const context = { type: "Nip", value: nip } as const;
  const kod = kodII({ environment, sellerNip, sha256, context, certificate });
  await keepKodII(engine.archive, { tenant, id, document: { sha256 } }, kod);
}

/** Longer than the pause between two looks at the beacon. */
const believedMs = 15 * 60_000;

const unconfirmed: Warning = {
  code: "offline.unconfirmed",
  message: "Whether this outage has been announced is not known: the beacon of the Ministry cannot be heard.",
  messagePl: "Nie wiadomo, czy tę przerwę w działaniu KSeF ogłoszono: Latarnia nie odpowiada.",
};

function lateness(deadline: ReturnType<typeof deadlineOf>, now: number): Warning[] {
  if (deadline.state !== "set" || deadline.until > now) return [];
  const { date } = deadline;
  const message = `It had to be sent to KSeF by the end of ${date}: it is late already.`;
  const messagePl = `Należało ją przesłać do KSeF do końca dnia ${date}: już jest spóźniona.`;
  return [{ code: "offline.late", message, messagePl, path: "/Faktura/Fa/P_1" }];
}

async function offlineCertificate({ secrets, clock }: Engine, tenant: string): Promise<KsefCertificate> {
  const enrol = `"npm run hub -- certificate enrol --tenant ${tenant} --type offline" gets one from KSeF.`;
  const secret = await secrets.get(certificateSecret(tenant, "Offline"));
  if (secret === undefined)
    throw new HubError("offline.certificate", `${tenant} has no certificate of the type Offline. ${enrol}`);
  const certificate = openCertificate(secret);
  const { serialNumber, validFrom, validTo } = certificate;
  const now = clock.now();
  if (now < validFrom || now >= validTo)
    throw new HubError(
      "offline.certificate",
      `The certificate ${serialNumber} of ${tenant} is not valid at this time. ${enrol}`,
    );
  return certificate;
}
