import { contractVersion, type Connector, HubError } from "@ksef-hub/core";
import * as z from "zod";

/** What a package has to export as `connector`. */
const shape = z.looseObject({
  contract: z.literal(contractVersion),
  id: z.string().regex(/^[a-z0-9-]{1,40}$/),
  title: z.string().min(1),
  config: z.instanceof(z.ZodObject),
  limits: z.looseObject({ concurrent: z.int().min(1) }),
  connect: z.function(),
});

/** Loads connectors by the names of their packages, ours and others' alike. Throws `hub.config`. */
export async function loadConnectors(packages: readonly string[]): Promise<Map<string, Connector>> {
  const connectors = new Map<string, Connector>();
  for (const name of packages) {
    const connector = await load(name);
    if (connectors.has(connector.id))
      throw new HubError(
        "hub.config",
        `Two packages are for the connector "${connector.id}"; the second is ${name}.`,
      );
    connectors.set(connector.id, connector);
  }
  return connectors;
}

async function load(name: string): Promise<Connector> {
  let loaded: { connector?: unknown };
  try {
    loaded = (await import(name)) as { connector?: unknown };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HubError("hub.config", `The connector ${name} cannot be loaded: ${why}`, { cause });
  }
  const parsed = shape.safeParse(loaded.connector);
  if (parsed.success) return loaded.connector as Connector;
  const theirs = z.object({ contract: z.number() }).safeParse(loaded.connector);
  const why =
    theirs.success && theirs.data.contract !== contractVersion
      ? `it is for version ${theirs.data.contract} of the contract, and this hub has ${contractVersion}`
      : z.prettifyError(parsed.error);
  throw new HubError("hub.config", `${name} is not a connector for this hub: ${why}.`);
}
