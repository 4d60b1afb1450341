import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { readCollectiveReceipt } from "../../src/ksef/receipt.ts";

const file = fileURLToPath(
  new URL("../../../../shared/ksef/upo-examples/kontekst-nip/upo-sesja-kontekst-id-nip.xml", import.meta.url),
);
const missing = !existsSync(file);

it.skipIf(missing)(`reads the official example${missing ? " (not there: skipped)" : ""}`, () => {
  const bytes = new Uint8Array(readFileSync(file));
  const hash = createHash("sha256").update(bytes).digest("base64");
  const found = readCollectiveReceipt({ headers: new Headers({ "x-ms-meta-hash": hash }), bytes });
  // As they stand in the file.
  expect([...found]).toEqual([
    [
      "jli86Kp2Kw7jppX59P8VmjWRcwLTvsPK3DcPEB87mNk=",
      { number: "5265877635-20250916-010040741B3E-46", numberedAt: "2025-09-16T11:02:42.084+02:00" },
    ],
    [
      "GZMGNVzs3krF6URKgvaw77OOeG3nJ+WGziT5xguliQ8=",
      { number: "5265877635-20250916-0200A0D6723E-C2", numberedAt: "2025-09-16T11:05:41.045+02:00" },
    ],
  ]);
});

it("takes nothing that is not whole: another hash than announced, or a page of a firewall", () => {
  const bytes = new TextEncoder().encode("<html>Bad Gateway</html>");
  const read = (headers: Record<string, string>) => () =>
    readCollectiveReceipt({ headers: new Headers(headers), bytes });
  expect(read({})).toThrow("its root is not <Potwierdzenie>");
  expect(read({ "x-ms-meta-hash": "other" })).toThrow("its hash is not the announced one");
});
