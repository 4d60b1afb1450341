import { HubError } from "@ksef-hub/core";
import { certificateEnrol, certificateList, certificateRenew } from "./cli/certificate.ts";
import { type Command, WrongUsage } from "./cli/command.ts";
import { convert } from "./cli/convert.ts";
import { FileFailure } from "./cli/document.ts";
import { exportFiles } from "./cli/export.ts";
import { explain } from "./cli/explain.ts";
import { keyAdd } from "./cli/key-add.ts";
import { reconcile } from "./cli/reconcile.ts";
import { deadLettersList, deadLettersRedrive, replay } from "./cli/replay.ts";
import { tenantAdd } from "./cli/tenant-add.ts";
import { tenantList } from "./cli/tenant-list.ts";
import { printable } from "./cli/terminal.ts";
import { validate } from "./cli/validate.ts";

const commands: readonly Command[] = [
  validate,
  convert,
  tenantAdd,
  tenantList,
  keyAdd,
  certificateList,
  certificateEnrol,
  certificateRenew,
  explain,
  replay,
  reconcile,
  deadLettersList,
  deadLettersRedrive,
  exportFiles,
];

const overview = `Usage: npm run hub -- COMMAND

${commands.map(({ name, summary }) => `  ${name.padEnd(20)} ${summary}`).join("\n")}

npm run hub -- COMMAND --help says more.`;

// Whoever reads us, such as `head`, may go away.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});
process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const command = commands.find(({ name }) => name.split(" ").every((word, index) => args[index] === word));
  if (command === undefined) return withoutCommand(args);
  const rest = args.slice(command.name.split(" ").length);
  if (asksForHelp(rest)) {
    console.log(command.usage);
    return 0;
  }
  try {
    return await command.run(rest);
  } catch (error) {
    if (error instanceof WrongUsage)
      console.error(`${printable(error.message)} See npm run hub -- ${command.name} --help`);
    else if (error instanceof FileFailure) console.error(printable(error.message));
    else if (error instanceof HubError) console.error(`${error.title}: ${printable(error.message)}`);
    else throw error;
    return 2;
  }
}

function withoutCommand(args: string[]): number {
  if (args.length === 0 || asksForHelp(args)) {
    console.log(overview);
    return 0;
  }
  console.error(`There is no command "${printable(args.join(" "))}".\n\n${overview}`);
  return 2;
}

function asksForHelp(args: string[]): boolean {
  return args.includes("--help") || args.includes("-h");
}
