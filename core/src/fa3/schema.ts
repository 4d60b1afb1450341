import { readFileSync } from "node:fs";
import {
  XmlBufferInputProvider,
  XmlDocument,
  XmlLibError,
  xmlRegisterInputProvider,
  XsdValidator,
} from "libxml2-wasm";
import { HubError, type Fault } from "../error.ts";
import { parsing } from "../xml.ts";
import { forms } from "./forms.ts";

/**
 * What the official XSD has against a document; empty when it is valid. The messages are libxml2's own.
 * `systemCode` is that of a known form, for example `FA (3)`.
 */
export function schemaFaults(source: Uint8Array | XmlDocument, systemCode: string): Fault[] {
  const validator = validatorOf(systemCode);
  try {
    if (source instanceof XmlDocument) validator.validate(source);
    else {
      using document = XmlDocument.fromBuffer(source, parsing);
      validator.validate(document);
    }
    return [];
  } catch (error) {
    if (!(error instanceof XmlLibError)) throw error;
    return error.details.map(({ message, line, xpath }) => ({
      code: "fa3.schema",
      message: message.trim(),
      line,
      ...(xpath === undefined ? {} : { path: xpath }),
    }));
  }
}

const validators = new Map<string, XsdValidator>();

function validatorOf(systemCode: string): XsdValidator {
  const known = validators.get(systemCode);
  if (known !== undefined) return known;
  const entry = Object.values(forms).find(({ form }) => form.systemCode === systemCode);
  if (entry === undefined) throw new HubError("fa3.form", `There is no schema for "${systemCode}".`);
  registerBaseSchemas();
  using document = XmlDocument.fromBuffer(read(entry.schema));
  // Compiled once and kept for the life of the process: it costs as much as hundreds of validations.
  const validator = XsdValidator.fromDoc(document);
  validators.set(systemCode, validator);
  return validator;
}

const base = "http://crd.gov.pl/xml/schematy/dziedzinowe/mf/2022/01/05/eD/DefinicjeTypy/";
let registered = false;

/** The official schemas import each other by address; the copies beside us answer for those addresses. */
function registerBaseSchemas(): void {
  if (registered) return;
  const files = ["StrukturyDanych_v10-0E.xsd", "ElementarneTypyDanych_v10-0E.xsd", "KodyKrajow_v10-0E.xsd"];
  const buffers = Object.fromEntries(files.map((file) => [base + file, read(`bazowe/${file}`)]));
  xmlRegisterInputProvider(new XmlBufferInputProvider(buffers));
  registered = true;
}

function read(file: string): Uint8Array {
  try {
    return readFileSync(new URL(`../../schemas/${file}`, import.meta.url));
  } catch (cause) {
    throw new HubError("schema.missing", `${file} is missing: run "npm run setup".`, { cause });
  }
}
