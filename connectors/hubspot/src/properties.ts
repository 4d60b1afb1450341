import {
  PropertyCreateFieldTypeEnum as Field,
  PropertyCreateTypeEnum as Type,
} from "@hubspot/api-client/lib/codegen/crm/properties/index.js";
import type { HubSpotConfig } from "./config.ts";

/** What the connector writes; a change of these is its own, and no change of the invoice. */
export const written = {
  number: "ksef_number",
  status: "ksef_status",
  acceptedAt: "ksef_accepted_at",
  upoUrl: "ksef_upo_url",
  upoFile: "ksef_upo_file",
  error: "ksef_error",
} as const;

export const writtenNames: ReadonlySet<string> = new Set(Object.values(written));

/** What a person fills in to make an invoice a correction, as HubSpot has no credit notes. */
export const convention = {
  /** The number of the invoice that is corrected. */
  corrects: "ksef_corrects_invoice",
  reason: "ksef_correction_reason",
  /** Of an original that is not in HubSpot: its day of issue, and its KSeF number unless it was issued outside KSeF. */
  originalDate: "ksef_original_date",
  originalNumber: "ksef_original_number",
} as const;

export const group = { name: "ksef", label: "KSeF" };

/** The invoice properties that the connector creates in HubSpot. */
export const customProperties = [
  { name: written.number, label: "KSeF number", type: Type.String, fieldType: Field.Text },
  {
    name: written.status,
    label: "KSeF status",
    type: Type.Enumeration,
    fieldType: Field.Select,
    options: ["accepted", "rejected", "held"].map((value, displayOrder) => ({
      label: value,
      value,
      displayOrder,
      hidden: false,
    })),
  },
  { name: written.acceptedAt, label: "KSeF accepted at", type: Type.Datetime, fieldType: Field.Date },
  { name: written.upoUrl, label: "KSeF receipt (UPO)", type: Type.String, fieldType: Field.Text },
  { name: written.upoFile, label: "KSeF receipt file (UPO)", type: Type.String, fieldType: Field.File },
  { name: written.error, label: "KSeF error", type: Type.String, fieldType: Field.Textarea },
  { name: convention.corrects, label: "KSeF: corrects invoice", type: Type.String, fieldType: Field.Text },
  {
    name: convention.reason,
    label: "KSeF: reason of the correction",
    type: Type.String,
    fieldType: Field.Text,
  },
  {
    name: convention.originalDate,
    label: "KSeF: date of the original",
    type: Type.Date,
    fieldType: Field.Date,
  },
  {
    name: convention.originalNumber,
    label: "KSeF: number of the original",
    type: Type.String,
    fieldType: Field.Text,
  },
];

/** The properties that are read, by kind of object. What payment changes is not among them, save the status. */
export function propertiesOf(config: HubSpotConfig) {
  const address = "address address2 zip city state country hs_country_code";
  return {
    invoice: [
      ...names("hs_number hs_invoice_status hs_invoice_date hs_due_date hs_currency hs_createdate"),
      ...Object.values(convention),
      ...config.moreInvoiceProperties,
    ],
    line: [
      ...names("name quantity price amount discount hs_discount_percentage hs_sku hs_position_on_quote"),
      ...names(`hs_line_item_currency_code ${config.lineTaxProperty} ${config.lineUnitProperty ?? ""}`),
      ...config.moreLineProperties,
    ],
    company: [...names(`name ${address} ${config.buyerTaxProperty}`), ...config.moreCompanyProperties],
    contact: names(`firstname lastname email ${address}`),
  };
}

const names = (joined: string): string[] => joined.trim().split(" ");
