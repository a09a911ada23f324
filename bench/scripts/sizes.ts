/**
 * What a page loads to be counted: the scripts beside the trackers that peers publish on npm, each with all it can do by
 * itself, bundled, minified and compressed here and now by the same tools.
 */
import { join } from "node:path";
import { buildScript } from "../../scripts/tracker/assets.ts";
import { bundleScript, type Sizes, sizesOf } from "../../scripts/tracker/bundle.ts";
import { columns, whole } from "../table.ts";

/** Of `plausible-tracker` and Counterscale that is less than of ours, and said with the name. */
const PEERS = {
  "@plausible-analytics/tracker 0.4.6": "plausible.ts",
  "plausible-tracker 0.3.9: views, events, outbound links": "plausible-tracker.ts",
  "@counterscale/tracker 3.4.1: views": "counterscale.ts",
};

export interface ScriptSizes {
  name: string;
  sizes: Sizes;
}

export async function measureScripts(): Promise<ScriptSizes[]> {
  const peer = (entry: string) => bundleScript(join(import.meta.dirname, "peers", entry));
  const scripts: [string, Promise<string>][] = [
    ["Footfall, /script.js", buildScript("script")],
    ["Footfall, /script.full.js", buildScript("script.full")],
    ...Object.entries(PEERS).map(([name, entry]): [string, Promise<string>] => [name, peer(entry)]),
  ];
  return Promise.all(scripts.map(async ([name, code]) => ({ name, sizes: sizesOf(await code) })));
}

/** The sizes in bytes; the last column as a multiple of the first script's. */
export function scriptTable(scripts: readonly ScriptSizes[]): string {
  const own = scripts[0]?.sizes.brotli ?? 1;
  const rows = scripts.map(({ name, sizes: { raw, gzip, brotli } }) => [
    name,
    whole(raw),
    whole(gzip),
    whole(brotli),
    (brotli / own).toFixed(2),
  ]);
  return columns([["", "minified", "gzip -9", "brotli -11", "of /script.js"], ...rows]);
}
