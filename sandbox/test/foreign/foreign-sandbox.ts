import { warsawDate } from "@ksef-hub/core";
import { createSandbox, type Company, type Sandbox } from "../../src/index.ts";
import { judge } from "../conformance/judge.ts";
import { invoiceXml } from "../invoice.ts";

/** A sandbox on a socket for a client we did not write: what such a client can do here, it can do with KSeF. */
export interface ForeignSandbox {
  sandbox: Sandbox;
  company: Company;
  /** Without `/v2`. */
  baseUrl: string;
  /** A new invoice of the company, of today. */
  xml(): string;
}

export async function openForeignSandbox(): Promise<ForeignSandbox> {
  const sandbox = await createSandbox({ limits: "off", processing: { acceptedMs: 30, processingMs: 50 } });
  judge(sandbox);
  const company = await sandbox.company("5265877635");
  const baseUrl = (await sandbox.listen()).replace(/\/v2$/, "");
  return { sandbox, company, baseUrl, xml: () => invoiceXml({ issueDate: warsawDate(Date.now()) }) };
}
