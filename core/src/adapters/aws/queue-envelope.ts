import type { Job } from "../../ports.ts";

/** A message as SQS handed it out. The attempt counts from 1. */
export interface Delivery {
  body: string;
  receiptHandle: string;
  attempt: number;
}

/** What a message says. `due` (milliseconds since 1970) is there when SQS cannot hold the job back for long enough. */
interface Envelope {
  job: Job;
  due?: number;
}

/** As the body of a message. SQS refuses U+FFFE and U+FFFF, and stand-ins for it what needs two halves: both are escaped. */
export function pack(envelope: Envelope): string {
  return JSON.stringify(envelope).replace(
    /[\uD800-\uDFFF\uFFFE\uFFFF]/g,
    (half) => `\\u${half.charCodeAt(0).toString(16)}`,
  );
}

/** Undefined: the body is not of our making. */
export function unpack(body: string): Envelope | undefined {
  const said = parsed(body);
  if (!isObject(said) || !isObject(said["job"])) return undefined;
  const { job, due } = said;
  return { job: job as Job, ...(typeof due === "number" && { due }) };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
