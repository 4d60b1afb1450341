import * as z from "zod";

/** A CRM object. Unknown fields stay, so that what was read is kept as it came. Amounts may come as numbers. */
export const CrmObject = z
  .object({
    id: z.string().min(1),
    properties: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    associations: z
      .record(
        z.string(),
        z
          .object({
            results: z.array(z.object({ id: z.string(), type: z.string().optional() })),
            paging: z.object({ next: z.object({ after: z.string() }).optional() }).optional(),
          })
          .catchall(z.json()),
      )
      .optional(),
  })
  .catchall(z.json());
export type CrmObject = z.output<typeof CrmObject>;

/** An invoice with what it refers to: the content of its source document, and what a field map looks into. */
export const InvoiceContent = z.object({
  invoice: CrmObject,
  lineItems: z.array(CrmObject),
  /** Null: none, or more than one. */
  company: CrmObject.nullable(),
  contact: CrmObject.nullable(),
  /** The invoice that this one corrects, when it is in HubSpot. */
  corrects: CrmObject.nullable(),
});
export type InvoiceContent = z.output<typeof InvoiceContent>;

export const BatchAnswer = z.object({ results: z.array(CrmObject) });

export const SearchAnswer = z.object({
  results: z.array(CrmObject),
  paging: z.object({ next: z.object({ after: z.string() }).optional() }).optional(),
});

export const AssociationsAnswer = z.object({
  results: z.array(z.object({ toObjectId: z.union([z.string(), z.number()]).transform(String) })),
  paging: z.object({ next: z.object({ after: z.string() }).optional() }).optional(),
});

export const LabelsAnswer = z.object({
  results: z.array(z.object({ category: z.string(), typeId: z.number(), label: z.string().nullish() })),
});

export const PropertiesAnswer = z.object({ results: z.array(z.object({ name: z.string() })) });

/** `name` is without the extension. */
export const StoredFile = z.object({
  id: z.string().min(1),
  name: z.string().nullish(),
  extension: z.string().nullish(),
});

export const Account = z.object({ portalId: z.number(), accountType: z.string().nullish() });

/** The refusals of HubSpot; every field may be missing. */
export const Refusal = z.object({
  message: z.string().optional(),
  category: z.string().optional(),
  policyName: z.string().optional(),
  errorType: z.string().optional(),
});

export const WebhookEvents = z.array(
  z.object({
    portalId: z.number(),
    /** An event about two objects, such as a new association, has none. */
    objectId: z.number().optional(),
    objectTypeId: z.string().optional(),
    subscriptionType: z.string(),
    propertyName: z.string().optional(),
    changeSource: z.string().optional(),
  }),
);

/** The text of a property; undefined where it is empty. */
export function textOf(object: CrmObject | null | undefined, name: string): string | undefined {
  const value = object?.properties[name];
  const text = value === null || value === undefined ? "" : String(value).trim();
  return text === "" ? undefined : text;
}
