import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { createSandbox } from "../src/index.ts";
import { login } from "./client.ts";
import { virtualClock } from "./virtual-clock.ts";

const examples = fileURLToPath(new URL("../../../shared/ksef/fa3-examples/", import.meta.url));
const missing = !existsSync(examples);

// Wrong only in meaning: the schema takes them, and so does KSeF.
const wrongInMeaning = ["05", "17", "21", "23", "24", "25"];

describe(`example invoices${missing ? " (not there: skipped)" : ""}`, () => {
  it.skipIf(missing)("of the Ministry are accepted, those with an attachment get 415", async () => {
    for (const [file, code] of await verdicts("ministry")) {
      const attached = readFileSync(file, "utf8").includes("<Zalacznik>");
      expect({ file, code }).toEqual({ file, code: attached ? 415 : 200 });
    }
  });

  it.skipIf(missing)(
    "that break the schema or the rules for files are refused, the others accepted",
    async () => {
      for (const [file, code] of await verdicts("wrong")) {
        const valid = wrongInMeaning.some((number) => file.includes(`/${number}-`));
        const expected = valid ? [200] : [430, 450];
        expect({ file, asExpected: expected.includes(code) }).toEqual({ file, asExpected: true });
      }
    },
  );
});

/** Each example sent by its own seller, every one to a fresh sandbox so that equal numbers do not meet. */
async function verdicts(folder: string): Promise<[file: string, code: number][]> {
  const files = readdirSync(`${examples}${folder}`).map((name) => `${examples}${folder}/${name}`);
  return Promise.all(
    files.map(async (file): Promise<[string, number]> => {
      const clock = virtualClock(Date.parse("2027-03-01T11:00:00Z"));
      const sandbox = await createSandbox({ clock });
      const xml = readFileSync(file);
      const sellerNip = /<NIP>(\d{10})<\/NIP>/.exec(xml.toString())?.[1] ?? "5265877635";
      const client = await login(sandbox, await sandbox.company(sellerNip));
      const session = await client.open();
      const reference = await client.send(session, xml);
      clock.pass(500);
      return [file, (await client.invoice(session, reference)).json.status.code];
    }),
  );
}
