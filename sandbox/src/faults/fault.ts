import * as z from "zod";
import { isExceptionCode } from "../refusal.ts";
import { shortForm, shortForms } from "./short-form.ts";

const ms = z.number().int().min(0);
const when = z.enum(["before", "after"]).default("before");
const invoiceCode = z.literal([405, 410, 415, 430, 435, 440, 450, 500, 550]);
const sessionCode = z.literal([405, 415, 420, 430, 435, 440, 445, 500]);

/**
 * What goes wrong, once its rule applies. `before`: the request has no effect; `after`: it has, but the caller is not
 * told. Times are in milliseconds of the sandbox's clock.
 */
const faultObject = z.discriminatedUnion("kind", [
  // What the caller gets instead of the answer.
  z.strictObject({
    kind: z.literal("answer"),
    status: z.number().int().min(200).max(599),
    /** `html`: the page of a gateway; `waf`: that of a firewall. */
    body: z.enum(["json", "html", "waf", "empty"]).default("json"),
    /** What a body of `json` says. */
    json: z.json().optional(),
    when,
  }),
  z.strictObject({
    kind: z.literal("refusal"),
    /** Of the table of exception codes; `{referenceNumber}` in a detail is that of the session in the path. */
    code: z.number().refine(isExceptionCode, "is no exception code of the API"),
    details: z.array(z.string()).default([]),
    when,
  }),
  z.strictObject({ kind: z.literal("unauthorized"), when }),
  z.strictObject({
    kind: z.literal("too-many-requests"),
    retryAfterSeconds: z.number().int().min(0).default(30),
  }),
  z.strictObject({
    kind: z.literal("reset"),
    when: z.enum(["before", "after", "mid-body"]).default("before"),
  }),
  z.strictObject({ kind: z.literal("hang"), when, ms: ms.default(5 * 60_000) }),
  // What becomes of the answer.
  z.strictObject({ kind: z.literal("slow-body"), ms, chunks: z.number().int().min(2).max(1000).default(10) }),
  z.strictObject({ kind: z.literal("truncated") }),
  z.strictObject({ kind: z.literal("content-type"), type: z.string().default("text/html") }),
  /** A JSON merge patch (RFC 7396) on the answer. */
  z.strictObject({ kind: z.literal("merge"), patch: z.record(z.string(), z.json()) }),
  z.strictObject({ kind: z.literal("wrong-hash") }),
  z.strictObject({ kind: z.literal("other-content") }),
  // What happens just before the request is handled.
  z.strictObject({ kind: z.literal("delay"), ms }),
  z.strictObject({ kind: z.literal("clock-jump"), ms: z.number().int() }),
  z.strictObject({ kind: z.literal("rotate-keys"), retireOld: z.boolean().default(true) }),
  /** The token of the request is refused from now on, until a refresh or a new login brings another. */
  z.strictObject({
    kind: z.literal("token-revoked"),
    until: z.enum(["refresh", "login"]).default("refresh"),
  }),
  // What KSeF does with what it was given.
  z.strictObject({ kind: z.literal("invoice-stuck"), ms }),
  z.strictObject({
    kind: z.literal("invoice-status"),
    code: invoiceCode,
    details: z.array(z.string()).default([]),
  }),
  z.strictObject({ kind: z.literal("session-status"), code: sessionCode }),
  z.strictObject({ kind: z.literal("storage-late"), ms }),
  z.strictObject({ kind: z.literal("upo-late"), ms }),
  z.strictObject({ kind: z.literal("slow-login"), ms }),
  /** Of access tokens. */
  z.strictObject({ kind: z.literal("token-lifetime"), seconds: z.number().int().min(0) }),
]);

/** A fault in full or in its short form, such as `html-502-after`. */
export const fault = z.preprocess((input, context) => {
  const long = typeof input === "string" ? shortForm(input) : input;
  if (long === undefined) {
    const message = `"${String(input)}" is no fault in short form. There are: ${shortForms}`;
    context.issues.push({ code: "custom", message, input });
  }
  return long;
}, faultObject);

export type FaultInput = z.input<typeof faultObject> | string;
export type Fault = z.output<typeof faultObject>;
export type FaultKind = Fault["kind"];
