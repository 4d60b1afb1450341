import type { Billed } from "./billed.ts";
import { ceilings, idle, pollsAnHour, secretsOfCompany } from "./ceilings.ts";
import type { RequestUnits } from "./request-units.ts";
import { usd } from "./prices.ts";

/** How many invoices a month, of how many companies, through how many processes. */
export interface Volume {
  invoices: number;
  companies: number;
  processes: number;
}

/** Dollars for the requests of one invoice. */
export function invoiceUsd(billed: Billed): number {
  const lines = ["readUnits", "writeUnits", "puts", "gets", "messages", "secretCalls"] as const;
  return lines.reduce((sum, line) => sum + usd(line, billed[line]), 0);
}

/** Dollars a month for a process and for a company that have nothing to do. */
export const fixedUsd = {
  process: unitsUsd(idle.process) + usd("messages", pollsAnHour * hoursAMonth()),
  company: unitsUsd(idle.company) + usd("secrets", secretsOfCompany),
};

/** Dollars a month without storage; `alone`: the share of the invoices that are sent alone, the others go in batches. */
export function monthUsd({ invoices, companies, processes }: Volume, alone: number): number {
  const each = alone * invoiceUsd(ceilings.alone) + (1 - alone) * invoiceUsd(ceilings.batch);
  return invoices * each + companies * fixedUsd.company + processes * fixedUsd.process;
}

/** What a year of invoices fills, in GB (2^30 bytes), and what keeping that costs a month. */
export function yearOf({ invoices }: Volume): { archiveGb: number; tableGb: number; monthUsd: number } {
  const { archiveBytes, tableBytes } = ceilings.batch;
  const [archiveGb, tableGb] = [archiveBytes, tableBytes].map((bytes) => (12 * invoices * bytes) / 2 ** 30);
  const [inArchive, inTable] = [archiveGb ?? 0, tableGb ?? 0];
  const keeping = usd("archiveGb", inArchive) + usd("tableGb", inTable) + usd("recoveryGb", inTable);
  return { archiveGb: inArchive, tableGb: inTable, monthUsd: keeping };
}

function unitsUsd({ read, write }: RequestUnits): number {
  return usd("readUnits", read * hoursAMonth()) + usd("writeUnits", write * hoursAMonth());
}

function hoursAMonth(): number {
  return 730;
}
