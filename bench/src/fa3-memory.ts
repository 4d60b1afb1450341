import { fromFa3, toFa3, validate } from "@ksef-hub/core/fa3";
import { documentOf, today } from "./fa3-document.ts";
import { speedOf } from "./speed.ts";

/** Prints the most the resident set grows by, in MB, while all our own work is done again and again for some seconds. */
const documents = [await documentOf(5), await documentOf(1_000)];
const before = process.memoryUsage.rss();
let most = before;
for (const end = performance.now() + Number(process.argv[2]) * 1_000; performance.now() < end;)
  for (const { invoice, xml } of documents) {
    for (const work of [() => toFa3(invoice), () => fromFa3(xml), () => validate(xml, { today })])
      await speedOf(work, 50);
    most = Math.max(most, process.memoryUsage.rss());
  }
console.log(Math.round((most - before) / 1e6));
