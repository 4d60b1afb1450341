/**
 * Writes docs/fa3.md: the model, the rules and the codes, from the code itself. With --check it writes nothing and ends
 * with 1 when the file on disk is another.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { format } from "oxfmt";
import { rules, type Rule } from "../src/fa3/validate/index.ts";
import { exampleJson, exampleXml } from "./fa3-docs/example.ts";
import { cell, elementsChapter, modelChapter, objectNames } from "./fa3-docs/model.ts";
import { fileCodes, schemaCodes, type DocumentedCode } from "./fa3-docs/schema-codes.ts";

/** Where the documentation is. */
export const place = new URL("../../docs/fa3.md", import.meta.url);

/** The documentation as it should be. */
export async function documentation(): Promise<string> {
  const { code, errors } = await format("fa3.md", await text(), { printWidth: 110 });
  if (errors[0] !== undefined) throw new Error(errors[0].message);
  return code;
}

if (import.meta.main) {
  const wanted = await documentation();
  if (!process.argv.includes("--check")) writeFileSync(place, wanted);
  else if (readFileSync(place, "utf8") !== wanted) {
    console.error("docs/fa3.md is out of date: run node core/scripts/fa3-docs.ts");
    process.exitCode = 1;
  }
}

async function text(): Promise<string> {
  return `<!-- Written by core/scripts/fa3-docs.ts from the code: change that, and run it. -->

# Invoices: the model, FA(3) and the rules

- [The model in short](#the-model-in-short)
- [The model field by field](#the-model-field-by-field): ${objectNames.map(linkTo).join(", ")}
- [Codes of the file](#codes-of-the-file)
- [Codes of the schema](#codes-of-the-schema)
- [Rules](#rules): ${rules.map(({ code }) => linkTo(code)).join(", ")}
- [From FA(3) to the model](#from-fa3-to-the-model): every element and its field

## The model in short

An invoice is JSON in plain business English; the hub writes it as FA(3), the XML that KSeF takes, and reads FA(3) back
into it. Nothing of FA(3) is out of its reach: [each element has its field](#from-fa3-to-the-model).

- **Amounts, quantities, prices and rates of exchange are strings**, exact decimals with a point: \`"1234.50"\`, never
  \`1234.5\`. Nothing is ever computed in binary floating point.
- **What follows from the rest may be left out**: totals, VAT, amount due, line numbers, the time of writing. It is filled
  in before the document is written; what is given stays as it is.
- **An absent flag, \`false\`, an empty list and an empty object mean the same**: nothing is said.
- **A field that the model does not know is refused**, so that a misspelt one cannot vanish.
- For an invoice in a foreign currency without a rate of exchange, the hub asks the National Bank of Poland.

This is a whole invoice:

\`\`\`json
${exampleJson}
\`\`\`

\`\`\`sh
npm run hub -- convert invoice.json --out invoice.xml    # and back: convert invoice.xml
npm run hub -- validate invoice.json invoice.xml         # --lang pl, --json, --strict CODE,CODE, --production
\`\`\`

It becomes this document:

\`\`\`xml
${(await exampleXml()).trimEnd()}
\`\`\`

## The model field by field

${modelChapter()}
## Codes of the file

KSeF's rules for any file. A document that breaks one is not looked at further.

| code | what is wrong | severity | what to do | source |
| --- | --- | --- | --- | --- |
${fileCodes().map(fileRow).join("\n")}

## Codes of the schema

What the official schema (XSD) refuses, in sentences; the parser's own words are in \`original\`. The source of all is
\`schemat_FA(3)_v1-0E.xsd\`, and all are errors. What fits none of the codes is \`FA3-XSD-OTHER\`.

| code | what is wrong | severity | what it says, for example | what to do, in the example |
| --- | --- | --- | --- | --- |
${schemaCodes().map(schemaRow).join("\n")}

## Rules

What the schema cannot say. An **error** is what KSeF or the law surely refuses; a **warning** may be right, and stops
nothing. A company can make errors of the warnings it chooses (\`strict\`).

${rules.map(ruleSection).join("\n")}
## From FA(3) to the model

In the order of the schema; \`@\` is an attribute, \`[]\` a list.

${elementsChapter()}`;
}

function fileRow({ code, title, source, fault }: DocumentedCode): string {
  return `| \`${code}\` | ${cell(title)} | ${fault.severity} | ${cell(fault.advice)} | ${cell(source)} |`;
}

function schemaRow({ code, title, fault }: DocumentedCode): string {
  return `| \`${code}\` | ${cell(title)} | ${fault.severity} | ${cell(fault.message)} | ${cell(fault.advice)} |`;
}

function ruleSection({ code, severity, production, title, advice, source, reads }: Rule): string {
  const severities = production === undefined ? severity : `${severity}, in production an ${production}`;
  return `### ${code}

**${cell(title)}** (${severities})

- What to do: ${cell(advice)}
- Source: ${cell(source)}
- Reads: ${reads.map((name) => `\`${name}\``).join(", ")}
`;
}

function linkTo(heading: string): string {
  return `[${heading}](#${heading.toLowerCase().replaceAll(".", "")})`;
}
