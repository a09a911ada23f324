import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { StartError } from "./options.ts";

const wrangler = join(createRequire(import.meta.url).resolve("wrangler/package.json"), "../bin/wrangler.js");

/**
 * Bundles the Worker of a wrangler.toml into `outDir` by what `wrangler deploy` itself does, stopping short of the upload: what runs here
 * is, byte for byte, what would be deployed.
 * @param entry in place of the `main` of the wrangler.toml
 * @throws StartError with wrangler's own words if the source does not build
 */
export async function bundleWorker(configPath: string, outDir: string, entry?: string): Promise<void> {
  rmSync(outDir, { recursive: true, force: true });
  const script = entry === undefined ? [] : [entry];
  const command = ["deploy", ...script, "--dry-run", "--config", configPath, "--outdir", outDir];
  const child = spawn(process.execPath, [wrangler, ...command], {
    cwd: dirname(configPath),
    env: { ...process.env, WRANGLER_SEND_METRICS: "false" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stdout.on("data", (chunk) => (said += chunk));
  child.stderr.on("data", (chunk) => (said += chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new StartError(`The Worker does not build:\n${said.trim()}`);
}
