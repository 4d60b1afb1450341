import { createCipheriv, createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { schemaFaults } from "@ksef-hub/core/fa3";
import { newSessionKey } from "@ksef-hub/core/ksef";
import { bareStorage } from "../bare-storage.ts";

/**
 * What no hub gets round, with nothing around it, in milliseconds of processor time: libxml2's XSD validation, SHA-256,
 * gzip and AES of these documents, and one durable write of a ledger item for each.
 */
export function floorOf(documents: Uint8Array<ArrayBuffer>[], folder: string): Record<string, number> {
  const [first] = documents;
  if (first !== undefined) schemaFaults(first, "FA (3)"); // compiles the schema
  const storage = bareStorage(folder);
  const { key, iv } = newSessionKey();
  let archive = Buffer.of();
  const parts = {
    xsd: cpuMsOf(() => {
      for (const document of documents) schemaFaults(document, "FA (3)");
    }),
    sha256: cpuMsOf(() => {
      for (const document of documents) createHash("sha256").update(document).digest();
    }),
    gzip: cpuMsOf(() => {
      archive = gzipSync(Buffer.concat(documents));
    }),
    aes: cpuMsOf(() => {
      const cipher = createCipheriv("aes-256-cbc", key, iv);
      const encrypted = Buffer.concat([cipher.update(archive), cipher.final()]);
      createHash("sha256").update(encrypted).digest();
    }),
    write: cpuMsOf(() => {
      for (const index of documents.keys()) storage.put(itemOf(index));
    }),
  };
  storage.close();
  return parts;
}

/** As large as a submission on the ledger is. */
const itemOf = (index: number) => ({
  pk: `T#bench#${index}`,
  sk: "submission",
  value: { text: "x".repeat(1_500) },
  index1: { pk: "T#bench#submissions", sk: String(index).padStart(15, "0") },
  index2: { pk: "T#bench#ready", sk: String(index).padStart(15, "0") },
});

function cpuMsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
