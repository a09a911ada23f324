import { LIMITS } from "../limits.ts";

/** The body of a request, or the rule it broke. */
export type Body = { text: string } | { fault: string };

const TOO_LONG = { fault: `must be at most ${LIMITS.beaconBytes} bytes` };

/** Reads a body of at most 64 KiB as UTF-8. The length is checked while it arrives: what is longer is never gathered. */
export async function readBeaconBody(request: Request): Promise<Body> {
  const length = request.headers.get("Content-Length");
  if (length !== null && Number(length) > LIMITS.beaconBytes) return TOO_LONG;
  // HTTP holds a sender to the length it announced, so that such a body can be taken at once.
  const bytes = length === null ? await gather(request) : new Uint8Array(await request.arrayBuffer());
  if (!bytes || bytes.byteLength > LIMITS.beaconBytes) return TOO_LONG;
  try {
    // A decoder keeps state between calls when it fails: one for each body.
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes) };
  } catch {
    return { fault: "must be valid UTF-8" };
  }
}

/** All bytes of a body whose length was not announced; null as soon as there are too many. */
async function gather(request: Request): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.byteLength;
    // Leaving the loop cancels the stream.
    if (length > LIMITS.beaconBytes) return null;
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}
