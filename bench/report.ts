import { freePlan } from "./free-plan.ts";
import { type ScriptSizes, scriptTable } from "./scripts/sizes.ts";
import { shardsFor } from "./shards.ts";
import type { Simulation, SimulationPlan } from "./simulation/simulate.ts";
import { atLeast, atMost, columns, digits, type Figure, figures, megabytes, whole } from "./table.ts";
import type { Driven } from "./throughput/drive.ts";
import { CALM_CONNECTIONS, type Throughput, type ThroughputPlan } from "./throughput/throughput.ts";

/** How long everything about hits is measured. */
export interface HitsPlan {
  throughput: ThroughputPlan;
  quiet: SimulationPlan;
  busy: SimulationPlan;
}

export interface HitsResults {
  scripts: ScriptSizes[];
  throughput: Throughput;
  quiet: Simulation;
  busy: Simulation;
}

/** The table of what hits cost: each figure beside what it is compared with, its goal, and whether that was met. */
export function report(plan: HitsPlan, { scripts, throughput, quiet, busy }: HitsResults): string {
  return `What a page loads, in bytes
${scriptTable(scripts)}
${figures(scriptFigures(scripts))}
Throughput, ${throughput.connections} connections, ${plan.throughput.measureMs / 1000} s each
${throughputTable(throughput)}
${figures(throughputFigures(throughput))}
Quiet site: 10 hits a minute, ${whole(quiet.hits)} hits on one day, with its close
${figures(quietFigures(quiet))}
Busy site: 200 hits a second for ${whole(plan.busy.hours * 60)} minutes, ${whole(busy.hits)} hits, with the day's close
${figures(busyFigures(busy))}
Shards for a day of so many hits a second, each below the tally's bounds
${shardTable(busy)}
Beacons a day on the free plan, at the quiet site's figures
${figures(freePlanFigures(quiet))}`;
}

function scriptFigures([script]: readonly ScriptSizes[]): Figure[] {
  return script ? [atMost("/script.js, brotli -11", script.sizes.brotli, 1_000, whole)] : [];
}

function throughputTable(throughput: Throughput): string {
  const { noops, oneSite, fourSites } = throughput;
  const noop = perSecond(noops);
  const row = (name: string, driven: Driven) => [
    name,
    whole(driven.perSecond),
    (driven.perSecond / noop).toFixed(2),
    driven.p50Ms.toFixed(0),
    driven.p99Ms.toFixed(0),
    driven.cpuMsPerRequest?.toFixed(3) ?? "n/a",
    megabytes(driven.rssGrowth),
    driven.ownCpu.toFixed(2),
    answers(driven),
  ];
  return columns([
    ["", "a second", "of no-op", "p50 ms", "p99 ms", "CPU ms each", "RSS growth", "generator's core", "answers"],
    row("no-op, before", noops[0]),
    row("Footfall, one site", oneSite),
    row("Footfall, four sites", fourSites),
    row("no-op, after", noops[1]),
    row(`Footfall, one site, ${CALM_CONNECTIONS} connections`, throughput.calm),
    row("plain D1 Worker, 24 upserts in a batch", throughput.plain),
    row("plain D1 Worker, one upsert of 24 rows", throughput.plainJoined),
    row("no-op, without Miniflare's Worker in front", throughput.noopDirect),
  ]);
}

function answers({ statuses, pending, dropped }: Driven): string {
  const list = Object.entries(statuses).map(([status, count]) => `${whole(count)} × ${status}`);
  if (pending > 0) list.push(`${whole(pending)} pending`);
  if (dropped > 0) list.push(`${whole(dropped)} dropped`);
  return list.join(", ");
}

const perSecond = (noops: readonly Driven[]) => noops.reduce((sum, noop) => sum + noop.perSecond / noops.length, 0);

function throughputFigures(throughput: Throughput): Figure[] {
  const { noops, oneSite, fourSites, calm, plain, plainJoined, noopDirect, acknowledged, counted } = throughput;
  const noop = perSecond(noops);
  const runs = [oneSite, fourSites, calm];
  const strange = runs.reduce((sum, { statuses, pending, dropped }) => {
    const others = Object.entries(statuses).filter(([status]) => status !== "202");
    return sum + pending + dropped + others.reduce((count, [, more]) => count + more, 0);
  }, 0);
  const total = oneSite.cpuMsPerRequest;
  const directCpu = noopDirect.cpuMsPerRequest;
  const [before, after] = noops.map((driven) => driven.cpuMsPerRequest);
  const hasCpu = total !== null && directCpu !== null && before != null && after != null;
  const own = hasCpu ? total - ((before + after) / 2 - directCpu) : null;
  return [
    atLeast("counted beacons, as a ratio to the no-op", oneSite.perSecond / noop, 0.5, digits(2)),
    { what: "  the same, four sites at once", figure: digits(2)(fourSites.perSecond / noop) },
    {
      what: "  without Miniflare's Worker in front of either, by CPU",
      figure: own === null || directCpu === null ? "n/a" : digits(2)(directCpu / own),
    },
    { what: "  on this kind of machine: Umami 0.08; Counterscale 0.32 a request, 0.17 a page view", figure: "" },
    atLeast("counted beacons, as a multiple of the plain Worker's", oneSite.perSecond / plain.perSecond, 3, digits(1)),
    { what: "  and of its one upsert of 24 rows", figure: digits(1)(oneSite.perSecond / plainJoined.perSecond) },
    own === null
      ? { what: "CPU a hit, ms", figure: "n/a", goal: "< 0.5" }
      : { what: "CPU a hit, ms", figure: own.toFixed(3), goal: "< 0.5", met: own < 0.5 },
    {
      what: "  with Miniflare's Worker in front, which the platform does not have",
      figure: total?.toFixed(3) ?? "n/a",
    },
    {
      what: "answers other than a 202 that says the hit is durable",
      figure: whole(strange),
      goal: "0",
      met: strange === 0,
    },
    {
      what: "hits in the counts, of those acknowledged",
      figure: `${whole(counted)} of ${whole(acknowledged)}`,
      goal: "all",
      met: counted === acknowledged,
    },
  ];
}

function quietFigures(quiet: Simulation): Figure[] {
  const { hits, closed, open } = quiet;
  const { bill } = closed;
  const per1000 = (bytes: number) => bytes / 1000 / (hits / 1000);
  return [
    atMost("rows written to D1 for each hit", bill.d1Rows / hits, 0.2, digits(3)),
    atMost("rows written to the tally for each hit", bill.tallyRows / hits, 1.2, digits(3)),
    atMost("bytes at rest in D1 for 1,000 hits, kB (Umami: 960)", per1000(quiet.d1RowBytes), 60, digits(1)),
    { what: "  what the database file grew by, kB", figure: digits(1)(per1000(quiet.d1FileBytes)) },
    { what: "wake-up at the end of the day, ms", figure: digits(0)(quiet.wakeMs) },
    ...wakeUpOf(open),
    { what: "instances made (hibernation after 10 s)", figure: whole(bill.instances) },
  ];
}

function busyFigures(busy: Simulation): Figure[] {
  const { hits, closed, open } = busy;
  const { bill } = closed;
  const { state, visitors } = open;
  return [
    atMost("rows written to D1 for each hit", bill.d1Rows / hits, 0.02, digits(4)),
    atMost("rows written to the tally for each hit", bill.tallyRows / hits, 0.1, digits(4)),
    { what: "bytes at rest in D1 for 1,000 hits, kB", figure: digits(1)(busy.d1RowBytes / hits) },
    { what: "wake-up at the end, ms", figure: digits(0)(busy.wakeMs) },
    ...wakeUpOf(open),
    { what: "state in memory, by the tally's estimate", figure: megabytes(state?.memoryBytes ?? null) },
    { what: "  for each hit, bytes", figure: whole((state?.memoryBytes ?? 0) / open.hits) },
    { what: "  for each of the day's visitors, bytes", figure: whole((state?.memoryBytes ?? 0) / visitors) },
    { what: "RSS growth of the runtime", figure: megabytes(busy.rssGrowth) },
    { what: "CPU of the tally alone for each hit, ms", figure: busy.cpuMsPerHit?.toFixed(3) ?? "n/a" },
  ];
}

function wakeUpOf({ journalRows, journalBytes, checkpointBytes }: Simulation["open"]): Figure[] {
  const journal = `${whole(journalRows)} rows, ${megabytes(journalBytes)}`;
  return [
    { what: "  journal replayed", figure: journal },
    { what: "  checkpoint read", figure: megabytes(checkpointBytes) },
  ];
}

function shardTable(busy: Simulation): string {
  const rows = [10, 100, 1_000].map((rate) => {
    const { shards, memoryBytes, cpu, because } = shardsFor(rate, busy);
    return [whole(rate), String(shards), megabytes(memoryBytes), `${(cpu * 100).toFixed(2)} %`, because];
  });
  return columns([["hits a second", "shards", "memory of each", "core of each", "fewer would exceed"], ...rows]);
}

function freePlanFigures(quiet: Simulation): Figure[] {
  const [first, ...others] = freePlan(quiet);
  if (!first) return [];
  const shown = (beacons: number) => (Number.isFinite(beacons) ? whole(beacons) : "whatever comes");
  return [
    atLeast(`${first.limit}: the limit met first`, first.beacons, 90_000, whole),
    ...others.map(({ limit, beacons }) => ({ what: `  ${limit}`, figure: shown(beacons) })),
  ];
}
