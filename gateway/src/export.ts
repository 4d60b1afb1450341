import { mkdir, rename } from "node:fs/promises";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type Engine, HubError, type Submission } from "@ksef-hub/core";

/**
 * Writes the document of an invoice, its receipt and, where it is another, what was handed in, as files into a folder of
 * its own below `folder`; resolves with that folder. What an earlier export wrote is written again, whole or not at all.
 */
export async function exportInvoice(
  { archive }: Pick<Engine, "archive">,
  submission: Submission,
  folder: string,
): Promise<string> {
  const { invoice, id, ksef, source, document, receipt } = submission;
  const month = invoice.issueDate.slice(0, 7);
  const path = join(folder, month, [fileName(invoice.number), ksef?.number ?? id].join("_"));
  const files = [
    { name: "invoice.xml", key: document.key },
    ...(source.key === document.key ? [] : [{ name: "source.json", key: source.key }]),
    ...(receipt === undefined ? [] : [{ name: "upo.xml", key: receipt.key }]),
  ];
  await mkdir(path, { recursive: true, mode: 0o700 });
  for (const { name, key } of files) {
    const bytes = await archive.stream(key);
    if (bytes === undefined) throw new HubError("archive.missing", `The archive has no ${key}.`);
    const aside = join(path, `${name}.part`);
    await pipeline(bytes, createWriteStream(aside, { mode: 0o600 }));
    await rename(aside, join(path, name));
  }
  return path;
}

/** Numbers hold slashes, and may hold what no file system takes. */
function fileName(number: string): string {
  return number
    .normalize("NFC")
    .replaceAll(/[^\p{L}\p{N}._-]+/gu, "-")
    .replace(/^\.+/, "")
    .slice(0, 60);
}
