import { createHash } from "node:crypto";
import { namedByHash, type BatchDocument } from "@ksef-hub/core/ksef";
import { documentOf } from "./fa3-document.ts";

/** So many invoices of about 5 KB, each with a number, goods and codes of its own, made while they are read. */
export async function* documentsOf(count: number): AsyncGenerator<BatchDocument> {
  const { xml } = await documentOf(16);
  const template = new TextDecoder().decode(xml).replace("FV/16/", "FV/NUMBER/");
  for (let index = 0; index < count; index++) {
    const text = template
      .replace("NUMBER", String(index))
      .replaceAll(/Lina cumownicza (\d+), poliester/g, (_, line: string) => goods(`${index}/${line}`))
      .replaceAll(
        /LC-(\d+)/g,
        (_, line: string) => `LC-${digest(`${index}/${line}`).toString("hex").slice(-8)}`,
      );
    yield namedByHash(new TextEncoder().encode(text));
  }
}

/** A name that is another for each seed, as compressible as words are. */
const goods = (seed: string): string =>
  [...digest(seed).subarray(0, 12)]
    .map((byte, index) => syllables[byte % syllables.length]! + (index % 4 === 3 ? " " : ""))
    .join("");

const syllables = "ba ce da fo gu ka li ma no pe ro sta szy to wę za żur kro pli ner tor wan dek czka".split(
  " ",
);

const digest = (seed: string): Buffer => createHash("sha256").update(seed).digest();
