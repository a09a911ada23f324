/** `npm run build`: the static assets in `dist/assets`. wrangler runs it by itself. */
import { join } from "node:path";
import { buildAssets } from "./tracker/assets.ts";

const project = join(import.meta.dirname, "..");
await buildAssets(join(project, "dist/assets"));
