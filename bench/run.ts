/**
 * `npm run bench`: what a counted hit costs, how fast reports are and how fast the dashboard is drawn, in one table a run;
 * `-- --quick` takes three minutes instead of eight, for rougher figures; `-- --only reports` (or `hits`, or
 * `dashboard`) runs one part. Everything runs here and now, on as many cores as there are (made for two).
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
 * Reports: the Worker as `npm start` serves it, but for a D1 that counts (workers/reports.ts), and in the same D1 a plain
 * table with a row a hit, asked the same by HTTP. Both hold the same hits: days of the same audience, counted by the
 * tally's own machine and stored under a year's dates in turns, so that the answers must agree, and the run fails where
 * they do not.
 *
 * Dashboard: the same Worker with its static assets and the same D1, in a real Chromium whose every request is on this
 * machine. Time goes from the navigation until the frame with the top numbers, or the chart, is painted. Beside it an
 * empty page, which is answered by the same route with the same headers. `npm start` compresses nothing, nor does this:
 * the bytes that a network would carry are computed.
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
import { type DashboardPlan, measureDashboard } from "./dashboard/dashboard.ts";
import { dashboardTable } from "./dashboard/table.ts";
import { machine } from "./machine.ts";
import { type HitsPlan, type HitsResults, report } from "./report.ts";
import { measureReports, type Reports, type ReportsPlan } from "./reports/reports.ts";
import { reportsTable } from "./reports/table.ts";
import { stopAll } from "./runtime.ts";
import { measureScripts } from "./scripts/sizes.ts";
import { simulate } from "./simulation/simulate.ts";
import { measureThroughput } from "./throughput/throughput.ts";

interface Plan {
  hits: HitsPlan;
  reports: ReportsPlan;
  dashboard: DashboardPlan;
}

const PARTS = ["hits", "reports", "dashboard"] as const;
type Part = (typeof PARTS)[number];

const FULL: Plan = {
  hits: {
    throughput: { warmUpMs: 3_000, measureMs: 12_000, connections: [256, 512, 1_024, 2_000] },
    quiet: { hitsPerSecond: 10 / 60, hours: 25 },
    busy: { hitsPerSecond: 200, hours: 1 / 3 },
  },
  reports: { months: 12, simulatedDays: 30, viewsPerDay: 27_400, repetitions: 15 },
  dashboard: { repetitions: 15 },
};
const QUICK: Plan = {
  hits: {
    throughput: { warmUpMs: 1_500, measureMs: 4_000, connections: [256] },
    quiet: { hitsPerSecond: 10 / 60, hours: 4 },
    busy: { hitsPerSecond: 200, hours: 1 / 15 },
  },
  reports: { months: 1, simulatedDays: 5, viewsPerDay: 27_400, repetitions: 5 },
  dashboard: { repetitions: 9 },
};

type Say = (text: string) => void;

async function measureHits(plan: HitsPlan, directory: string, say: Say): Promise<HitsResults> {
  const scripts = await measureScripts();
  const throughput = await measureThroughput(directory, plan.throughput, say);
  // One core each.
  const [quiet, busy] = await Promise.all([
    simulate(join(directory, "quiet"), plan.quiet, say),
    simulate(join(directory, "busy"), plan.busy, say),
  ]);
  return { scripts, throughput, quiet, busy };
}

/** The sections of these parts, in the order of the table. */
async function measure(plan: Plan, parts: readonly Part[], directory: string): Promise<string> {
  const say: Say = (text) => process.stderr.write(`  … ${text}\n`);
  const sections: string[] = [];
  if (parts.includes("hits")) sections.push(report(plan.hits, await measureHits(plan.hits, directory, say)));
  // The dashboard is looked at with what the reports were asked about, where they were.
  const filled = join(directory, "reports");
  let reports: Reports | null = null;
  if (parts.includes("reports")) {
    reports = await measureReports(filled, plan.reports, say);
    sections.push(reportsTable(reports));
  }
  if (parts.includes("dashboard")) {
    const dashboard = { ...plan.reports, ...plan.dashboard };
    sections.push(dashboardTable(await measureDashboard(filled, dashboard, reports, say)));
  }
  return sections.join("\n");
}

function partsOf(only: string | undefined): readonly Part[] {
  const parts = PARTS.filter((part) => only === undefined || part === only);
  if (parts.length === 0) throw new Error(`Option --only must be one of ${PARTS.join(", ")}.`);
  return parts;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { quick: { type: "boolean", default: false }, only: { type: "string" } } });
  const parts = partsOf(values.only);
  const plan = values.quick ? QUICK : FULL;
  const began = performance.now();
  const on = machine();
  const stopped = stopSignal();
  const directory = mkdtempSync(join(tmpdir(), "footfall-bench-"));
  const measuring = measure(plan, parts, directory);
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

${results}`);
  } finally {
    await stopAll();
    rmSync(directory, { recursive: true, force: true });
  }
}

await main();
process.exit();
