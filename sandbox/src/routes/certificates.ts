import { Hono, type Context } from "hono";
import * as z from "zod";
import { requireAccess } from "../access.ts";
import {
  certificatesOf,
  certificateStatus,
  findCertificate,
  ksefCertificates,
  type KsefCertificate,
} from "../certificate-authority/certificate-record.ts";
import { enrollmentView } from "../certificate-authority/enrollment-record.ts";
import { enroll, enrollmentDataOf } from "../certificate-authority/enrollment.ts";
import { certificateLimits } from "../certificate-authority/limits.ts";
import { isoTime } from "../iso.ts";
import { Forbidden, parse, Refusal } from "../refusal.ts";
import { base64, body, reference } from "../request.ts";
import type { State, SubjectIdentifier } from "../state.ts";
import type { Env } from "../token.ts";

/** `/certificates`: of whoever logged in, in whatever context. Source: ksef-docs, certyfikaty-KSeF.md. */
export function certificateRoutes(state: State): Hono<Env> {
  const app = new Hono<Env>();
  app.use(requireAccess(state));

  app.get("/limits", (c) => c.json(certificateLimits(state, subjectOf(c))));

  app.get("/enrollments/data", (c) => {
    const data = enrollmentDataOf(state, c.var.operation);
    if (data === undefined) throw new Refusal(25001);
    return c.json(data);
  });

  app.post("/enrollments", async (c) => {
    const request = parse(enrollRequest, await body(c));
    const { referenceNumber, requestedAt } = await enroll(state, c.var.operation, subjectOf(c), request);
    return c.json({ referenceNumber, timestamp: isoTime(requestedAt) }, 202);
  });

  app.get("/enrollments/:referenceNumber", (c) =>
    c.json(enrollmentView(state, subjectOf(c), reference(c, "referenceNumber"))),
  );

  app.post("/retrieve", async (c) => {
    const { certificateSerialNumbers: wanted } = parse(retrieveRequest, await body(c));
    const found = certificatesOf(state, subjectOf(c)).filter((each) => wanted.includes(each.serialNumber));
    return c.json({ certificates: found.map(contentView) });
  });

  app.post("/query", async (c) => {
    const { pageSize, pageOffset } = parse(paging, c.req.query());
    const filter = parse(queryRequest, await optionalBody(c)) ?? {};
    const found = certificatesOf(state, subjectOf(c))
      .filter((certificate) => matches(state, certificate, filter))
      .toReversed();
    const start = pageOffset * pageSize;
    const certificates = found.slice(start, start + pageSize).map((each) => metadataView(state, each));
    return c.json({ certificates, hasMore: found.length > start + pageSize });
  });

  app.post("/:serialNumber/revoke", async (c) => {
    const { method } = c.var.operation;
    if (method === "Token")
      throw new Forbidden("auth-method-not-allowed", { authenticationMethodCategory: method });
    // The reason is judged and then forgotten: no answer ever shows it.
    parse(revokeRequest, await optionalBody(c));
    const found = findCertificate(state, subjectOf(c), parse(serialNumber, c.req.param("serialNumber")));
    if (certificateStatus(state, found) !== "Active") throw new Refusal(25009);
    ksefCertificates(state).set(found.serialNumber, { ...found, revokedAt: state.clock.now() });
    return c.body(null, 204);
  });
  return app;
}

/** `PUT /testdata/certificates/{serialNumber}`: lets a certificate of one's own end earlier. */
export function testCertificateRoutes(state: State): Hono<Env> {
  const app = new Hono<Env>();
  app.put("/:serialNumber", requireAccess(state), async (c) => {
    const { validTo } = parse(updateRequest, await body(c));
    const found = findCertificate(state, subjectOf(c), parse(serialNumber, c.req.param("serialNumber")));
    if (validTo > found.validTo)
      throw new Refusal(21405, "validTo: Data ważności nie może być późniejsza niż obecna.");
    ksefCertificates(state).set(found.serialNumber, { ...found, validTo });
    return c.body(null, 200);
  });
  return app;
}

/** Whose certificates these are; with a KSeF token, those of whoever made the token. */
function subjectOf(c: Context<Env>): SubjectIdentifier {
  const { subject, nip } = c.var.operation;
  return subject ?? { type: "Nip", value: nip };
}

async function optionalBody(c: Context): Promise<unknown> {
  return (await c.req.text()) === "" ? null : body(c);
}

const serialNumber = z.string().regex(/^[0-9A-F]{16}$/, "Numer seryjny ma 16 cyfr szesnastkowych.");
const certificateType = z.enum(["Authentication", "Offline"]);
const date = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

const enrollRequest = z.object({
  certificateName: z
    .string()
    .min(5)
    .max(100)
    .regex(/^[a-zA-Z0-9_\- ąćęłńóśźżĄĆĘŁŃÓŚŹŻ]+$/),
  certificateType,
  csr: base64,
  validFrom: date.nullish().transform((at) => at ?? undefined),
});

const retrieveRequest = z.object({ certificateSerialNumbers: z.array(serialNumber).min(1).max(10) });

const paging = z.object({
  pageSize: z.coerce.number().int().min(10).max(50).default(10),
  pageOffset: z.coerce.number().int().min(0).default(0),
});

const queryRequest = z
  .object({
    certificateSerialNumber: serialNumber.nullish(),
    name: z.string().nullish(),
    type: certificateType.nullish(),
    status: z.enum(["Active", "Blocked", "Revoked", "Expired"]).nullish(),
    expiresAfter: date.nullish(),
  })
  .nullable();

const revokeRequest = z
  .object({ revocationReason: z.enum(["Unspecified", "Superseded", "KeyCompromise"]).nullish() })
  .nullable();

const updateRequest = z.object({ validTo: date });

function contentView(certificate: KsefCertificate): Record<string, unknown> {
  return {
    certificate: certificate.der,
    certificateName: certificate.name,
    certificateSerialNumber: certificate.serialNumber,
    certificateType: certificate.type,
  };
}

function matches(
  state: State,
  certificate: KsefCertificate,
  filter: NonNullable<z.output<typeof queryRequest>>,
): boolean {
  return (
    (!filter.certificateSerialNumber || filter.certificateSerialNumber === certificate.serialNumber) &&
    (!filter.name || certificate.name.includes(filter.name)) &&
    (!filter.type || filter.type === certificate.type) &&
    (!filter.status || filter.status === certificateStatus(state, certificate)) &&
    (filter.expiresAfter == null || certificate.validTo > filter.expiresAfter)
  );
}

function metadataView(state: State, certificate: KsefCertificate): Record<string, unknown> {
  return {
    certificateSerialNumber: certificate.serialNumber,
    name: certificate.name,
    type: certificate.type,
    commonName: certificate.commonName,
    status: certificateStatus(state, certificate),
    subjectIdentifier: certificate.subject,
    validFrom: isoTime(certificate.validFrom),
    validTo: isoTime(certificate.validTo),
    lastUseDate: certificate.lastUsedAt === undefined ? null : isoTime(certificate.lastUsedAt),
    requestDate: isoTime(certificate.requestedAt),
  };
}
