import { dirname } from "node:path";
import { type AdminKey, adminKey } from "./admin-key.ts";
import { claimPort, claimStateDir } from "./claims.ts";
import { guardRuntime } from "./guard.ts";
import { StartError, type StartOptions } from "./options.ts";
import type { Server } from "./server.ts";
import { stopSignal } from "./signals.ts";

const HOST = "127.0.0.1";
export const projectDir = dirname(dirname(import.meta.dirname));

/** Footfall as it runs on this machine. */
export interface Served {
  server: Server;
  admin: AdminKey;
  /** Resolves when this process is asked to end. */
  stopped: Promise<"stopped">;
}

/**
 * Starts Footfall, with a site to count where there was never one, and ends it when `use` has ended. Whether it came to
 * that: not where the process is asked to end before.
 * @throws StartError if something else has its port or its state, or it does not build
 */
export async function serve(options: StartOptions, use: (served: Served) => Promise<void>): Promise<boolean> {
  await claimPort(HOST, options.port);
  const lock = claimStateDir(options.stateDir);
  const admin = adminKey(options.varsFile, process.env.ADMIN_KEY);
  const dismissGuard = guardRuntime();

  const stopped = stopSignal();
  // Else it tells which files it read.
  process.env.WRANGLER_LOG ??= "warn";
  // Loaded only now: wrangler takes a second, too long to wait for an error about an option.
  const { startServer } = await import("./server.ts");
  const starting = startServer({ projectDir, host: HOST, vars: admin.vars, ...options });
  try {
    const server = await Promise.race([starting, stopped]);
    if (server === "stopped") return false;
    if (server.pristine) await makeSite(server, admin.key);
    await use({ server, admin, stopped });
    return true;
  } finally {
    const server = await starting.catch(() => null);
    await server?.stop();
    dismissGuard();
    lock.close();
  }
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

/** For a script's `main().catch`: says what went wrong, in short where its message explains it. */
export function failed(error: unknown): void {
  process.stderr.write(error instanceof StartError ? `${error.message}\n` : `${(error as Error).stack}\n`);
  process.exitCode = 1;
}
