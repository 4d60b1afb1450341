export { forms, type Form } from "./forms.ts";
export { checkInvoice, inspectInvoice, type InvoiceHeader } from "./inspect.ts";
export { schemaFaults } from "./schema.ts";
