import { join } from "node:path";
import { build } from "esbuild";
import { makeSite, type Site } from "./sites.ts";

/**
 * A site whose every page runs an app: a module of this code, bundled for browsers with what it imports.
 * @param folder whose `node_modules` it imports from
 */
export async function makeApp(code: string, folder = join(import.meta.dirname, "../..")): Promise<Site> {
  const bundle = await build({
    stdin: { contents: code, resolveDir: folder },
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
  });
  const script = { headers: { "Content-Type": "text/javascript" }, body: bundle.outputFiles[0]?.text ?? "" };
  return makeSite({
    "/app.js": script,
    "*": `<title>App</title><a href="OTHER/x" target="_blank">Out</a><script type="module" src="/app.js"></script>`,
  });
}
