import {
  AssociationSpecAssociationCategoryEnum as Category,
  FilterOperatorEnum,
} from "@hubspot/api-client/lib/codegen/crm/objects/index.js";
import { HubError, type ErrorCode, type Host } from "@ksef-hub/core";
import * as z from "zod";
import type { HubSpotConfig } from "./config.ts";
import { hubspotCalls } from "./calls.ts";
import { failureOf } from "./failure.ts";
import { customProperties, group, written } from "./properties.ts";
import {
  Account,
  AssociationsAnswer,
  BatchAnswer,
  CrmObject,
  LabelsAnswer,
  PropertiesAnswer,
  SearchAnswer,
  StoredFile,
} from "./types.ts";

/** HubSpot's API as far as it is used: a method for each endpoint. Throws `vendor.*`. */
export function hubspotClient(config: Pick<HubSpotConfig, "baseUrl" | "accessToken">, host: Host) {
  const call = hubspotCalls(config, host);

  return {
    /** Which account the token is of. */
    account: () =>
      call("GET account", Account, async (sdk) => {
        const answer = await sdk.apiRequest({ method: "GET", path: "/account-info/v3/details" });
        const text = await answer.text();
        if (answer.ok) return { body: { text: async () => text } };
        const failure = { code: answer.status, body: text, headers: Object.fromEntries(answer.headers) };
        throw failureOf("HubSpot, GET account", failure);
      }),

    /** Undefined: there is none, or it is deleted. */
    invoice: (id: string, properties: readonly string[], associations: readonly string[]) =>
      unlessMissing(
        call("GET invoice", CrmObject, ({ crm }) =>
          crm.objects.basicApi.getByIdWithHttpInfo(
            "invoices",
            id,
            [...properties],
            undefined,
            [...associations],
            false,
          ),
        ),
      ),

    updateInvoice: (id: string, properties: Record<string, string>) =>
      call("PATCH invoice", CrmObject, ({ crm }) =>
        crm.objects.basicApi.updateWithHttpInfo("invoices", id, { properties }),
      ),

    /** All of them, in the order of the ids. */
    objects: async (
      type: string,
      ids: readonly string[],
      properties: readonly string[],
    ): Promise<CrmObject[]> => {
      const found = new Map<string, CrmObject>();
      for (let at = 0; at < ids.length; at += 100) {
        const { results } = await call(`POST ${type}/batch/read`, BatchAnswer, ({ crm }) =>
          crm.objects.batchApi.readWithHttpInfo(type, {
            inputs: ids.slice(at, at + 100).map((id) => ({ id })),
            properties: [...properties],
            propertiesWithHistory: [],
          }),
        );
        for (const object of results) found.set(object.id, object);
      }
      const missing = ids.find((id) => !found.has(id));
      if (missing !== undefined)
        throw new HubError(
          "vendor.protocol",
          `HubSpot, POST ${type}/batch/read: ${missing} is not in the answer.`,
        );
      return ids.flatMap((id) => found.get(id) ?? []);
    },

    /** Every object of a type that goes with an invoice, page after page. */
    associated: async (invoiceId: string, type: string): Promise<string[]> => {
      const ids: string[] = [];
      for (let after: string | undefined; ;) {
        const page: z.output<typeof AssociationsAnswer> = await call(
          `GET associations ${type}`,
          AssociationsAnswer,
          ({ crm }) =>
            crm.associations.v4.basicApi.getPageWithHttpInfo("invoices", invoiceId, type, after, 500),
        );
        ids.push(...page.results.map(({ toObjectId }) => toObjectId));
        after = page.paging?.next?.after;
        if (after === undefined) return ids;
      }
    },

    /** Invoices changed at or after an instant (milliseconds), the longest unchanged first. */
    changedInvoices: (since: number, after: string | undefined) =>
      call("POST invoices/search", SearchAnswer, ({ crm }) =>
        crm.objects.searchApi.doSearchWithHttpInfo("invoices", {
          filterGroups: [where("hs_lastmodifieddate", FilterOperatorEnum.Gte, String(since))],
          sorts: ["hs_lastmodifieddate"],
          properties: ["hs_lastmodifieddate"],
          limit: 200,
          ...(after === undefined ? {} : { after }),
        }),
      ),

    /** The invoices of a number: there should be one. */
    invoicesNumbered: async (number: string): Promise<CrmObject[]> => {
      const { results } = await call("POST invoices/search", SearchAnswer, ({ crm }) =>
        crm.objects.searchApi.doSearchWithHttpInfo("invoices", {
          filterGroups: [where("hs_number", FilterOperatorEnum.Eq, number)],
          properties: ["hs_number", "hs_invoice_date", "hs_invoice_status", written.number],
          limit: 2,
        }),
      );
      return results;
    },

    propertyNames: async (): Promise<string[]> => {
      const { results } = await call("GET properties", PropertiesAnswer, ({ crm }) =>
        crm.properties.coreApi.getAllWithHttpInfo("invoices", false),
      );
      return results.map(({ name }) => name);
    },

    createGroup: () =>
      unlessThere(
        call("POST property group", z.unknown(), ({ crm }) =>
          crm.properties.groupsApi.createWithHttpInfo("invoices", { ...group, displayOrder: -1 }),
        ),
      ),

    createProperty: (property: (typeof customProperties)[number]) =>
      unlessThere(
        call(`POST property ${property.name}`, z.unknown(), ({ crm }) =>
          crm.properties.coreApi.createWithHttpInfo("invoices", { ...property, groupName: group.name }),
        ),
      ),

    /** Undefined: there is none any more. */
    file: (id: string) =>
      unlessMissing(call("GET file", StoredFile, ({ files }) => files.filesApi.getByIdWithHttpInfo(id))),

    /** Private; takes the place of a file of the same name. */
    upload: (name: string, bytes: Uint8Array<ArrayBuffer>) =>
      call("POST file", StoredFile, ({ files }) =>
        files.filesApi.uploadWithHttpInfo(
          { data: Buffer.from(bytes), name },
          undefined,
          "/ksef",
          name,
          undefined,
          JSON.stringify({ access: "PRIVATE", overwrite: true }),
        ),
      ),

    /** The number by which a note belongs to an invoice. */
    noteAssociation: async (): Promise<number> => {
      const { results } = await call("GET association labels", LabelsAnswer, ({ crm }) =>
        crm.associations.v4.schema.definitionsApi.getAllWithHttpInfo("notes", "invoices"),
      );
      const own = results.filter(({ category }) => category === "HUBSPOT_DEFINED");
      const type = own.find(({ label }) => !label) ?? own[0];
      if (type === undefined)
        throw new HubError("vendor.protocol", "HubSpot does not say how a note belongs to an invoice.");
      return type.typeId;
    },

    createNote: (invoiceId: string, associationTypeId: number, properties: Record<string, string>) =>
      call("POST note", CrmObject, ({ crm }) => {
        const types = [{ associationCategory: Category.HubspotDefined, associationTypeId }];
        const associations = [{ to: { id: invoiceId }, types }];
        return crm.objects.basicApi.createWithHttpInfo("notes", { properties, associations });
      }),
  };
}

export type HubSpotClient = ReturnType<typeof hubspotClient>;

const unlessMissing = <T>(found: Promise<T>): Promise<T | undefined> =>
  found.catch(ignoring("vendor.not-found"));

const unlessThere = async (created: Promise<unknown>): Promise<void> => {
  await created.catch(ignoring("vendor.conflict"));
};

const ignoring = (code: ErrorCode) => (thrown: unknown) => {
  if (thrown instanceof HubError && thrown.code === code) return undefined;
  throw thrown;
};

const where = (propertyName: string, operator: FilterOperatorEnum, value: string) => ({
  filters: [{ propertyName, operator, value }],
});
