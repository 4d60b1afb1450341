import { json, understand } from "../admin/input.ts";
import { fault, type Fault } from "./fault.ts";

/** The fault a request asks for in its header, as JSON or in short form. Throws InvalidInput. */
export function readFault(header: string): Fault {
  const input = header.trimStart().startsWith("{") ? json(header) : header;
  return understand(fault, input, "a fault for X-Sandbox-Fault");
}
