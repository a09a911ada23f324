/**
 * The dashboard's static files: what Vite makes of `src/dashboard`, and what is drawn for it (`files.ts`). The Worker
 * answers its pages with the shell, `dashboard.html`; all else is under `/dashboard/` and never runs the Worker.
 */
import { join } from "node:path";
import { build, type Rolldown } from "vite";
import type { Assets } from "../assets.ts";
import { drawnFiles } from "./files.ts";

const root = join(import.meta.dirname, "../../src/dashboard");

/** Where all but the shell lies, within the assets' folder and as browsers ask for it. */
const FOLDER = "dashboard";
/** Below it: files that have a hash of what they hold in their names. */
const HASHED = "assets";

const SAFE = `  X-Content-Type-Options: nosniff
  Referrer-Policy: no-referrer
  Cross-Origin-Resource-Policy: same-origin
  Content-Security-Policy: default-src 'none'; frame-ancestors 'none'
`;
const FOR_EVER = `  Cache-Control: public, max-age=31536000, immutable\n${SAFE}`;
const A_DAY = `  Cache-Control: public, max-age=86400\n${SAFE}`;

/** @throws where the dashboard does not build, with Vite's own words */
export async function dashboardAssets(): Promise<Assets> {
  const [built, drawn] = await Promise.all([dashboardBundle(), drawnFiles()]);
  const files: Assets["files"] = new Map();
  for (const { fileName, ...file } of built) {
    const path = fileName === "index.html" ? "dashboard.html" : join(FOLDER, fileName);
    files.set(path, file.type === "chunk" ? file.code : file.source);
  }
  for (const [name, content] of drawn) files.set(join(FOLDER, name), content);
  // One rule a file: of two rules that match, both headers would be sent.
  const headers = [
    `/${FOLDER}/${HASHED}/*\n${FOR_EVER}`,
    ...drawn.keys().map((name) => `/${FOLDER}/${name}\n${A_DAY}`),
  ];
  return { files, headers: headers.join(""), redirects: "" };
}

/** What Vite builds: scripts with what they are made of, styles, pictures, and the shell as `index.html`. */
export type Bundle = (Rolldown.OutputChunk | Rolldown.OutputAsset)[];

/** Builds `src/dashboard`. @throws where it does not build, with Vite's own words */
export async function dashboardBundle(): Promise<Bundle> {
  const result = await build({
    configFile: false,
    root,
    base: `/${FOLDER}/`,
    publicDir: false,
    logLevel: "warn",
    // One bundle, whatever NODE_ENV says to whoever starts the build (Vitest says "test").
    define: { "process.env.NODE_ENV": '"production"' },
    resolve: { conditions: ["module", "browser", "production"] },
    oxc: { jsx: { runtime: "automatic", importSource: "preact", development: false } },
    build: {
      write: false,
      // Browsers that have what the styles and scripts use: of 2022 and later.
      target: ["chrome111", "firefox114", "safari16.4"],
      assetsDir: HASHED,
      // As files and not in `data:`, which the pages' policy forbids.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      // What every page needs is one script, however its parts are shared with what is loaded later: smaller, and asked for
      // once. Later parts import it, so it must not wait for one of them while it is evaluated.
      rolldownOptions: { output: { codeSplitting: { groups: [{ name: "page", tags: ["$initial"] }] } } },
    },
  });
  if (!("output" in result)) throw new Error("Vite built something other than one bundle");
  return result.output;
}
