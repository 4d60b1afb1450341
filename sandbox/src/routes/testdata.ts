import { Hono } from "hono";
import * as z from "zod";
import { attachmentConsents, revokeConsent } from "../attachment-consent.ts";
import { contextIdentifier } from "../context.ts";
import { block, unblock } from "../login/blocked-context.ts";
import { nipPattern } from "../nip.ts";
import { identifier, subjectIdentifier } from "../permission/identifier.ts";
import {
  grantForTests,
  makeTestEntity,
  makeTestPerson,
  removeTestEntity,
  removeTestPerson,
  revokeForTests,
} from "../permission/test-data.ts";
import { parse } from "../refusal.ts";
import { body } from "../request.ts";
import type { State } from "../state.ts";

/** `/testdata`: companies, persons and what they may do, without a login. Source: ksef-docs, dane-testowe-scenariusze.md. */
export function testDataRoutes(state: State): Hono {
  const app = new Hono();

  app.post("/subject", async (c) => {
    const { subjectNip, subjectType, subunits, description, createdDate } = parse(newSubject, await body(c));
    makeTestEntity(state, {
      nip: subjectNip,
      type: subjectType,
      subunits: subunits ?? [],
      description,
      createdAt: createdDate ?? state.clock.now(),
    });
    return c.body(null, 200);
  });

  app.post("/subject/remove", async (c) => {
    removeTestEntity(state, parse(z.object({ subjectNip: nip }), await body(c)).subjectNip);
    return c.body(null, 200);
  });

  app.post("/person", async (c) => {
    const { createdDate, ...person } = parse(newPerson, await body(c));
    makeTestPerson(state, { ...person, createdAt: createdDate ?? state.clock.now() });
    return c.body(null, 200);
  });

  app.post("/person/remove", async (c) => {
    removeTestPerson(state, parse(z.object({ nip }), await body(c)).nip);
    return c.body(null, 200);
  });

  app.post("/permissions", async (c) => {
    const request = parse(grant.extend({ permissions }), await body(c));
    grantForTests(state, request.contextIdentifier, request.authorizedIdentifier, request.permissions);
    return c.body(null, 200);
  });

  app.post("/permissions/revoke", async (c) => {
    const request = parse(grant, await body(c));
    revokeForTests(state, request.contextIdentifier, request.authorizedIdentifier);
    return c.body(null, 200);
  });

  app.post("/attachment", async (c) => {
    attachmentConsents(state).set(parse(z.object({ nip }), await body(c)).nip, {});
    return c.body(null, 200);
  });

  app.post("/attachment/revoke", async (c) => {
    const request = parse(z.object({ nip, expectedEndDate: z.iso.date().nullish() }), await body(c));
    revokeConsent(state, request.nip, request.expectedEndDate ?? undefined);
    return c.body(null, 200);
  });

  app.post("/context/block", async (c) => {
    const { contextIdentifier: context } = parse(contextRequest, await body(c));
    if (context) block(state, context);
    return c.body(null, 200);
  });

  app.post("/context/unblock", async (c) => {
    const { contextIdentifier: context } = parse(contextRequest, await body(c));
    if (context) unblock(state, context);
    return c.body(null, 200);
  });
  return app;
}

const nip = z.string().regex(nipPattern, "Nieprawidłowy numer NIP.");
const description = z.string().min(5).max(256);
const createdDate = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .nullish();

const newSubject = z.object({
  subjectNip: nip,
  subjectType: z.enum(["EnforcementAuthority", "VatGroup", "JST"]),
  subunits: z
    .array(
      z
        .object({ subjectNip: nip, description })
        .transform((unit) => ({ nip: unit.subjectNip, description: unit.description })),
    )
    .nullish(),
  description,
  createdDate,
});

const newPerson = z.object({
  nip,
  pesel: identifier.Pesel.shape.value,
  isBailiff: z.boolean(),
  isDeceased: z.boolean().default(false),
  description,
  createdDate,
});

/** The guide writes the types in lower case, the OpenAPI document does not. */
const capitalized = <T extends z.ZodType>(schema: T) =>
  z.preprocess((input) => {
    const read = z.looseObject({ type: z.string().min(1) }).safeParse(input);
    if (!read.success) return input;
    const { type } = read.data;
    return { ...read.data, type: `${type[0]!.toUpperCase()}${type.slice(1)}` };
  }, schema);

const grant = z.object({
  contextIdentifier: capitalized(identifier.Nip),
  authorizedIdentifier: capitalized(subjectIdentifier),
});

const permissions = z.array(
  z.object({
    permissionType: z.enum([
      "InvoiceRead",
      "InvoiceWrite",
      "Introspection",
      "CredentialsRead",
      "CredentialsManage",
      "EnforcementOperations",
      "SubunitManage",
      "CollectiveIdentifierManage",
    ]),
    description,
  }),
);

const contextRequest = z.object({ contextIdentifier: contextIdentifier.nullish() });
