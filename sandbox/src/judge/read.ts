import { HubError } from "@ksef-hub/core";
import { forms, headerOf, openXml, schemaFaults } from "@ksef-hub/core/fa3";
import type { Form, InvoiceHeader, XmlElement } from "@ksef-hub/core/fa3";
import { invoiceStatus, type Status } from "../status.ts";

/** A document that met the rules for the file and the schema. */
export interface Read {
  root: XmlElement;
  header: InvoiceHeader;
}

/** Parses a document once: a fault of the file gives 430, one of the session's schema 450. */
export function readDocument(document: Uint8Array, { systemCode }: Form): Read | Status {
  try {
    const opened = openXml(document);
    using xml = opened.document;
    const { root } = opened;
    const code = root.name === "Faktura" ? forms[root.namespace]?.form.systemCode : undefined;
    if (code !== systemCode) {
      const what = code ?? `<${root.name}> z przestrzeni "${root.namespace}"`;
      return invoiceStatus(450, [`Dokument to ${what}, a sesja przyjmuje ${systemCode}.`]);
    }
    const faults = schemaFaults(xml, systemCode);
    return faults.length === 0
      ? { root, header: headerOf(root) }
      : invoiceStatus(
          450,
          faults.map(({ message }) => message),
        );
  } catch (error) {
    if (!(error instanceof HubError) || !error.code.startsWith("xml.")) throw error;
    return invoiceStatus(430, [error.message]);
  }
}
