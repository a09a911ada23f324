import { createHash } from "node:crypto";
import { brotliCompressSync, gzipSync, constants as zlib } from "node:zlib";
import { build } from "esbuild";
import { minify } from "terser";

/**
 * One classic script from an entry file: bundled by esbuild, minified by terser for browsers of 2021 and later.
 * @param define what the build decides, as `{FULL: "true"}`
 */
export async function bundleScript(entry: string, define: Record<string, string> = {}): Promise<string> {
  const bundle = await build({
    entryPoints: [entry],
    bundle: true,
    format: "iife",
    target: "es2021",
    define,
    // The project's own would have each script say "use strict".
    tsconfigRaw: {},
    write: false,
  });
  const { code } = await minify(bundle.outputFiles[0]?.text ?? "", {
    ecma: 2020,
    toplevel: true,
    compress: { passes: 3, pure_getters: true, keep_fargs: false, booleans_as_integers: true, unsafe_arrows: true },
  });
  return code ?? "";
}

/** Bytes of a script as it is, and as servers send it. */
export interface Sizes {
  raw: number;
  gzip: number;
  /** Quality 11: what Cloudflare's cache and every CDN can reach. */
  brotli: number;
}

export function sizesOf(code: string): Sizes {
  return {
    raw: Buffer.byteLength(code),
    gzip: gzipSync(code, { level: 9 }).length,
    brotli: brotliCompressSync(code, { params: { [zlib.BROTLI_PARAM_QUALITY]: 11 } }).length,
  };
}

/** The value of a tag's `integrity` attribute (W3C Subresource Integrity). */
export function integrityOf(code: string): string {
  return `sha384-${createHash("sha384").update(code).digest("base64")}`;
}
