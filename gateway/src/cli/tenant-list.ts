import { type Command, optionsOf, refusePositionals } from "./command.ts";
import { dataOption, dataUsage, onEngine } from "./on-engine.ts";

/** Lists the companies. */
export const tenantList: Command = {
  name: "tenant list",
  summary: "lists the companies: id, NIP, environment",
  usage: `Usage: npm run hub -- tenant list --data DIR

Lists the companies, one a line: id, NIP, environment.

${dataUsage}`,
  run(args) {
    const { values, positionals } = optionsOf(args, dataOption);
    refusePositionals(positionals);
    return onEngine(values.data, async (engine) => {
      for await (const { id, nip, environment } of engine.tenants.all())
        console.log(`${id}\t${nip}\t${environment}`);
    });
  },
};
