/** `npm start`: Footfall on this machine, in one command. `npm start -- --help` tells the options. */
import { join, relative } from "node:path";
import { snippet } from "../src/manage/snippet.ts";
import type { AdminKey } from "./local/admin-key.ts";
import { DEFAULT_URL, HELP, parseOptions, type StartOptions } from "./local/options.ts";
import { failed, projectDir, type Served, serve } from "./local/serve.ts";

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2), process.cwd(), projectDir);
  if (options === "help") return void process.stdout.write(HELP);
  const served = await serve(options, async (served) => {
    process.stdout.write(welcome(served, options));
    await served.stopped;
  });
  if (served) process.stdout.write("\nFootfall has stopped.\n");
}

function welcome({ server: { url, migrated, pristine }, admin }: Served, options: StartOptions): string {
  const shown = (path: string) => (relative(projectDir, path).startsWith("..") ? path : relative(projectDir, path));
  const from = {
    environment: "from the environment variable ADMIN_KEY",
    file: `from ${shown(options.varsFile)}`,
    made: `made now, kept in ${shown(options.varsFile)}`,
  }[admin.from];
  const demo = `
Nothing is counted yet. See it with a year of data; in another terminal:

  ${demoCommand(url, admin, options)}
`;
  return `
Footfall is listening on ${url}

  Dashboard   ${url}/
  Admin key   ${admin.key}   (${from})
  State       ${shown(options.stateDir)}${migrated.length > 0 ? `   (applied ${migrated.join(", ")})` : ""}
${pristine ? demo : ""}
Paste this into the body of a page of yours that you open on http://localhost, at any port:

  ${snippet(url, "localhost").replace("\n", "\n  ")}

Read what was counted today:

  curl -H "Authorization: Bearer ${admin.key}" "${url}/api/v1/stats/aggregate?site_id=localhost&period=day&metrics=visitors,pageviews"

What else can be asked and set, with commands to copy:

  ${url}/api/docs

Ctrl-C ends it.
`;
}

/** With what it would not find by itself. */
function demoCommand(url: string, { key, from }: AdminKey, { varsFile }: StartOptions): string {
  const findsKey = from !== "environment" && varsFile === join(projectDir, ".dev.vars");
  const more = [...(url === DEFAULT_URL ? [] : ["--url", url]), ...(findsKey ? [] : ["--key", key])];
  return ["npm run demo", ...(more.length > 0 ? ["--", ...more] : [])].join(" ");
}

main().catch(failed);
