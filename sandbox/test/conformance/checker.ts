import { compiler, type Validate } from "./compiler.ts";
import type {
  OpenApiContent,
  OpenApiDocument,
  OpenApiOperation,
  OpenApiParameter,
  OpenApiResponse,
} from "./document.ts";
import { router, type Route } from "./router.ts";

/** One request to the API and what it was answered. */
export interface Exchange {
  method: string;
  /** Without `/v2`. */
  path: string;
  query: URLSearchParams;
  headers: Headers;
  body: string;
  status: number;
  answerHeaders: Headers;
  answer: string;
}

/** A disagreement of the traffic with the document. */
export interface Finding {
  /** `METHOD /templated/path`; the path of the request when the document does not have it. */
  endpoint: string;
  what: string;
}

export interface Checker {
  /** `METHOD /templated/path` of everything the document has. */
  endpoints: string[];
  /** The endpoint of a request; undefined when the document has none. */
  endpoint(method: string, path: string): string | undefined;
  /**
   * What the document forbids. A request is judged when it was taken: one that was refused (400 and above) may well
   * have been wrong on purpose.
   */
  check(exchange: Exchange): Finding[];
}

export function createChecker(document: OpenApiDocument): Checker {
  const find = router(document);
  const validate = compiler(document);
  return {
    endpoints: Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    ),
    endpoint: (method, path) => find(method, path)?.endpoint,
    check(exchange) {
      const wasTaken = exchange.status < 400;
      const { method, path, status } = exchange;
      const route = find(method, path);
      if (route === undefined)
        return wasTaken
          ? [{ endpoint: `${method} ${path}`, what: "request: the document has no such path" }]
          : [];
      const request = wasTaken ? checkRequest(validate, route, exchange) : [];
      const response = checkResponse(validate, route, exchange);
      return [
        ...request.map((words) => `request: ${words}`),
        ...response.map((words) => `response ${status}: ${words}`),
      ].map((what) => ({ endpoint: route.endpoint, what }));
    },
  };
}

function checkRequest(validate: Validate, route: Route, { query, headers, body }: Exchange): string[] {
  const { parameters = [], requestBody, security } = route.operation;
  const listed = parameters.filter((parameter) => parameter.in === "query").map(({ name }) => name);
  const unlisted = [...new Set(query.keys())].filter((name) => !listed.includes(name));
  const lacksToken = security !== undefined && !/^Bearer ./.test(headers.get("authorization") ?? "");
  return [
    ...unlisted.map((name) => `the query parameter "${name}" is not listed`),
    ...parameters.flatMap((parameter) => checkParameter(validate, route, query, headers, parameter)),
    ...(lacksToken ? ["the header Authorization with a Bearer token is missing"] : []),
    ...checkRequestBody(validate, requestBody, headers, body),
  ];
}

function checkParameter(
  validate: Validate,
  { values }: Route,
  query: URLSearchParams,
  headers: Headers,
  { name, in: place, required, schema }: OpenApiParameter,
): string[] {
  const texts = {
    path: () => [values[name]],
    query: () => query.getAll(name),
    header: () => [headers.get(name) ?? undefined],
  };
  const given = texts[place]().filter((text) => text !== undefined);
  const [first] = given;
  if (first === undefined) return required ? [`the ${place} parameter "${name}" is missing`] : [];
  const value = schema.type === "array" ? given : read(schema.type, first);
  return validate(schema, "request", value).map((words) => `${place} parameter "${name}": ${words}`);
}

function checkRequestBody(
  validate: Validate,
  listed: OpenApiOperation["requestBody"],
  headers: Headers,
  body: string,
): string[] {
  if (listed === undefined) return checkEmpty(body);
  if (body === "") return listed.required ? ["the body is missing"] : [];
  return checkContent(validate, "request", listed.content, headers, body);
}

function checkResponse(
  validate: Validate,
  { operation }: Route,
  { status, answerHeaders, answer }: Exchange,
): string[] {
  const listed = operation.responses[String(status)];
  if (listed === undefined)
    return [`the status is not listed; there are ${Object.keys(operation.responses).join(", ")}`];
  return [
    ...(listed.content === undefined
      ? checkEmpty(answer)
      : checkContent(validate, "response", listed.content, answerHeaders, answer)),
    ...checkHeaders(validate, listed, answerHeaders),
  ];
}

function checkHeaders(
  validate: Validate,
  { headers: listed = {} }: OpenApiResponse,
  headers: Headers,
): string[] {
  return Object.entries(listed).flatMap(([name, { schema }]) => {
    const value = headers.get(name);
    // Sent when there is something to warn about; the others come with every answer that lists them.
    if (value === null) return name === "X-System-Warning" ? [] : [`the header ${name} is missing`];
    const type = name === "Retry-After" ? "integer" : "string";
    return validate(schema, "response", read(type, value)).map((words) => `header ${name}: ${words}`);
  });
}

function checkContent(
  validate: Validate,
  direction: "request" | "response",
  content: OpenApiContent,
  headers: Headers,
  body: string,
): string[] {
  const type = headers.get("content-type")?.replace(/;.*/, "").trim() ?? "";
  const listed = content[type];
  if (listed === undefined)
    return [`the content type "${type}" is not listed; there is ${Object.keys(content).join(", ")}`];
  if (!type.endsWith("json")) return validate(listed.schema, direction, body);
  const { json, error } = parse(body);
  return error === undefined
    ? validate(listed.schema, direction, json)
    : [`the body is not JSON: ${error.message}`];
}

const checkEmpty = (body: string): string[] => (body === "" ? [] : ["a body is not listed"]);

function parse(text: string): { json?: unknown; error?: SyntaxError } {
  try {
    return { json: JSON.parse(text) as unknown };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { error };
  }
}

/** A value written in a URL or a header. */
function read(type: string | undefined, text: string): unknown {
  if (type === "integer" && /^-?\d+$/.test(text)) return Number(text);
  if (type === "boolean" && /^(true|false)$/i.test(text)) return /^true$/i.test(text);
  return text;
}
