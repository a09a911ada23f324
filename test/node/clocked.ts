/** Runs the clocked Worker in Miniflare on files that a test can read. */
import { join } from "node:path";
import type { Readable } from "node:stream";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { applyMigrations } from "../../scripts/local/migrations.ts";

export interface Clocked {
  /** Sends a request to the Worker, as from an address. */
  fetch: Miniflare["dispatchFetch"];
  /** Sets the Worker's and its objects' clock. */
  setClock(at: number): Promise<void>;
  /** Rings a tally's alarm now. */
  ring(tally: string): Promise<void>;
  /** Kills a tally: what it did not store is gone. */
  die(tally: string): Promise<void>;
  kv: Awaited<ReturnType<Miniflare["getKVNamespace"]>>;
  db: Awaited<ReturnType<Miniflare["getD1Database"]>>;
  /** Everything the runtime and the Worker wrote to the log. */
  log(): string;
  stop(): Promise<void>;
}

const project = join(import.meta.dirname, "../..");

export async function startClocked(stateDir: string, adminKey: string): Promise<Clocked> {
  const bundle = await build({
    entryPoints: [join(import.meta.dirname, "clocked-worker.ts")],
    bundle: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    write: false,
  });
  let log = "";
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      modules: true,
      script: bundle.outputFiles[0]?.text ?? "",
      compatibilityDate: "2026-10-01",
      compatibilityFlags: ["nodejs_compat"],
      bindings: { ADMIN_KEY: adminKey },
      d1Databases: { DB: "footfall" },
      kvNamespaces: { KV: "footfall" },
      durableObjects: {
        TALLY: { className: "Tally", useSQLite: true },
        CLERK: { className: "Clerk", useSQLite: true },
        METER: { className: "Meter", useSQLite: true },
      },
      resourcePersistencePath: stateDir,
      telemetry: { enabled: false },
      cf: {},
      handleRuntimeStdio(stdout: Readable, stderr: Readable) {
        for (const stream of [stdout, stderr]) {
          stream.on("data", (chunk: Buffer) => {
            log += chunk;
          });
        }
      },
    }),
  );
  await miniflare.ready;
  await applyMigrations(await miniflare.getD1Database("DB"), join(project, "migrations"));
  const control = async (path: string) => {
    const response = await miniflare.dispatchFetch(`http://localhost${path}`, { method: "POST" });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    await response.text();
  };
  return {
    fetch: miniflare.dispatchFetch,
    setClock: (at) => control(`/__clock?at=${at}`),
    ring: (tally) => control(`/__ring?tally=${tally}`),
    die: (tally) => control(`/__die?tally=${tally}`),
    kv: await miniflare.getKVNamespace("KV"),
    db: await miniflare.getD1Database("DB"),
    log: () => log,
    stop: () => miniflare.dispose(),
  };
}
