import { createHmac } from "node:crypto";

export interface SandboxObject {
  id: string;
  properties: Record<string, string | null>;
  createdAt: string;
  updatedAt: string;
  archived: boolean;
}

export interface SandboxFile {
  id: string;
  name: string;
  extension: string;
  path: string;
  access: string;
  bytes: Uint8Array;
}

/** By what a new invoice is made. Lines and parties are given by their properties, or by the id of one that is there. */
export interface NewInvoice {
  properties?: Record<string, string>;
  lines: Record<string, string>[];
  company?: string | Record<string, string>;
  contact?: string | Record<string, string>;
}

export type ObjectType =
  | "invoices"
  | "line_items"
  | "companies"
  | "contacts"
  | "notes"
  | "discounts"
  | "fees";

/** The data of one HubSpot account in memory, what a person does with it, and the events that come of it. */
export class SandboxAccount {
  readonly portalId: number;
  readonly properties = new Map<string, object>();
  readonly groups = new Map<string, object>();
  readonly files = new Map<string, SandboxFile>();
  readonly events: object[] = [];
  readonly #objects = new Map<string, SandboxObject>();
  readonly #associations: [string, string][] = [];
  readonly #now: () => number;
  #lastId = 1000;

  constructor(portalId: number, now: () => number) {
    this.portalId = portalId;
    this.#now = now;
  }

  /** A draft, as a person makes it; answers its id. */
  draftInvoice({ properties = {}, lines, company, contact }: NewInvoice): string {
    const { id } = this.create("invoices", { hs_invoice_status: "draft", hs_currency: "PLN", ...properties });
    for (const line of lines)
      this.associate("invoices", id, "line_items", this.create("line_items", line).id);
    for (const [type, party] of [["companies", company] as const, ["contacts", contact] as const])
      if (party !== undefined)
        this.associate("invoices", id, type, typeof party === "string" ? party : this.create(type, party).id);
    return id;
  }

  /** From now on the invoice is issued. The date is midnight UTC of the day, as HubSpot gives it. */
  finalise(id: string, { number, date, due }: { number: string; date: string; due?: string }): void {
    this.change("invoices", id, {
      hs_number: number,
      hs_invoice_date: `${date}T00:00:00Z`,
      ...(due === undefined ? {} : { hs_due_date: `${due}T00:00:00Z` }),
      hs_invoice_status: "open",
    });
  }

  create(type: ObjectType, properties: Record<string, string | null>): SandboxObject {
    const id = String(++this.#lastId);
    const at = new Date(this.#now()).toISOString();
    const own = { hs_object_id: id, hs_createdate: at, hs_lastmodifieddate: at };
    const object = {
      id,
      properties: { ...properties, ...own },
      createdAt: at,
      updatedAt: at,
      archived: false,
    };
    this.#objects.set(`${type}/${id}`, object);
    if (type === "invoices") this.#tell(id, "object.creation", {});
    return object;
  }

  get(type: ObjectType, id: string): SandboxObject | undefined {
    const object = this.#objects.get(`${type}/${id}`);
    return object?.archived === false ? object : undefined;
  }

  /** By a person, or by an app through the API. */
  change(
    type: ObjectType,
    id: string,
    properties: Record<string, string | null>,
    by: "CRM_UI" | "INTEGRATION" = "CRM_UI",
  ): SandboxObject {
    const object = this.get(type, id);
    if (object === undefined) throw new Error(`There is no ${type}/${id}.`);
    Object.assign(object.properties, properties);
    object.updatedAt = new Date(this.#now()).toISOString();
    object.properties["hs_lastmodifieddate"] = object.updatedAt;
    if (type === "invoices")
      for (const [propertyName, propertyValue] of Object.entries(properties))
        this.#tell(id, "object.propertyChange", { propertyName, propertyValue, changeSource: by });
    return object;
  }

  remove(type: ObjectType, id: string): void {
    const object = this.get(type, id);
    if (object !== undefined) object.archived = true;
  }

  all(type: ObjectType): SandboxObject[] {
    return [...this.#objects].flatMap(([key, object]) =>
      key.startsWith(`${type}/`) && !object.archived ? [object] : [],
    );
  }

  associate(from: ObjectType, fromId: string, to: ObjectType, toId: string): void {
    this.#associations.push([`${from}/${fromId}`, `${to}/${toId}`], [`${to}/${toId}`, `${from}/${fromId}`]);
  }

  associatedIds(from: string, fromId: string, to: string): string[] {
    return this.#associations.flatMap(([one, other]) =>
      one === `${from}/${fromId}` && other.startsWith(`${to}/`) ? [other.slice(to.length + 1)] : [],
    );
  }

  /** Up to 100 of the events that have not been sent, signed as HubSpot signs them. */
  delivery(url: string, clientSecret: string): Request {
    const body = JSON.stringify(this.events.splice(0, 100));
    const timestamp = String(this.#now());
    const signed = `POST${signedForm(url)}${body}${timestamp}`;
    const signature = createHmac("sha256", clientSecret).update(signed).digest("base64");
    const headers = {
      "content-type": "application/json",
      "x-hubspot-request-timestamp": timestamp,
      "x-hubspot-signature-v3": signature,
    };
    return new Request(url, { method: "POST", headers, body });
  }

  #tell(objectId: string, subscriptionType: string, change: object): void {
    this.events.push({
      eventId: this.events.length + 1,
      subscriptionId: 1,
      portalId: this.portalId,
      appId: 1,
      occurredAt: this.#now(),
      subscriptionType,
      attemptNumber: 0,
      objectId: Number(objectId),
      objectTypeId: "0-53",
      ...change,
    });
  }
}

const signedForm = (url: string): string =>
  Array.from("/:?@!$'()*,;").reduce((text, character) => {
    const code = character.charCodeAt(0).toString(16).toUpperCase();
    return text.replaceAll(`%${code}`, character).replaceAll(`%${code.toLowerCase()}`, character);
  }, url);
