/** The tracker as a package for bundlers and backends, in a folder that `npm pack` and `npm install` take as it is. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build } from "esbuild";

const project = join(import.meta.dirname, "../..");
const source = join(project, "src/tracker");
/** TypeScript's compiler, to be run by Node. */
export const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");

/** Writes the package to a folder: `index.js` and `server.js` with their types. */
export async function buildModule(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await build({
    entryPoints: [join(source, "index.ts"), join(source, "server.ts")],
    bundle: true,
    format: "esm",
    target: "es2022",
    define: { FULL: "true" },
    minifySyntax: true,
    tsconfigRaw: {},
    outdir: folder,
  });
  const types = spawnSync(process.execPath, [tsc, "-p", join(source, "tsconfig.module.json"), "--outDir", folder], {
    encoding: "utf8",
  });
  if (types.status !== 0) throw new Error(`The tracker's types do not build:\n${types.stdout}${types.stderr}`);
  const { version, license } = JSON.parse(readFileSync(join(project, "package.json"), "utf8"));
  const description = {
    name: "footfall-tracker",
    version,
    description: "Counts page views and events with Footfall: no cookie, nothing kept on the device.",
    license,
    type: "module",
    sideEffects: false,
    exports: {
      ".": { types: "./index.d.ts", default: "./index.js" },
      "./server": { types: "./server.d.ts", default: "./server.js" },
    },
    files: ["*.js", "*.d.ts"],
  };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(description, null, 2)}\n`);
  copyFileSync(join(project, "LICENSE"), join(folder, "LICENSE"));
}
