/** What a view loads, in bytes: local servers compress nothing, so what a network would send is computed. */
import { brotliCompressSync, constants as zlib } from "node:zlib";
import type { BrowserContext } from "playwright-core";

export type Kind = "document" | "scripts" | "styles" | "API" | "SVG" | "other";

export interface LoadedFile {
  path: string;
  kind: Kind;
  raw: number;
  /** As servers compress what they send (quality 5, a usual one on the fly), and as small as it can get. */
  brotli5: number;
  brotli11: number;
}

/** The files at addresses that a view asked for. */
export async function filesAt(context: BrowserContext, urls: readonly string[]): Promise<LoadedFile[]> {
  return Promise.all(urls.map((url) => fileAt(context, url)));
}

async function fileAt(context: BrowserContext, url: string): Promise<LoadedFile> {
  const answer = await context.request.get(url);
  if (!answer.ok()) throw new Error(`${url}: ${answer.status()}`);
  const body = await answer.body();
  const { pathname } = new URL(url);
  return {
    path: pathname,
    kind: kindOf(pathname, answer.headers()["content-type"] ?? ""),
    raw: body.length,
    brotli5: brotli(body, 5),
    brotli11: brotli(body, 11),
  };
}

function brotli(body: Buffer, quality: number): number {
  return brotliCompressSync(body, { params: { [zlib.BROTLI_PARAM_QUALITY]: quality } }).length;
}

function kindOf(path: string, type: string): Kind {
  if (path.startsWith("/api/")) return "API";
  if (type.startsWith("text/html")) return "document";
  if (type.startsWith("text/javascript")) return "scripts";
  if (type.startsWith("text/css")) return "styles";
  if (type.startsWith("image/svg+xml")) return "SVG";
  return "other";
}
