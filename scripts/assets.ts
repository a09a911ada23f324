/**
 * The folder of static assets: what pages embed (`tracker/assets.ts`) and what the dashboard is made of
 * (`dashboard/assets.ts`), with one `_headers` and one `_redirects` for all of it. Requests for them never reach the
 * Worker, and so cost nothing.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { dashboardAssets } from "./dashboard/assets.ts";
import { trackerAssets } from "./tracker/assets.ts";

/** Files of the assets' folder and what is said of them. */
export interface Assets {
  /** By their paths within the folder. */
  files: Map<string, string | Uint8Array>;
  /** Lines of `_headers` and of `_redirects`, each with its end. */
  headers: string;
  redirects: string;
}

/** The pages of sites are their owners', public or not: no search engine is to list them. */
const ROBOTS = "User-agent: *\nDisallow: /\n";

/** Brings the assets' folder up to date. What is there already is not touched: a running start may be serving it. */
export async function buildAssets(folder: string): Promise<void> {
  const parts = await Promise.all([trackerAssets(), dashboardAssets()]);
  const files: Assets["files"] = new Map(parts.flatMap((part) => [...part.files]));
  files.set("robots.txt", ROBOTS);
  files.set("_headers", parts.map(({ headers }) => headers).join(""));
  files.set("_redirects", parts.map(({ redirects }) => redirects).join(""));

  mkdirSync(folder, { recursive: true });
  const there = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
  for (const path of there) if (!files.has(path)) rmSync(join(folder, path), { force: true });
  for (const [path, content] of files) {
    const target = join(folder, path);
    if (there.includes(path) && readFileSync(target).equals(Buffer.from(content))) continue;
    mkdirSync(dirname(target), { recursive: true });
    // Written beside the folder and renamed, so that nobody reads half a file.
    const beside = `${folder}.${process.pid}.tmp`;
    writeFileSync(beside, content);
    renameSync(beside, target);
  }
}
