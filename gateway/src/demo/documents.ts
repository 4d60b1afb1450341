import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { HubError, type Invoice, type Source, warsawDate } from "@ksef-hub/core";
import { inspectInvoice } from "@ksef-hub/core/fa3";
import { demoInvoices } from "./invoices.ts";

/** The company of the demo: the NIP of the examples in the KSeF documentation. */
export const demoNip = "5265877635";

/** Something to be carried through KSeF. */
export interface DemoDocument {
  /** NIP of its seller, which is also the tenant's id. */
  tenant: string;
  file?: string;
  number?: string;
  /** Number of an earlier document whose KSeF number this one needs. */
  follows?: string;
  /** Absent: it is not sent, for this reason. */
  content?: { idempotencyKey: string; source: (ksefNumber?: string) => Source };
  reason?: string;
  /** The id of its submission, when an earlier run has handed it in. */
  id?: string;
}

/** The demo's own invoices, issued today, under numbers that no run of another second has. */
export function ownDocuments(now: number): DemoDocument[] {
  const series = Math.floor(now / 1000)
    .toString(36)
    .toUpperCase();
  const invoices = demoInvoices({ nip: demoNip, issueDate: warsawDate(now), series });
  return invoices.map(({ number, follows, invoice }) => ({
    tenant: demoNip,
    number,
    ...(follows === undefined ? {} : { follows }),
    content: { idempotencyKey: number, source: (ksefNumber) => inJson(invoice(ksefNumber)) },
  }));
}

/** Invoices from files, each for the tenant that is its seller. The same content again is the same submission. */
export async function documentsOf(files: string[]): Promise<DemoDocument[]> {
  return Promise.all(
    files.map(async (path) => {
      const file = basename(path);
      const content = await read(path);
      if ("reason" in content) return { tenant: demoNip, file, reason: content.reason };
      const { xml } = content;
      const hash = createHash("sha256").update(xml).digest("hex");
      return {
        tenant: sellerOf(xml),
        file,
        content: { idempotencyKey: `file-${hash}`, source: () => inXml(xml) },
      };
    }),
  );
}

const inXml = (content: Uint8Array<ArrayBuffer>): Source => ({ mediaType: "application/xml", content });

const inJson = (invoice: Invoice): Source => ({
  mediaType: "application/json",
  content: new TextEncoder().encode(JSON.stringify(invoice)),
});

async function read(path: string): Promise<{ xml: Uint8Array<ArrayBuffer> } | { reason: string }> {
  try {
    return { xml: new Uint8Array(await readFile(path)) };
  } catch (error) {
    return { reason: `The file cannot be read: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** What is not an invoice at all goes to the demo's company: the hub is the one to say what is wrong with it. */
function sellerOf(xml: Uint8Array): string {
  try {
    const { sellerNip } = inspectInvoice(xml);
    return /^[1-9](\d[1-9]|[1-9]\d)\d{7}$/.test(sellerNip) ? sellerNip : demoNip;
  } catch (error) {
    if (error instanceof HubError) return demoNip;
    throw error;
  }
}
