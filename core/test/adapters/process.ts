/** Runs in a process of its own, to be killed. Writes a line to stdout for everything that is acknowledged. */
import { writeSync } from "node:fs";
import { embedded } from "../../src/adapters/embedded/index.ts";
import { toHubError } from "../../src/error.ts";

const [task, folder = ""] = process.argv.slice(2);
/** Enough of them for their writes to share transactions. */
const writers = 16;
const say = (line: string | number) => writeSync(1, `${line}\n`);

try {
  const { table, archive, queue } = await embedded({ folder });
  if (task === "hold") {
    say("open");
    setInterval(() => undefined, 1000);
  }
  if (task === "write")
    await Promise.all(
      Array.from({ length: writers }, async (_, writer) => {
        for (let n = writer; ; n += writers) {
          await archive.put(`blobs/${n % 10}/${n}`, Buffer.alloc(1000 * (n % 100), String(n)));
          await table.put(
            { pk: "items", sk: String(n), value: { n }, index1: { pk: "by-n", sk: String(n) } },
            0,
          );
          await queue.send({ n });
          say(n);
        }
      }),
    );
  if (task === "lease") {
    await queue.send({ name: "held by a process that dies" });
    await queue.consume(
      (_, attempt) => {
        say(attempt);
        setInterval(() => undefined, 1000);
        return Promise.race([]);
      },
      { signal: new AbortController().signal },
    );
  }
} catch (thrown) {
  say(toHubError(thrown).code);
}
