/** The bytes of a stream in pieces of at least half a megabyte, but for the last: what comes after it wants larger ones. */
export async function* inPieces(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let [chunks, size]: [Uint8Array[], number] = [[], 0];
  for await (const chunk of stream) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size < pieceSize) continue;
    yield Buffer.concat(chunks, size);
    [chunks, size] = [[], 0];
  }
  if (size > 0) yield Buffer.concat(chunks, size);
}

const pieceSize = 512 * 1024;
