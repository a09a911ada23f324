/**
 * `npm run bench`: what a counted hit costs, in one table a run; `-- --quick` takes one minute instead of four, for
 * rougher figures. Everything runs here and now, on as many cores as there are (made for two).
 *
 * Throughput: the Worker as `npm start` serves it (bundled by wrangler, in Miniflare, not `wrangler dev`), loaded by a
 * process of its own with raw sockets, one request in flight on each connection. Beside it, with the same requests
 * from as many connections: a no-op Worker that answers "ok" without reading the body, before and after; and a plain
 * Worker that adds 1 to the count of each of 24 dimensions' values in D1. How many connections: the fewest from which
 * on more bring less than 5 %, because each waits up to 100 ms for its acknowledgement (group commit). CPU and memory
 * are workerd's own, of all its Workers and objects (Linux only). Miniflare has a Worker of its own in front of each,
 * which takes most of the no-op's time; what it costs is the no-op's CPU less that of a no-op without it.
 *
 * Rows, bytes, memory, wake-ups: the real tally on real storage with a simulated clock (workers/simulation.ts). A
 * quiet site has 10 hits a minute for a whole local day, a busy one 200 a second; then the day closes. What the
 * audience looks like is said in traffic/audience.ts; a hit is a page view or custom event.
 *
 * Script sizes: scripts/sizes.ts.
 *
 * Shards and the free plan are computed from these figures (shards.ts, free-plan.ts).
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { stopSignal } from "../scripts/local/signals.ts";
import { machine } from "./machine.ts";
import { type Plan, type Results, report } from "./report.ts";
import { stopAll } from "./runtime.ts";
import { measureScripts } from "./scripts/sizes.ts";
import { simulate } from "./simulation/simulate.ts";
import { measureThroughput } from "./throughput/throughput.ts";

const FULL: Plan = {
  throughput: { warmUpMs: 3_000, measureMs: 12_000, connections: [256, 512, 1_024, 2_000] },
  quiet: { hitsPerSecond: 10 / 60, hours: 25 },
  busy: { hitsPerSecond: 200, hours: 1 / 3 },
};
const QUICK: Plan = {
  throughput: { warmUpMs: 1_500, measureMs: 4_000, connections: [256] },
  quiet: { hitsPerSecond: 10 / 60, hours: 4 },
  busy: { hitsPerSecond: 200, hours: 1 / 15 },
};

async function measure(plan: Plan, directory: string): Promise<Results> {
  const say = (text: string) => process.stderr.write(`  … ${text}\n`);
  const scripts = await measureScripts();
  const throughput = await measureThroughput(directory, plan.throughput, say);
  // One core each.
  const [quiet, busy] = await Promise.all([
    simulate(join(directory, "quiet"), plan.quiet, say),
    simulate(join(directory, "busy"), plan.busy, say),
  ]);
  return { scripts, throughput, quiet, busy };
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
  const plan = values.quick ? QUICK : FULL;
  const began = performance.now();
  const on = machine();
  const stopped = stopSignal();
  const directory = mkdtempSync(join(tmpdir(), "footfall-bench-"));
  const measuring = measure(plan, directory);
  try {
    const results = await Promise.race([measuring, stopped]);
    if (results === "stopped") {
      // Its Workers are taken away.
      measuring.catch(() => {});
      process.exitCode = 1;
      return;
    }
    const took = ((performance.now() - began) / 1000).toFixed(0);
    process.stdout.write(`
Footfall's benchmark${values.quick ? ", quick: rough figures" : ""}; took ${took} s
${on}

${report(plan, results)}`);
  } finally {
    await stopAll();
    rmSync(directory, { recursive: true, force: true });
  }
}

await main();
process.exit();
