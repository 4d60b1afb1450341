import * as z from "zod";
import type { Connector } from "../connector.ts";
import { HubError } from "../error.ts";
import type { Key, NewItem, Secrets, Table } from "../ports.ts";
import { Secret } from "../secret.ts";
import { Mapping } from "./mapping.ts";

/** A company's link to one system. Its credentials are in `Secrets`, never here. */
export const Connection = z.object({
  tenant: z.string(),
  id: z.string().regex(/^[a-z0-9-]{1,40}$/, "use up to 40 lower-case letters, digits and hyphens"),
  /** The id of its connector. */
  connector: z.string(),
  state: z.enum(["active", "paused"]),
  /** What the connector has to be told, without credentials. */
  config: z.record(z.string(), z.json()),
  mapping: Mapping,
  /** Nothing that was issued before this day (2026-02-01) is ever submitted. */
  since: z.iso.date("use a day such as 2026-02-01"),
  createdAt: z.number(),
});
export type Connection = z.output<typeof Connection>;

/** A connection as it is given: `config` with the credentials. */
export type NewConnection = Omit<z.input<typeof Connection>, "config"> & { config: Record<string, unknown> };

type Connectors = (id: string) => Connector | undefined;

/** Connections on the ledger; index 1 lists all there are. */
export function connectionsOn(table: Table, secrets: Secrets, connectors: Connectors) {
  const connectorOf = (id: string): Connector => {
    const connector = connectors(id);
    if (connector === undefined) throw new HubError("hub.config", `There is no connector "${id}".`);
    return connector;
  };
  const repository = {
    get: async (tenant: string, id: string): Promise<Connection | undefined> => {
      const item = await table.get(keyOf({ tenant, id }));
      return item && Connection.parse(item.value);
    },
    /** Creates or replaces it. A credential that is left out stays as it is. Throws `hub.config`. */
    save: async (candidate: NewConnection): Promise<Connection> => {
      const { config: schema } = connectorOf(candidate.connector);
      const known = await table.get(keyOf(candidate));
      const names = secretsIn(schema);
      const config = { ...(known && (await storedSecrets(candidate, names))), ...candidate.config };
      const said = schema.safeParse(config);
      if (!said.success) throw new HubError("hub.config", z.prettifyError(said.error));
      const open = Object.entries(candidate.config).filter(([name]) => !names.includes(name));
      const parsed = Connection.safeParse({ ...candidate, config: Object.fromEntries(open) });
      if (!parsed.success) throw new HubError("hub.config", z.prettifyError(parsed.error));
      for (const name of names) {
        const value: unknown = said.data[name];
        if (value instanceof Secret) await secrets.put(secretOf(candidate, name), value);
      }
      if (!(await table.put(itemOf(parsed.data), known?.version ?? 0)))
        throw new HubError(
          "storage.unavailable",
          `The connection ${candidate.id} was changed at the same time.`,
        );
      return parsed.data;
    },
    /** What its connector is told, credentials included. Throws `hub.config` when it no longer fits the connector. */
    configOf: async (connection: Connection): Promise<Record<string, unknown>> => {
      const { config: schema } = connectorOf(connection.connector);
      const credentials = await storedSecrets(connection, secretsIn(schema));
      const parsed = schema.safeParse({ ...connection.config, ...credentials });
      if (!parsed.success) throw new HubError("hub.config", z.prettifyError(parsed.error));
      return parsed.data;
    },
    /** Another one after each change, of credentials too. */
    versionOf: async (connection: Connection): Promise<number> =>
      (await table.get(keyOf(connection)))?.version ?? 0,
    connectorOf: ({ connector }: Connection): Connector => connectorOf(connector),
    /** What came from it stays; a later connection of this name goes on where it ended. */
    delete: async ({ tenant, id, connector }: Connection): Promise<void> => {
      const item = await table.get(keyOf({ tenant, id }));
      if (item === undefined) return;
      await table.delete(keyOf({ tenant, id }), item.version);
      for (const name of secretsIn(connectorOf(connector).config))
        await secrets.delete(secretOf({ tenant, id }, name));
    },
    of: (tenant: string): AsyncGenerator<Connection> => listed(`${tenant}#`),
    all: (): AsyncGenerator<Connection> => listed(""),
  };

  async function* listed(begin: string): AsyncGenerator<Connection> {
    for (let after: string | undefined; ;) {
      const range = begin === "" ? {} : { from: begin, to: `${begin}~` };
      const page = await table.query({
        index: 1,
        pk: "connections",
        ...range,
        ...(after === undefined ? {} : { after }),
      });
      for (const { value } of page.items) yield Connection.parse(value);
      if (page.next === undefined) return;
      after = page.next;
    }
  }

  async function storedSecrets(
    connection: Address,
    names: readonly string[],
  ): Promise<Record<string, Secret>> {
    const found = await Promise.all(
      names.map(
        async (name) => [name, await secrets.get(secretOf(connection, name), { fresh: true })] as const,
      ),
    );
    return Object.fromEntries(found.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
  }
  return repository;
}

export type Connections = ReturnType<typeof connectionsOn>;

type Address = Pick<Connection, "tenant" | "id">;

const keyOf = ({ tenant, id }: Address): Key => ({ pk: `T#${tenant}`, sk: `connection#${id}` });

const itemOf = (value: Connection): NewItem => ({
  ...keyOf(value),
  value: JSON.parse(JSON.stringify(value)) as NewItem["value"],
  index1: { pk: "connections", sk: `${value.tenant}#${value.id}` },
});

const secretOf = ({ tenant, id }: Address, name: string): string => `${tenant}/connections/${id}/${name}`;

/** The fields of a configuration that are credentials. */
export function secretsIn(config: z.ZodObject): string[] {
  return Object.entries(config.shape as Record<string, z.ZodType>)
    .filter(([, field]) => isSecret(field))
    .map(([name]) => name);
}

function isSecret(field: z.ZodType): boolean {
  if (field.meta()?.["secret"] === true) return true;
  return field instanceof z.ZodOptional && isSecret(field.unwrap() as z.ZodType);
}
