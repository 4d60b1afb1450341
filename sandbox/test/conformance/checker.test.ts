import { describe, expect, it } from "vitest";
import { createChecker, type Exchange } from "./checker.ts";
import { absence, document, type OpenApiDocument } from "./document.ts";
import { jsonSchema } from "./json-schema.ts";

const time = "2026-03-02T11:00:00.000+00:00";
const reference = "20260302-SO-0123456789-0123456789-01";

/** What a test sent and got, in short. */
interface Sample {
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
  status: number;
  type?: string;
  answerHeaders?: Record<string, string>;
  answer?: unknown;
}

const token = { token: "t", validUntil: time };
const started: Sample = {
  method: "POST",
  path: "/auth/ksef-token",
  body: {
    challenge: reference,
    contextIdentifier: { type: "Nip", value: "5265877635" },
    encryptedToken: "AA==",
  },
  status: 202,
  answer: { referenceNumber: reference, authenticationToken: token },
};
const sessions: Sample = {
  method: "GET",
  path: "/sessions?sessionType=Online&pageSize=10&statuses=Failed&statuses=InProgress",
  headers: { authorization: "Bearer t" },
  status: 200,
  answer: { continuationToken: null, sessions: [] },
};
const invoice: Sample = {
  method: "GET",
  path: "/invoices/ksef/5265877635-20250826-0100001AF629-AF",
  headers: { authorization: "Bearer t" },
  status: 200,
  type: "application/xml",
  answerHeaders: { "x-ms-meta-hash": `${"A".repeat(43)}=` },
  answer: "<Faktura/>",
};

describe.skipIf(document === undefined)(`the checker${document === undefined ? ` (${absence})` : ""}`, () => {
  it.each([
    ["JSON both ways", started],
    ["a list in the query, null where it may be", sessions],
    ["a document", invoice],
    ["a request that was refused, whatever it was", { ...started, body: 7, status: 400, answer: {} }],
    ["an unknown path that was refused", { ...sessions, path: "/nowhere", status: 404 }],
    ["an answer without a body", { ...closed(), answer: undefined }],
    ["problem details", { ...sessions, status: 401, type: "application/problem+json", answer: unauthorized }],
  ])("has nothing against %s", (_, sample) => {
    expect(found(sample)).toEqual([]);
  });

  it.each<[string, Sample, string[]]>([
    [
      "a required property that is missing",
      { ...started, answer: { authenticationToken: token } },
      ["response 202: the value must have required property 'referenceNumber'"],
    ],
    [
      "a wrong type",
      { ...sessions, answer: { sessions: {} } },
      ["response 200: /sessions must be array, not {}"],
    ],
    [
      "null where it may not be",
      { ...started, answer: { ...(started.answer as object), authenticationToken: null } },
      ["response 202: /authenticationToken must be object, not null"],
    ],
    [
      "an unknown value of an enumeration",
      { ...started, body: { ...(started.body as object), contextIdentifier: { type: "Vat", value: "1" } } },
      ['request: /contextIdentifier/type must be equal to one of the allowed values ["Nip","InternalId"'],
    ],
    [
      "a date without an offset",
      {
        ...started,
        answer: { referenceNumber: reference, authenticationToken: { ...token, validUntil: "1" } },
      },
      ['response 202: /authenticationToken/validUntil must match format "date-time", not "1"'],
    ],
    [
      "a text that is too short",
      { ...started, answer: { ...(started.answer as object), referenceNumber: "1" } },
      ["response 202: /referenceNumber must NOT have fewer than 36 characters"],
    ],
    [
      "an unknown property, also below a reference",
      { ...started, answer: { ...(started.answer as object), authenticationToken: { ...token, extra: 1 } } },
      ['response 202: /authenticationToken must NOT have additional properties "extra"'],
    ],
    [
      "an unknown property in a request",
      { ...started, body: { ...(started.body as object), extra: 1 } },
      ['request: the value must NOT have additional properties "extra"'],
    ],
    [
      "a status that is not listed",
      { ...sessions, status: 404 },
      ["response 404: the status is not listed; there are 200, 400, 401, 403, 429"],
    ],
    [
      "another content type",
      { ...sessions, type: "text/html" },
      ['response 200: the content type "text/html" is not listed; there is application/json'],
    ],
    ["JSON that is cut off", { ...sessions, answer: '{"sess' }, ["response 200: the body is not JSON: "]],
    ["a body where none is listed", { ...closed(), answer: "ok" }, ["response 204: a body is not listed"]],
    [
      "a header that is missing",
      { ...invoice, answerHeaders: {} },
      ["response 200: the header x-ms-meta-hash is missing"],
    ],
    [
      "parameters that are missing, unknown and out of range",
      { ...sessions, path: "/sessions?pageSize=5&size=1" },
      [
        'request: the query parameter "size" is not listed',
        'request: query parameter "pageSize": the value must be >= 10, not 5',
        'request: the query parameter "sessionType" is missing',
      ],
    ],
    [
      "a path parameter that cannot be",
      { ...invoice, path: "/invoices/ksef/1" },
      [
        'request: path parameter "ksefNumber": the value must NOT have fewer than 35 characters, not "1"',
        'request: path parameter "ksefNumber": the value must match pattern',
      ],
    ],
    [
      "a protected operation without a token",
      { ...sessions, headers: {} },
      ["request: the header Authorization with a Bearer token is missing"],
    ],
    [
      "a path that is not there",
      { ...sessions, path: "/nowhere" },
      ["request: the document has no such path"],
    ],
  ])("finds %s", (_, sample, expected) => {
    const words = found(sample).map(({ what }) => what);
    expect(words.toSorted()).toEqual(expected.toSorted().map((each) => expect.stringContaining(each)));
  });

  it("names the endpoint and says the words of the document", () => {
    const answer = { ...(started.answer as object), authenticationToken: { token: "t" } };
    expect(found({ ...started, answer })).toEqual([
      {
        endpoint: "POST /auth/ksef-token",
        what: `response 202: /authenticationToken must have required property 'validUntil'; the document: "Data ważności tokena."`,
      },
    ]);
  });

  it("takes a fixed path before one with parameters", () => {
    expect(checker().endpoint("GET", `/sessions/${reference}/invoices/failed`)).toBe(
      "GET /sessions/{referenceNumber}/invoices/failed",
    );
  });
});

describe("schemas of OpenAPI 3.0", () => {
  it("are open to null, closed to what they do not list, and without what is read only in requests", () => {
    const schema = {
      type: "object",
      required: ["id", "kind"],
      properties: {
        id: { type: "integer", readOnly: true },
        kind: { type: "string", enum: ["a"], nullable: true },
        count: { type: "integer", minimum: 0, exclusiveMinimum: true },
        other: { allOf: [{ $ref: "#/components/schemas/Other" }], nullable: true },
      },
    };
    const members = {
      kind: { type: ["string", "null"], enum: ["a", null] },
      count: { type: "integer", exclusiveMinimum: 0 },
      other: { if: { type: "null" }, else: { $ref: "#/$defs/Other" } },
    };
    const object = { type: "object", additionalProperties: false };
    expect(jsonSchema(schema, "request")).toEqual({ ...object, required: ["kind"], properties: members });
    expect(jsonSchema(schema, "response")).toEqual({
      ...object,
      required: ["id", "kind"],
      properties: { id: { type: "integer" }, ...members },
    });
  });

  it("are not composed: a closed part would forbid what the others list", () => {
    expect(() => jsonSchema({ allOf: [{ type: "object" }, { type: "object" }] }, "response")).toThrow(
      "composes",
    );
  });
});

const unauthorized = { title: "Unauthorized", status: 401, detail: "Token wygasł.", timestamp: time };

const checker = () => createChecker(document as OpenApiDocument);

function found({ method, path, headers, body, status, type = "application/json", ...sample }: Sample) {
  const { pathname, searchParams } = new URL(path, "http://localhost");
  const exchange: Exchange = {
    method,
    path: pathname,
    query: searchParams,
    headers: new Headers({ "content-type": "application/json", ...headers }),
    body: text(body),
    status,
    answerHeaders: new Headers({ "content-type": type, ...sample.answerHeaders }),
    answer: text(sample.answer),
  };
  return checker().check(exchange);
}

const text = (body: unknown): string =>
  typeof body === "string" ? body : body === undefined ? "" : JSON.stringify(body);

function closed(): Sample {
  const path = `/sessions/online/${reference}/close`;
  return { method: "POST", path, headers: { authorization: "Bearer t" }, status: 204 };
}
