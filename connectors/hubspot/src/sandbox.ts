import { Hono, type Context } from "hono";
import { SandboxAccount, type ObjectType, type SandboxObject } from "./sandbox-account.ts";

export { SandboxAccount, type NewInvoice } from "./sandbox-account.ts";

export interface SandboxOptions {
  token: string;
  portalId: number;
  now?: () => number;
  /** Calls that are allowed; as many as one likes without it. */
  limits?: { tenSeconds?: number; searchesASecond?: number; day?: number };
  /** Associations that come with an object, of each type: 100 at HubSpot. */
  inlineAssociations?: number;
}

/** HubSpot's API as far as the connector uses it, in memory: an app to serve, and the account behind it. */
export function hubspotSandbox({
  token,
  portalId,
  now = Date.now,
  limits = {},
  inlineAssociations = 100,
}: SandboxOptions) {
  const account = new SandboxAccount(portalId, now);
  /** Every call, as `POST /path`, for tests. */
  const calls: string[] = [];
  const app = new Hono();

  app.use(async (c, next) => {
    calls.push(`${c.req.method} ${c.req.path}`);
    if (c.req.header("authorization") !== `Bearer ${token}`)
      return refuse(c, 401, "INVALID_AUTHENTICATION", "The access token is missing or not valid.");
    const policy = over(c.req.path);
    if (policy === undefined) return next();
    const body = {
      status: "error",
      message: `You have reached your ${policy} limit.`,
      errorType: "RATE_LIMIT",
    };
    const pause = policy === "TEN_SECONDLY_ROLLING" ? { "retry-after": "7" } : undefined;
    return c.json({ ...body, policyName: policy, correlationId: "0" }, 429, pause);
  });

  const made: { at: number; search: boolean }[] = [];
  function over(path: string): "SECONDLY" | "TEN_SECONDLY_ROLLING" | "DAILY" | undefined {
    const search = path.endsWith("/search");
    const within = (ms: number) => made.filter(({ at }) => at > now() - ms);
    if (made.length >= (limits.day ?? Infinity)) return "DAILY";
    if (within(10_000).length >= (limits.tenSeconds ?? Infinity)) return "TEN_SECONDLY_ROLLING";
    const searches = within(1_000).filter((call) => call.search).length;
    if (search && searches >= (limits.searchesASecond ?? Infinity)) return "SECONDLY";
    made.push({ at: now(), search });
    return undefined;
  }

  app.get("/account-info/v3/details", (c) =>
    c.json({ portalId, accountType: "DEVELOPER_TEST", timeZone: "Europe/Warsaw" }),
  );

  app.post("/crm/v3/objects/:type/search", async (c) => {
    const type = c.req.param("type") as ObjectType;
    const body = await c.req.json<Search>();
    const { limit = 10, after = "0", sorts = [], properties = [] } = body;
    if (limit > 200) return refuse(c, 400, "VALIDATION_ERROR", "The limit is 200.");
    if (Number(after) + limit > 10_000)
      return refuse(c, 400, "VALIDATION_ERROR", "No more than 10,000 results.");
    const found = account.all(type).filter(({ properties: own }) => matches(body, own));
    for (const sort of sorts) {
      const name = sort.replace(/^-/, "");
      const order = sort.startsWith("-") ? -1 : 1;
      const by = ({ properties: own }: SandboxObject) => comparable(own[name]);
      found.sort((one, other) => order * (Number(by(one) > by(other)) - Number(by(one) < by(other))));
    }
    const end = Number(after) + limit;
    const page = found.slice(Number(after), end).map((object) => shown(object, properties));
    return c.json({ total: found.length, results: page, ...pagingTo(end < found.length, end) });
  });

  app.post("/crm/v3/objects/:type/batch/read", async (c) => {
    const { inputs, properties } = await c.req.json<{ inputs: { id: string }[]; properties: string[] }>();
    if (inputs.length > 100) return refuse(c, 400, "VALIDATION_ERROR", "The limit is 100.");
    const found = inputs.flatMap(({ id }) => account.get(c.req.param("type") as ObjectType, id) ?? []);
    const results = found.map((object) => shown(object, properties));
    return c.json({ status: "COMPLETE", results }, results.length < inputs.length ? 207 : 200);
  });

  app.get("/crm/v3/objects/:type/:id", (c) => {
    const { type, id } = c.req.param();
    const object = account.get(type as ObjectType, id);
    if (object === undefined) return refuse(c, 404, "OBJECT_NOT_FOUND", "There is no such object.");
    const associations = (c.req.queries("associations") ?? []).flatMap((to) => {
      const ids = account.associatedIds(type, id, to);
      const results = ids
        .slice(0, inlineAssociations)
        .map((other) => ({ id: other, type: `${type}_to_${to}` }));
      const entry = { results, ...pagingTo(ids.length > inlineAssociations, inlineAssociations) };
      return ids.length === 0 ? [] : [[to.replaceAll("_", " "), entry] as const];
    });
    const more = associations.length === 0 ? {} : { associations: Object.fromEntries(associations) };
    return c.json({ ...shown(object, c.req.queries("properties") ?? []), ...more });
  });

  app.patch("/crm/v3/objects/:type/:id", async (c) => {
    const { type, id } = c.req.param();
    const { properties } = await c.req.json<{ properties: Record<string, string> }>();
    if (account.get(type as ObjectType, id) === undefined)
      return refuse(c, 404, "OBJECT_NOT_FOUND", "There is no such object.");
    const unknown = Object.keys(properties).find(
      (name) => name.startsWith("ksef_") && !account.properties.has(name),
    );
    if (unknown !== undefined)
      return refuse(c, 400, "VALIDATION_ERROR", `Property "${unknown}" does not exist`);
    return c.json(
      shown(account.change(type as ObjectType, id, properties, "INTEGRATION"), Object.keys(properties)),
    );
  });

  app.post("/crm/v3/objects/:type", async (c) => {
    const type = c.req.param("type") as ObjectType;
    const { properties, associations = [] } = await c.req.json<Creation>();
    const object = account.create(type, properties);
    for (const { to, types } of associations) {
      if (types[0]?.associationTypeId !== noteToInvoice)
        return refuse(c, 400, "VALIDATION_ERROR", "There is no such association type.");
      account.associate(type, object.id, "invoices", to.id);
    }
    return c.json(shown(object, Object.keys(properties)), 201);
  });

  app.get("/crm/v3/properties/invoices", (c) =>
    c.json({ results: [{ name: "hs_number", label: "Number" }, ...account.properties.values()] }),
  );

  app.post("/crm/v3/properties/invoices/groups", async (c) => {
    const group = await c.req.json<{ name: string }>();
    if (account.groups.has(group.name))
      return refuse(c, 409, "OBJECT_ALREADY_EXISTS", "There is such a group.");
    account.groups.set(group.name, group);
    return c.json(group, 201);
  });

  app.post("/crm/v3/properties/invoices", async (c) => {
    const property = await c.req.json<{ name: string; groupName: string }>();
    if (account.properties.has(property.name))
      return refuse(c, 409, "OBJECT_ALREADY_EXISTS", "There is such a property.");
    if (!account.groups.has(property.groupName))
      return refuse(c, 400, "VALIDATION_ERROR", "There is no such group.");
    account.properties.set(property.name, property);
    return c.json(property, 201);
  });

  app.get("/crm/v4/associations/notes/invoices/labels", (c) =>
    c.json({ results: [{ category: "HUBSPOT_DEFINED", typeId: noteToInvoice, label: null }] }),
  );

  app.get("/crm/v4/objects/:type/:id/associations/:to", (c) => {
    const { type, id, to } = c.req.param();
    const begin = Number(c.req.query("after") ?? 0);
    const end = begin + Number(c.req.query("limit") ?? 500);
    const ids = account.associatedIds(type, id, to);
    const results = ids
      .slice(begin, end)
      .map((toObjectId) => ({ toObjectId: Number(toObjectId), associationTypes: [] }));
    return c.json({ results, ...pagingTo(end < ids.length, end) });
  });

  app.post("/files/v3/files", async (c) => {
    const form = await c.req.formData();
    const [file, name, folder, options] = ["file", "fileName", "folderPath", "options"].map((part) =>
      form.get(part),
    );
    if (
      !(file instanceof File) ||
      typeof name !== "string" ||
      typeof folder !== "string" ||
      typeof options !== "string"
    )
      return refuse(c, 400, "VALIDATION_ERROR", "A file, its name and its options are needed.");
    const { access, overwrite } = JSON.parse(options) as { access: string; overwrite: boolean };
    const path = `${folder}/${name}`;
    const known = overwrite ? [...account.files.values()].find((other) => other.path === path) : undefined;
    const id = known?.id ?? String(9000 + account.files.size);
    const [, base = name, extension = ""] = /^(.*)\.([^.]+)$/.exec(name) ?? [];
    account.files.set(id, {
      id,
      name: base,
      extension,
      path,
      access,
      bytes: new Uint8Array(await file.arrayBuffer()),
    });
    return c.json({ id, name: base, extension, path, access }, 201);
  });

  app.get("/files/v3/files/:id", (c) => {
    const file = account.files.get(c.req.param("id"));
    if (file === undefined) return refuse(c, 404, "OBJECT_NOT_FOUND", "There is no such file.");
    return c.json({ ...file, bytes: undefined });
  });

  return { app, account, calls };
}

interface Search {
  filterGroups?: { filters: { propertyName: string; operator: string; value: string }[] }[];
  sorts?: string[];
  properties?: string[];
  limit?: number;
  after?: string;
}

interface Creation {
  properties: Record<string, string>;
  associations?: { to: { id: string }; types: { associationTypeId: number }[] }[];
}

const noteToInvoice = 719;

function refuse(c: Context, status: 400 | 401 | 404 | 409, category: string, message: string): Response {
  return c.json({ status: "error", message, correlationId: "0", category }, status);
}

/** With the properties that were asked for, and those that always come. */
function shown(object: SandboxObject, wanted: readonly string[]): SandboxObject {
  const names = new Set([...wanted, "hs_object_id", "hs_createdate", "hs_lastmodifieddate"]);
  const properties = Object.fromEntries([...names].map((name) => [name, object.properties[name] ?? null]));
  return { ...object, properties };
}

const matches = ({ filterGroups = [] }: Search, own: SandboxObject["properties"]): boolean =>
  filterGroups.length === 0 ||
  filterGroups.some(({ filters }) =>
    filters.every(({ propertyName, operator, value }) => {
      const [one, other] = [comparable(own[propertyName]), comparable(value)];
      if (operator === "EQ") return one === other;
      if (operator === "GTE") return one >= other;
      throw new Error(`The sandbox has no operator ${operator}.`);
    }),
  );

/** Instants in milliseconds, however they are written; anything else as it is. */
function comparable(value: string | null | undefined): number | string {
  if (value === null || value === undefined) return "";
  if (/^\d{4}-\d{2}-\d{2}T/.test(value)) return Date.parse(value);
  return /^\d{13}$/.test(value) ? Number(value) : value;
}

const pagingTo = (more: boolean, after: number): object =>
  more ? { paging: { next: { after: String(after), link: "" } } } : {};
