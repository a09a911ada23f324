/** Of the static assets: the scripts that pages embed, under all their addresses, with their headers. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Assets } from "../assets.ts";
import { bundleScript } from "./bundle.ts";

const project = join(import.meta.dirname, "../..");
const entry = join(project, "src/tracker/script.ts");
/** Every version of the scripts that a page may have pinned by its hash: kept for ever. */
export const pinnedDir = join(project, "src/tracker/pinned");

/** Names of the two scripts, and what they are built with. */
export const SCRIPTS = {
  /** Views, navigation, events, outbound links, downloads, engagement; at most 1,000 bytes. */
  script: { FULL: "false" },
  /** All of that, and form submissions, events by attribute and class, page properties, patterns of pages. */
  "script.full": { FULL: "true" },
} as const;

export type ScriptName = keyof typeof SCRIPTS;

export function buildScript(name: ScriptName): Promise<string> {
  return bundleScript(entry, SCRIPTS[name]);
}

/** The addresses that Plausible's users have in their pages are answered with the full script. */
const PLAUSIBLE = ["js/script.js", "js/plausible.js"];
/** Names of features in any order: `/js/script.hash.outbound-links.js`. The script reads them from its own address. */
const REDIRECTS = "/js/script.* /js/script.js 200\n/js/plausible.* /js/script.js 200\n";

const SHARED_HEADERS = `  Cross-Origin-Resource-Policy: cross-origin
  Access-Control-Allow-Origin: *
  Timing-Allow-Origin: *
  X-Content-Type-Options: nosniff
`;
const aDay = `  Cache-Control: public, max-age=86400\n${SHARED_HEADERS}`;
const forEver = `  Cache-Control: public, max-age=31536000, immutable\n${SHARED_HEADERS}`;
const HEADERS = `/script.js\n${aDay}/script.full.js\n${aDay}/js/*\n${aDay}/pinned/*\n${forEver}`;

/** The scripts, their old addresses, and all pinned versions. */
export async function trackerAssets(): Promise<Assets> {
  const [script, full] = await Promise.all([buildScript("script"), buildScript("script.full")]);
  const files: Assets["files"] = new Map([
    ["script.js", script],
    ["script.full.js", full],
  ]);
  for (const name of PLAUSIBLE) files.set(name, full);
  for (const name of readdirSync(pinnedDir).filter((name) => name.endsWith(".js"))) {
    files.set(join("pinned", name), readFileSync(join(pinnedDir, name), "utf8"));
  }
  return { files, headers: HEADERS, redirects: REDIRECTS };
}
