import { readdirSync } from "node:fs";
import { join, parse } from "node:path";
import {
  compileModuleRules,
  convertV4MiniflareOptions,
  Log,
  LogLevel,
  Miniflare,
  testRegExps,
  type V4ModuleDefinition,
  type V4ModuleRule,
  type V4WorkerOptions,
} from "miniflare";
import { unstable_readConfig as readConfig, unstable_getMiniflareWorkerOptions as workerOptionsOf } from "wrangler";
import { bundleWorker } from "./bundle.ts";
import { applyMigrations } from "./migrations.ts";

export interface ServerOptions {
  /** The folder of wrangler.toml, the one truth of bindings, compatibility date and flags. */
  projectDir: string;
  /** As wrangler's `--persist-to`; `.wrangler/state` is what wrangler uses by itself. */
  stateDir: string;
  host: string;
  port: number;
  /** Bound in addition to the `[vars]` of wrangler.toml. */
  vars: Record<string, string>;
  /** False: the Worker alone, without the static assets. */
  withAssets?: boolean;
  /** In place of the `main` of wrangler.toml, for a benchmark that looks into the Worker. */
  entry?: string;
}

export interface Server {
  url: string;
  /** No site was ever made in this state. */
  pristine: boolean;
  /** Migrations applied by this start. */
  migrated: string[];
  /** Ends the runtime. */
  stop(): Promise<void>;
}

/** Builds the Worker, brings the local D1 up to date, and serves the Worker from workerd by Miniflare. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const { projectDir, stateDir, host, port, vars, withAssets = true, entry } = options;
  const bundleDir = join(stateDir, "bundle");
  const configPath = join(projectDir, "wrangler.toml");
  const config = readConfig({ config: configPath });
  const { modulesRules = [], assets, ...worker } = workerOptionsOf(config).workerOptions;
  const shared = {
    // Where wrangler's own commands look, so that `wrangler d1 execute DB --local` sees this database.
    resourcePersistencePath: join(stateDir, "v3"),
    log: new Log(LogLevel.WARN),
    telemetry: { enabled: false },
    // No geography: Miniflare's own default would count every local visitor as one of Austin, Texas.
    cf: {},
  };

  const database = async () => {
    // On a runtime of its own, so that nobody is answered before the tables are there.
    const miniflare = new Miniflare(
      convertV4MiniflareOptions({
        ...shared,
        ...(config.compatibility_date ? { compatibilityDate: config.compatibility_date } : {}),
        // Wrangler's type of these options forgets what it knows of each.
        d1Databases: worker.d1Databases as NonNullable<V4WorkerOptions["d1Databases"]>,
        modules: true,
        script: "export default {}",
      }),
    );
    try {
      const db = await miniflare.getD1Database("DB");
      const migrated = await applyMigrations(
        db,
        join(projectDir, config.d1_databases[0]?.migrations_dir ?? "migrations"),
      );
      // AUTOINCREMENT remembers the last id even after its row is gone.
      const made = await db.prepare("SELECT 1 FROM sqlite_sequence WHERE name = 'sites'").first();
      return { migrated, pristine: made === null };
    } finally {
      await miniflare.dispose();
    }
  };
  const [state] = await Promise.all([database(), bundleWorker(configPath, bundleDir, entry)]);

  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...shared,
      ...worker,
      ...(withAssets ? { assets: assets as NonNullable<V4WorkerOptions["assets"]> } : {}),
      name: config.name ?? "footfall",
      host,
      port,
      bindings: { ...config.vars, ...vars },
      modules: modulesIn(bundleDir, parse(entry ?? config.main ?? "").name, modulesRules),
      modulesRoot: bundleDir,
    }),
  );
  try {
    const url = (await miniflare.ready).origin;
    const sweeping = await sweepHourly(miniflare);
    const scheduling = await runScheduled(miniflare);
    const stop = () => {
      clearInterval(sweeping);
      clearInterval(scheduling);
      return miniflare.dispose();
    };
    return { url, ...state, stop };
  } catch (error) {
    await miniflare.dispose();
    throw error;
  }
}

/** Cloudflare's KV deletes keys when they expire; the local one, in its files, only when somebody lists them. */
async function sweepHourly(miniflare: Miniflare): Promise<NodeJS.Timeout> {
  const kv = await miniflare.getKVNamespace("KV");
  const sweep = () => kv.list({ limit: 1 });
  await sweep();
  return setInterval(() => sweep().catch(() => {}), 3_600_000).unref();
}

/** Cloudflare runs the Worker's schedule by itself; the local runtime only when it is told to. Now, and every hour. */
async function runScheduled(miniflare: Miniflare): Promise<NodeJS.Timeout> {
  const worker = await miniflare.getWorker();
  // What fails there is logged there; a runtime that ends meanwhile takes the run with it.
  const run = () => void worker.scheduled({}).catch(() => {});
  run();
  return setInterval(run, 3_600_000).unref();
}

/** The modules of a bundle, the main one first: its script, and files such as `.wasm` by wrangler's rules. */
function modulesIn(bundleDir: string, main: string, rules: V4ModuleRule[]): V4ModuleDefinition[] {
  const compiled = compileModuleRules(rules);
  const modules: V4ModuleDefinition[] = [{ type: "ESModule", path: join(bundleDir, `${main}.js`) }];
  for (const name of readdirSync(bundleDir)) {
    const type = compiled.find((rule) => testRegExps(rule.include, name))?.type;
    if (type) modules.push({ type, path: join(bundleDir, name) });
  }
  return modules;
}
