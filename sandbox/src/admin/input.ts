import * as z from "zod";
import { InvalidInput } from "./invalid-input.ts";

/** Input by its schema. Throws InvalidInput that says what is wrong where. */
export function understand<S extends z.ZodType>(schema: S, input: unknown, what: string): z.output<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const details = result.error.issues.flatMap(explain);
  throw new InvalidInput(`This is not ${what}: ${details[0] ?? ""}`, details);
}

/** JSON given to the sandbox itself; an empty text is an empty object. */
export function json(text: string): unknown {
  if (text === "") return {};
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new InvalidInput(`This is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Of a union each branch says why not; the last is the one meant. */
function explain(issue: z.core.$ZodIssue): string[] {
  if (issue.code === "invalid_union" && issue.errors.length > 0)
    return issue.errors
      .at(-1)!
      .flatMap((inner) => explain({ ...inner, path: [...issue.path, ...inner.path] }));
  const place = issue.path.join(".");
  return [place === "" ? issue.message : `${place}: ${issue.message}`];
}
