/** `npm start`: Footfall on this machine, in one command. `npm start -- --help` tells the options. */
import { dirname, relative } from "node:path";
import { snippet } from "../src/manage/snippet.ts";
import { adminKey } from "./local/admin-key.ts";
import { claimPort, claimStateDir } from "./local/claims.ts";
import { guardRuntime } from "./local/guard.ts";
import { HELP, parseOptions, StartError, type StartOptions } from "./local/options.ts";
import type { Server } from "./local/server.ts";
import { stopSignal } from "./local/signals.ts";

const HOST = "127.0.0.1";
const projectDir = dirname(import.meta.dirname);

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2), process.cwd(), projectDir);
  if (options === "help") return void process.stdout.write(HELP);

  await claimPort(HOST, options.port);
  const lock = claimStateDir(options.stateDir);
  const admin = adminKey(options.varsFile, process.env.ADMIN_KEY);
  const dismissGuard = guardRuntime();

  const stopped = stopSignal();
  // Else it tells which files it read.
  process.env.WRANGLER_LOG ??= "warn";
  // Loaded only now: wrangler takes a second, too long to wait for an error about an option.
  const { startServer } = await import("./local/server.ts");
  const starting = startServer({ projectDir, host: HOST, vars: admin.vars, ...options });
  try {
    const server = await Promise.race([starting, stopped]);
    if (server === "stopped") return;
    if (server.pristine) await makeSite(server, admin.key);
    process.stdout.write(welcome(server, options, admin));
    await stopped;
  } finally {
    const server = await starting.catch(() => null);
    await server?.stop();
    dismissGuard();
    lock.close();
  }
  process.stdout.write("\nFootfall has stopped.\n");
}

/** A first start finds a site to count: `localhost`, in this machine's timezone. */
async function makeSite({ url }: Server, key: string): Promise<void> {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const response = await fetch(`${url}/api/v1/sites`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ domain: "localhost", timezone: timeZone }),
  });
  if (!response.ok) {
    throw new StartError(`Could not make the site "localhost": ${response.status} ${await response.text()}`);
  }
}

function welcome({ url, migrated }: Server, options: StartOptions, admin: ReturnType<typeof adminKey>): string {
  const shown = (path: string) => (relative(projectDir, path).startsWith("..") ? path : relative(projectDir, path));
  const from = {
    environment: "from the environment variable ADMIN_KEY",
    file: `from ${shown(options.varsFile)}`,
    made: `made now, kept in ${shown(options.varsFile)}`,
  }[admin.from];
  return `
Footfall is listening on ${url}

  Admin key   ${admin.key}   (${from})
  State       ${shown(options.stateDir)}${migrated.length > 0 ? `   (applied ${migrated.join(", ")})` : ""}

Paste this into the body of a page of yours that you open on http://localhost, at any port:

  ${snippet(url, "localhost").replace("\n", "\n  ")}

Read what was counted today:

  curl -H "Authorization: Bearer ${admin.key}" "${url}/api/v1/stats/aggregate?site_id=localhost&period=day&metrics=visitors,pageviews"

What else can be asked and set, with commands to copy:

  ${url}/api/docs

Ctrl-C ends it.
`;
}

main().catch((error: unknown) => {
  process.stderr.write(error instanceof StartError ? `${error.message}\n` : `${(error as Error).stack}\n`);
  process.exitCode = 1;
});
