import { Zip, ZipDeflate } from "fflate";

export interface ZipFile {
  name: string;
  content: AsyncIterable<string>;
}

/** What the format's 32 bits of a length can say. */
const MOST_BYTES = 0xffff_ffff;

/** Text that is packed at once. */
const BLOCK_CHARS = 65_536;

/** A ZIP of text files as it comes into being; nothing is read before it is asked for. */
export async function* zipped(files: Iterable<ZipFile>, now: number): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  let written = 0;
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    ready.push(chunk);
  });
  function* taken(): Generator<Uint8Array> {
    for (const chunk of ready.splice(0)) {
      written += chunk.length;
      if (written > MOST_BYTES) throw new RangeError("the ZIP became too long");
      if (chunk.length > 0) yield chunk;
    }
  }

  const encoder = new TextEncoder();
  for (const { name, content } of files) {
    const entry = new ZipDeflate(name, { level: 6 });
    entry.mtime = now;
    zip.add(entry);
    for await (const text of inBlocks(content)) {
      entry.push(encoder.encode(text));
      if (entry.size > MOST_BYTES) throw new RangeError("a file of the ZIP became too long");
      yield* taken();
    }
    entry.push(new Uint8Array(0), true);
    yield* taken();
  }
  zip.end();
  yield* taken();
}

async function* inBlocks(content: AsyncIterable<string>): AsyncGenerator<string> {
  let block = "";
  for await (const text of content) {
    block += text;
    if (block.length < BLOCK_CHARS) continue;
    yield block;
    block = "";
  }
  if (block) yield block;
}
