import { HubError } from "@ksef-hub/core";
import { type Command, need, optionsOf, refusePositionals } from "./command.ts";
import { dataOption, dataUsage, onEngine, printKey } from "./on-engine.ts";

const text = { type: "string" } as const;

/** Issues one more API key. */
export const keyAdd: Command = {
  name: "key add",
  summary: "prints one more API key for a company",
  usage: `Usage: npm run hub -- key add --data DIR --tenant ID [--name NAME]

Prints one more API key for a company.

  --tenant ID  the company, as "tenant list" shows it
  --name NAME  what the key is for
${dataUsage}`,
  run(args) {
    const { values, positionals } = optionsOf(args, { ...dataOption, tenant: text, name: text });
    refusePositionals(positionals);
    const id = need("tenant", values.tenant);
    return onEngine(values.data, async (engine) => {
      if ((await engine.tenants.get(id)) === undefined)
        throw new HubError("hub.config", `There is no tenant ${id}.`);
      await printKey(engine, id, values.name ?? "");
    });
  },
};
