import { isUtf8 } from "node:buffer";
import { ParseOption, XmlDocument, XmlLibError } from "libxml2-wasm";
import { Refusal } from "./refusal.ts";

/** A document a client sent, without a DTD. Nothing it names is ever loaded. Throws 21217, 21001 or 9101. Dispose of it. */
export function openXml(bytes: Uint8Array): XmlDocument {
  if (!isUtf8(bytes)) throw new Refusal(21217);
  const document = parse(bytes);
  if (document.dtd !== null) {
    document.dispose();
    throw new Refusal(9101, "Dokument zawiera DTD.");
  }
  return document;
}

/** Text as content of an XML element. */
export function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function parse(bytes: Uint8Array): XmlDocument {
  try {
    return XmlDocument.fromBuffer(bytes, {
      option: ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE,
    });
  } catch (error) {
    if (!(error instanceof XmlLibError)) throw error;
    throw new Refusal(21001, ...error.details.map(({ message }) => message.trim()));
  }
}
