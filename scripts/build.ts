/**
 * `npm run build`: the static assets in `dist/assets`, and the tracker's package in `dist/tracker`. wrangler runs it
 * with `-- --assets`, which leaves out the package: a Worker needs none.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildAssets } from "./assets.ts";
import { buildModule } from "./tracker/module.ts";

const { values } = parseArgs({ options: { assets: { type: "boolean", default: false } } });
const dist = join(import.meta.dirname, "../dist");
await buildAssets(join(dist, "assets"));
if (!values.assets) await buildModule(join(dist, "tracker"));
