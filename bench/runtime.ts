/** Runtimes for the benchmark: the Worker as `npm start` serves it, and Workers of the benchmark's own. */
import { join } from "node:path";
import { build } from "esbuild";
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from "miniflare";
import { startServer } from "../scripts/local/server.ts";
import { latestRuntime } from "./machine.ts";

export const PROJECT = join(import.meta.dirname, "..");
const HOST = "127.0.0.1";

export interface Runtime {
  port: number;
  /** Process of workerd. */
  pid: number;
  stop(): Promise<void>;
}

const running = new Set<() => Promise<void>>();

/** Ends what still runs. */
export async function stopAll(): Promise<void> {
  await Promise.all([...running].map((stop) => stop()));
}

function stopping(end: () => Promise<void>): () => Promise<void> {
  const stop = async () => {
    if (running.delete(stop)) await end();
  };
  running.add(stop);
  return stop;
}

/**
 * Footfall's own Worker, bundled as a deploy would. Without the static assets, unless they are wanted: what routes
 * requests to them or to the Worker is the platform's own, and here a Worker of Miniflare's that takes as long as Footfall.
 * @param worker the name of one of bench/workers around it
 */
export async function footfall(
  stateDir: string,
  adminKey: string,
  { worker, withAssets = false }: { worker?: string; withAssets?: boolean } = {},
): Promise<Runtime> {
  const server = await startServer({
    projectDir: PROJECT,
    stateDir,
    host: HOST,
    port: 0,
    vars: { ADMIN_KEY: adminKey },
    withAssets,
    ...(worker !== undefined && { entry: join(import.meta.dirname, "workers", `${worker}.ts`) }),
  });
  return { port: Number(new URL(server.url).port), pid: latestRuntime(), stop: stopping(server.stop) };
}

/**
 * A Worker of bench/workers with D1, KV and, if it names one, a durable object `HOST`. State rests in `stateDir`.
 * `directPort` leads to it without Miniflare's own Worker in front.
 */
export async function benchWorker(
  name: string,
  stateDir: string,
  hostClass?: string,
): Promise<Runtime & { miniflare: Miniflare; directPort: number }> {
  const bundle = await build({
    entryPoints: [join(import.meta.dirname, "workers", `${name}.ts`)],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2024",
    external: ["cloudflare:*", "node:*"],
    conditions: ["workerd", "worker", "browser"],
  });
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      name,
      host: HOST,
      port: 0,
      modules: true,
      script: bundle.outputFiles[0]?.text ?? "",
      compatibilityDate: "2026-10-01",
      compatibilityFlags: ["nodejs_compat"],
      d1Databases: ["DB"],
      kvNamespaces: ["KV"],
      ...(hostClass && {
        durableObjects: { HOST: { className: hostClass, useSQLite: true, unsafePreventEviction: true } },
      }),
      resourcePersistencePath: stateDir,
      log: new Log(LogLevel.WARN),
      telemetry: { enabled: false },
      cf: {},
      unsafeDirectSockets: [{ host: HOST, port: 0 }],
    }),
  );
  const { port } = await miniflare.ready;
  const pid = latestRuntime();
  const directPort = Number((await miniflare.unsafeGetDirectURL(name)).port);
  return { port: Number(port), directPort, pid, miniflare, stop: stopping(() => miniflare.dispose()) };
}
