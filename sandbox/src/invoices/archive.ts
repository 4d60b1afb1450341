import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { ZipFile } from "yazl";

export type Compression = "Zip" | "TarGz";

/** File names and what is in them, in one archive. */
export function archive(
  files: Iterable<[string, Uint8Array]>,
  compression: Compression,
  now: number,
): Promise<Buffer> {
  return compression === "Zip" ? zip(files, now) : tarGz(files, now);
}

function zip(files: Iterable<[string, Uint8Array]>, now: number): Promise<Buffer> {
  const file = new ZipFile();
  // Streams are compressed one after another; buffers would be all at once, which takes five times as long.
  for (const [name, content] of files)
    file.addReadStreamLazy(name, { mtime: new Date(now), size: content.length }, (give) =>
      give(null, Readable.from([Buffer.from(content)])),
    );
  file.end();
  return buffer(file.outputStream);
}

async function tarGz(files: Iterable<[string, Uint8Array]>, now: number): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of files) tar.entry({ name, mtime: new Date(now) }, Buffer.from(content));
  tar.finalize();
  return gzipSync(await buffer(tar));
}
