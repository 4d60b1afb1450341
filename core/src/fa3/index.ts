export { forms, type Form } from "./forms.ts";
export { fromFa3 } from "./from-fa3.ts";
export { headerOf, inspectInvoice, type InvoiceHeader } from "./inspect.ts";
export { mappingTable } from "./mapping/invoice.ts";
export { schemaFaults } from "./schema.ts";
export { toFa3 } from "./to-fa3.ts";
export {
  rules as fa3Rules,
  validate,
  type Rule,
  type ValidationFault,
  type ValidationOptions,
} from "./validate/index.ts";
export { isNip } from "./validate/rules/checksums.ts";
export { elementAt, openXml, textAt, type XmlElement } from "../xml.ts";
