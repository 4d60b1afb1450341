import { randomUUID } from "node:crypto";
import { HubError, toHubError } from "../../error.ts";
import { refusals } from "../http.ts";
import type { CertificateType } from "./client.ts";
import { collect } from "./collect.ts";
import { enrolmentOf, type EnrolmentRecord, type Step } from "./enrolment.ts";
import { findCertificate } from "./find.ts";
import type { Holder } from "./holder.ts";
import { privateKeyName, privateKeyOf } from "./private-key.ts";
import type { KeyKind } from "./request.ts";
import type { KsefCertificate } from "./stored.ts";
import { enrolmentRefusal, limitReached, requestRefusal } from "./verdict.ts";

export interface Order {
  type: CertificateType;
  /** 5 to 100 letters, digits, spaces, hyphens and underscores; what KSeF lists the certificate under. */
  name?: string | undefined;
  key?: KeyKind | undefined;
  /** How long KSeF gets to issue it, in milliseconds. */
  patienceMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * Asks KSeF for a certificate and stores it under `certificateSecret`. After a crash or an error the next call goes on
 * where this one stopped, whatever it orders: no second certificate is asked for while one is under way.
 * Throws `ksef.credentials` for a login by token, `ksef.certificate-limit`, `ksef.enrolment-refused` and
 * `ksef.enrolment-failed` (ended: the next call begins anew), or what a call to KSeF throws. Source: ksef-docs,
 * certyfikaty-KSeF.md.
 */
export async function enrol(holder: Holder, order: Order): Promise<KsefCertificate> {
  const { clock } = holder;
  const { type, patienceMs = 120_000, signal } = order;
  await requireSignature(holder);
  const record = await enrolmentOf(holder, type);
  const giveUp = clock.now() + patienceMs;
  // The endpoints of certificates take 120 calls an hour.
  for (let waitMs = 1_000; ; waitMs = Math.min(waitMs * 2, 30_000)) {
    if (record.current.step === "ended") await prepare(holder, record, order);
    if (record.current.step === "asked") await search(holder, record, record.current, order);
    if (record.current.step === "prepared") {
      await ask(holder, record, record.current, order);
      waitMs = 1_000;
    }
    if (record.current.step === "taken") await look(holder, record, record.current, order);
    if (record.current.step === "issued") return collect(holder, record, record.current, order);
    if (clock.now() + waitMs > giveUp)
      throw new HubError(
        "ksef.timeout",
        `KSeF has not issued the certificate in ${patienceMs / 1000} s. Run it again later: it goes on from here.`,
      );
    await clock.sleep(waitMs, signal);
  }
}

async function requireSignature({ tenant, credentials }: Holder): Promise<void> {
  if ((await credentials()).kind === "certificate") return;
  throw new HubError(
    "ksef.credentials",
    `${tenant} logs in by KSeF token, and KSeF issues certificates only to those who log in with a signature. Give it a certificate with "tenant add" first.`,
  );
}

async function prepare(holder: Holder, record: EnrolmentRecord, order: Order): Promise<void> {
  const { type, name = `KSeF Hub ${type}`, key, signal } = order;
  if (!/^[a-zA-Z0-9_\- ąćęłńóśźżĄĆĘŁŃÓŚŹŻ]{5,100}$/.test(name))
    throw new HubError(
      "request.invalid",
      "The name of a certificate has 5 to 100 letters, digits, spaces, - and _.",
    );
  const data = await holder.connection
    .use((access) => holder.client.enrolmentData(access), signal)
    .catch((error: unknown) => {
      throw requestRefusal(toHubError(error));
    });
  // Loaded only here: few processes ever ask for a certificate, and the library is large.
  const { certificateRequest } = await import("./request.ts");
  const { csr, privateKeyPem } = await certificateRequest(data, key);
  const id = randomUUID();
  await holder.secrets.put(privateKeyName(holder, id), privateKeyPem);
  if (await record.trySave({ step: "prepared", id, name, csr })) return;
  await holder.secrets.delete(privateKeyName(holder, id));
  throw new HubError(
    "storage.unavailable",
    `Somebody else has just begun to ask for this certificate of ${holder.tenant}. Run it again to join in.`,
  );
}

async function ask(
  holder: Holder,
  record: EnrolmentRecord,
  { id, name, csr }: Step<"prepared">,
  { type, signal }: Order,
): Promise<void> {
  const { client, connection, clock } = holder;
  // The request goes with the token that has just been accepted: a new login in between would take longer than `quietMs`.
  const { access, limits } = await connection.use(
    async (valid) => ({ access: valid, limits: await client.limits(valid) }),
    signal,
  );
  if (!limits.canRequest) throw limitReached(limits);
  const remaining = limits.enrollment.remaining;
  const sending = { id, name, csr, askedAt: clock.now(), remaining };
  // A certificate for a lost key would be of no use.
  await privateKeyOf(holder, record, id);
  // From here on KSeF may have the request, whatever happens to us.
  await record.save({ step: "asked", ...sending });
  const body = { certificateName: name, certificateType: type, csr };
  try {
    const { referenceNumber } = await client.enrol(body, access);
    await record.save({ step: "taken", ...sending, reference: referenceNumber });
  } catch (thrown) {
    const error = toHubError(thrown);
    if (!refusals.has(error.code)) throw error;
    if (error.action === "retry") await record.save({ step: "prepared", id, name, csr });
    else await end(holder, record, id);
    throw requestRefusal(error);
  }
}

/** KSeF lists no requests, only certificates. Ours is the one that our private key belongs to. */
async function search(
  holder: Holder,
  record: EnrolmentRecord,
  asked: Step<"asked">,
  { type, signal }: Order,
): Promise<void> {
  const { client, connection, clock } = holder;
  const { id, name, csr, askedAt, remaining } = asked;
  const serialNumber = await findCertificate(holder, record, { id, type }, signal);
  if (serialNumber !== undefined) return record.save({ step: "issued", id, name, csr, serialNumber });
  if (clock.now() < askedAt + quietMs) return;
  const { enrollment } = await connection.use((access) => client.limits(access), signal);
  // Not one request less is left: KSeF never took it, so the same one may be sent again.
  if (enrollment.remaining >= remaining) return record.save({ step: "prepared", id, name, csr });
  if (clock.now() < askedAt + lostMs) return;
  await end(holder, record, id);
  throw new HubError(
    "ksef.enrolment-failed",
    "KSeF has taken a request and shows no certificate for it after a day. Run it again to ask anew.",
  );
}

/** After this long a request that was on its way has arrived or never will. */
const quietMs = 60_000;
/** A request that shows no certificate by then was rejected: only its reference number, which we never got, would tell. */
const lostMs = 24 * 3_600_000;

async function look(
  holder: Holder,
  record: EnrolmentRecord,
  taken: Step<"taken">,
  { signal }: Order,
): Promise<void> {
  const { client, connection } = holder;
  const { id, name, csr, askedAt, remaining, reference } = taken;
  try {
    const answer = await connection.use((access) => client.enrolmentStatus(reference, access), signal);
    const { status, certificateSerialNumber } = answer;
    if (status.code >= 400) {
      await end(holder, record, id);
      throw enrolmentRefusal(status);
    }
    if (status.code !== 200) return;
    if (certificateSerialNumber == null)
      throw new HubError(
        "ksef.protocol",
        `KSeF issued a certificate for ${reference} without a serial number.`,
      );
    await record.save({ step: "issued", id, name, csr, serialNumber: certificateSerialNumber });
  } catch (thrown) {
    const error = toHubError(thrown);
    // It can be asked for 30 days only; the certificate can still be found.
    if (error.upstream?.code !== 25005 && error.upstream?.status !== 410) throw error;
    await record.save({ step: "asked", id, name, csr, askedAt, remaining });
  }
}

/** A request that has come to nothing. Its key goes first, so that a crash leaves none that nobody knows of. */
async function end(holder: Holder, record: EnrolmentRecord, id: string): Promise<void> {
  await holder.secrets.delete(privateKeyName(holder, id));
  await record.save({ step: "ended" });
}
