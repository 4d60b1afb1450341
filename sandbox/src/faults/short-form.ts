/** What a short form stands for; undefined when it is none. `-after` at the end: the request has its effect. */
export function shortForm(text: string): unknown {
  const when = text.endsWith("-after") ? "after" : "before";
  const name = text.replace(/-(before|after)$/, "");
  for (const [pattern, build] of forms) {
    const match = pattern.exec(name);
    if (match !== null) return build(Number(match[1]), when);
  }
  return undefined;
}

/** Read by people: what a wrong short form is answered with. */
export const shortForms =
  "html-502, json-503, waf, waf-403 (each with -after), reset, reset-after, reset-mid-body, hang, hang-after, truncated, " +
  "429, 429-120 (Retry-After), 401, refusal-21184, invoice-440, session-415, part-lost";

const forms: [RegExp, (number: number, when: string) => unknown][] = [
  [/^html-(\d{3})$/, (status, when) => ({ kind: "answer", status, body: "html", when })],
  [/^json-(\d{3})$/, (status, when) => ({ kind: "answer", status, body: "json", when })],
  [/^waf-(\d{3})$/, (status, when) => ({ kind: "answer", status, body: "waf", when })],
  // The firewall in front of KSeF answers with 200 and a page with a script.
  [/^waf$/, (_, when) => ({ kind: "answer", status: 200, body: "waf", when })],
  [/^part-lost$/, () => ({ kind: "answer", status: 201, body: "empty" })],
  [/^reset-mid-body$/, () => ({ kind: "reset", when: "mid-body" })],
  [/^reset$/, (_, when) => ({ kind: "reset", when })],
  [/^hang$/, (_, when) => ({ kind: "hang", when })],
  [/^truncated$/, () => ({ kind: "truncated" })],
  [/^429-(\d+)$/, (retryAfterSeconds) => ({ kind: "too-many-requests", retryAfterSeconds })],
  [/^429$/, () => ({ kind: "too-many-requests" })],
  [/^401$/, (_, when) => ({ kind: "unauthorized", when })],
  [/^refusal-(\d+)$/, (code, when) => ({ kind: "refusal", code, when })],
  [/^invoice-(\d{3})$/, (code) => ({ kind: "invoice-status", code })],
  [/^session-(\d{3})$/, (code) => ({ kind: "session-status", code })],
];
