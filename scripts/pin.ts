/**
 * `npm run pin`: keeps the scripts as they are built now for pages that name them by hash, for ever. To be run when
 * the scripts changed and before they are released; a test fails until then. Files of versions that never were
 * released may be deleted by hand.
 */
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildScript, pinnedDir, SCRIPTS, type ScriptName } from "./tracker/assets.ts";
import { integrityOf } from "./tracker/bundle.ts";

mkdirSync(pinnedDir, { recursive: true });
const rows: string[] = [];
for (const name of Object.keys(SCRIPTS) as ScriptName[]) {
  const code = await buildScript(name);
  const file = `${name}.${createHash("sha256").update(code).digest("hex").slice(0, 16)}.js`;
  writeFileSync(join(pinnedDir, file), code);
  const key = /^\w+$/.test(name) ? name : `"${name}"`;
  rows.push(`  ${key}: {\n    path: "/pinned/${file}",\n    integrity: "${integrityOf(code)}",\n  },\n`);
  process.stdout.write(`${file}\n`);
}
writeFileSync(
  join(pinnedDir, "index.ts"),
  `/** The scripts by their hash, for a tag's \`integrity\`. Written by \`npm run pin\`, as are the files beside. */
export const PINNED = {
${rows.join("")}} as const;
`,
);
