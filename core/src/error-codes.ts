/** What must happen next: `retry`, `reject` or `attention`. */
export type Action = "retry" | "reject" | "attention";

/**
 * Errors are sorted by what must happen next. The thrower names the code; this table decides the action:
 * `retry` the same may succeed later, `reject` the other side has said no to this document,
 * `attention` a person must change data or configuration.
 * Codes are stable and a test pins them; messages are free. `http` is what our own API answers.
 */
export const errors = {
  "request.unauthorized": { action: "reject", http: 401, title: "The API key is missing or unknown" },
  "request.invalid": { action: "reject", http: 400, title: "The request is not valid" },
  "request.idempotency-key": {
    action: "reject",
    http: 400,
    title: "The Idempotency-Key header is missing or not valid",
  },
  "request.idempotency-conflict": {
    action: "reject",
    http: 409,
    title: "This Idempotency-Key belongs to another document",
  },
  "request.media-type": { action: "reject", http: 415, title: "The content type is not supported" },
  "request.too-large": { action: "reject", http: 413, title: "The document is larger than KSeF accepts" },
  "request.not-found": { action: "reject", http: 404, title: "There is nothing at this address" },
  "submission.not-found": { action: "reject", http: 404, title: "There is no such invoice" },
  "submission.no-receipt": {
    action: "reject",
    http: 409,
    title: "KSeF has not issued a receipt for this invoice yet",
  },
  "submission.not-replayable": {
    action: "reject",
    http: 409,
    title: "Only a held or dead invoice can be replayed",
  },
  "submission.no-code": { action: "reject", http: 409, title: "There is no such code for this invoice now" },

  "offline.certificate": {
    action: "attention",
    http: 409,
    title: "There is no valid KSeF certificate of the type Offline",
  },
  "offline.unannounced": { action: "reject", http: 422, title: "No such outage of KSeF is announced" },
  "offline.total-failure": {
    action: "reject",
    http: 422,
    title: "Invoices of a total failure do not go to KSeF",
  },
  "correction.refused": {
    action: "reject",
    http: 409,
    title: "There can be no technical correction of this invoice",
  },
  "correction.content": {
    action: "reject",
    http: 422,
    title: "A technical correction must not change what the invoice says",
  },

  "xml.encoding": {
    action: "reject",
    http: 422,
    title: "The document is not UTF-8 without a byte order mark",
  },
  "xml.malformed": { action: "reject", http: 422, title: "The document is not well-formed XML" },
  "xml.doctype": { action: "reject", http: 422, title: "The document has a DOCTYPE or an entity of its own" },
  "xml.processing-instruction": {
    action: "reject",
    http: 422,
    title: "The document has a processing instruction",
  },
  "xml.character": { action: "reject", http: 422, title: "The document has a character KSeF forbids" },
  "xml.depth": { action: "reject", http: 422, title: "The document is nested too deeply" },
  "xml.size": { action: "reject", http: 413, title: "The document is larger than KSeF accepts" },
  "fa3.form": { action: "reject", http: 422, title: "The document is not an FA(3) invoice" },
  "fa3.schema": { action: "reject", http: 422, title: "The document does not match the FA(3) schema" },
  "fa3.rule": { action: "reject", http: 422, title: "The invoice breaks a rule" },
  "fa3.incomplete": { action: "reject", http: 422, title: "The invoice lacks something FA(3) demands" },
  "model.invalid": { action: "reject", http: 422, title: "The invoice does not fit the model" },

  "ksef.unreachable": { action: "retry", http: 503, title: "KSeF cannot be reached", outage: true },
  "ksef.timeout": { action: "retry", http: 503, title: "KSeF did not answer in time", outage: true },
  "ksef.unavailable": { action: "retry", http: 503, title: "KSeF is not working", outage: true },
  "ksef.rate-limited": { action: "retry", http: 503, title: "KSeF's request limit is reached", outage: true },
  "ksef.paused": { action: "retry", http: 503, title: "The hub is not calling KSeF for now", outage: true },
  "ksef.protocol": { action: "retry", http: 502, title: "KSeF answered something it should not" },
  "ksef.unauthorized": { action: "retry", http: 502, title: "KSeF does not accept the access token" },
  "ksef.forbidden": { action: "attention", http: 502, title: "KSeF refuses these credentials the operation" },
  "ksef.login-refused": { action: "attention", http: 502, title: "KSeF refuses the login" },
  "ksef.credentials": {
    action: "attention",
    http: 502,
    title: "The KSeF credentials are missing or unusable",
  },
  "ksef.key-unknown": { action: "retry", http: 502, title: "KSeF has withdrawn the public key" },
  "ksef.session-closed": { action: "retry", http: 502, title: "The KSeF session takes no more invoices" },
  "ksef.session-unknown": { action: "retry", http: 502, title: "KSeF knows no such session" },
  "ksef.not-found": { action: "retry", http: 502, title: "KSeF does not have this document yet" },
  "ksef.bad-request": { action: "attention", http: 502, title: "KSeF refuses the request" },
  "ksef.rejected": { action: "reject", http: 502, title: "KSeF rejected the invoice" },
  "ksef.cancelled": { action: "retry", http: 502, title: "KSeF gave up processing the invoice" },
  "ksef.not-permitted": {
    action: "attention",
    http: 502,
    title: "KSeF does not let these credentials issue the invoice",
  },
  "ksef.number-conflict": {
    action: "attention",
    http: 502,
    title: "KSeF holds another invoice under this number",
  },
  "ksef.part-missing": { action: "retry", http: 502, title: "KSeF has not received every part of the batch" },
  "ksef.certificate-limit": {
    action: "attention",
    http: 502,
    title: "KSeF issues no more certificates to this company",
  },
  "ksef.enrolment-refused": {
    action: "attention",
    http: 502,
    title: "KSeF refuses the request for a certificate",
  },
  "ksef.enrolment-failed": {
    action: "retry",
    http: 502,
    title: "KSeF gave up issuing the certificate",
  },
  "ksef.receipt-mismatch": { action: "retry", http: 502, title: "The receipt is not for this invoice" },

  "vendor.unreachable": {
    action: "retry",
    http: 502,
    title: "The other system cannot be reached",
    outage: true,
  },
  "vendor.unavailable": {
    action: "retry",
    http: 502,
    title: "The other system does not work now",
    outage: true,
  },
  "vendor.rate-limited": {
    action: "retry",
    http: 503,
    title: "The other system has been asked too often",
    outage: true,
  },
  "vendor.unauthorized": {
    action: "attention",
    http: 502,
    title: "The other system does not take the login",
  },
  "vendor.forbidden": { action: "attention", http: 502, title: "The other system does not allow this" },
  "vendor.not-found": { action: "attention", http: 502, title: "The other system has no such record" },
  "vendor.conflict": { action: "retry", http: 502, title: "The record in the other system has changed" },
  "vendor.refused": { action: "attention", http: 502, title: "The other system refuses this" },
  "vendor.protocol": {
    action: "retry",
    http: 502,
    title: "The other system answered against its specification",
  },
  "webhook.refused": { action: "reject", http: 401, title: "The event is not the vendor's" },
  "map.incomplete": { action: "attention", http: 422, title: "The record lacks what an invoice needs" },

  "batch.too-large": { action: "attention", http: 413, title: "The batch is larger than KSeF accepts" },

  "rates.unreachable": {
    action: "retry",
    http: 503,
    title: "The exchange rates cannot be had now",
    outage: true,
  },
  "rates.unknown": { action: "attention", http: 422, title: "There is no exchange rate for this currency" },

  "archive.conflict": {
    action: "attention",
    http: 500,
    title: "The archive holds something else under this key",
  },
  "archive.missing": { action: "attention", http: 500, title: "The archive has lost a document" },
  "archive.key": { action: "attention", http: 500, title: "The archive key is not valid" },
  "storage.locked": { action: "attention", http: 500, title: "Another process is using the data folder" },
  "storage.missing": {
    action: "retry",
    http: 503,
    title: "The table, bucket or queue of the hub is not there",
    outage: true,
  },
  "storage.denied": {
    action: "retry",
    http: 503,
    title: "The hub may not use its table, bucket, queue or secrets",
    outage: true,
  },
  "storage.unavailable": { action: "retry", http: 503, title: "The storage does not work" },
  "secret.key": {
    action: "attention",
    http: 500,
    title: "The key that protects the secrets is missing or wrong",
  },
  "schema.missing": { action: "attention", http: 500, title: "The official schemas are not installed" },
  "hub.config": { action: "attention", http: 500, title: "The configuration is not valid" },
  "hub.internal": { action: "retry", http: 500, title: "The hub has a defect" },
} as const satisfies Record<string, { action: Action; http: number; title: string; outage?: true }>;

export type ErrorCode = keyof typeof errors;
