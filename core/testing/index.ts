/**
 * Conformance suites for the ports, a virtual clock and a sample invoice. Each suite takes the `it` of your test runner and a function
 * that opens the adapter; the rest is node:assert.
 */
export { archiveContract } from "./archive.ts";
export { clockContract } from "./clock.ts";
export { eventually } from "./eventually.ts";
export { sampleInvoice, sampleInvoiceXml, type SampleInvoice } from "./invoice.ts";
export type { It } from "./it.ts";
export { laggingIndexes } from "./lagging-table.ts";
export { queueContract } from "./queue.ts";
export { secretsContract } from "./secrets.ts";
export { tableContract } from "./table.ts";
export { VirtualClock } from "./virtual-clock.ts";
export { connectorContract, type ConnectorBench } from "./connector.ts";
