import { LIMITS } from "../src/limits.ts";
import type { Simulation } from "./simulation/simulate.ts";
import { HITS_PER_VISIT } from "./traffic/audience.ts";

/** What a shard of a site holds at the end of a day, and what it does in a second. */
export interface ShardLoad {
  shards: number;
  memoryBytes: number;
  /** Share of one core. */
  cpu: number;
  /** What one shard less a doubling would exceed; empty for one shard. */
  because: string;
}

/** An open visit with the pages it remembers, as src/tally/state.ts estimates it. */
const OPEN_VISIT_BYTES = 800;
/** A visit is open from its first hit to half an hour and a minute after its last; one lasts a minute and a half on average. */
const OPEN_VISIT_SECONDS = 32.5 * 60;
/** Ids are remembered for ten to twenty minutes. */
const ID_SECONDS = 20 * 60;
/** An object takes some 1,000 requests a second (the platform's soft limit); half of it leaves room for peaks. */
const REQUESTS_PER_SECOND = 500;
const CPU = 0.7;

/**
 * Shards (a power of two) that a site of so many hits a second, all day, needs, projected from what a busy
 * simulation measured for each hit and visitor. A shard must stay below the memory from which on the tally asks for
 * more shards, and below the bounds of what it remembers.
 */
export function shardsFor(hitsPerSecond: number, { hits, open, cpuMsPerHit }: Simulation): ShardLoad {
  const { state } = open;
  if (!state) throw new Error("the simulation has made no checkpoint");
  const constant =
    state.memoryBytes - state.visitorBytes - state.markBytes - state.idBytes - state.openVisits * OPEN_VISIT_BYTES;
  let because = "";
  for (let shards = 1; ; shards *= 2) {
    const perSecond = hitsPerSecond / shards;
    const perDay = perSecond * 86_400;
    const marks = (state.marks / hits) * perDay;
    const visitorEntries = (state.visitorEntries / hits) * perDay;
    const openVisits = (perSecond / HITS_PER_VISIT) * OPEN_VISIT_SECONDS;
    const memoryBytes =
      constant +
      (state.markBytes / state.marks) * marks +
      (state.visitorBytes / state.visitorEntries) * visitorEntries +
      (state.idBytes / state.ids) * perSecond * ID_SECONDS +
      openVisits * OPEN_VISIT_BYTES;
    const cpu = ((cpuMsPerHit ?? 0) / 1000) * perSecond;
    const exceeded = Object.entries({
      memory: memoryBytes / LIMITS.growShardsBytes,
      marks: marks / LIMITS.marksPerDay,
      visitors: visitorEntries / LIMITS.visitorsPerDay,
      "open visits": openVisits / LIMITS.openVisits,
      requests: perSecond / REQUESTS_PER_SECOND,
      "processor time": cpu / CPU,
    }).filter(([, share]) => share > 1);
    if (exceeded.length === 0 || shards >= LIMITS.shards) {
      const over = exceeded.length > 0 ? ` (still over: ${exceeded.map(([name]) => name).join(", ")})` : "";
      return { shards, memoryBytes, cpu, because: because + over };
    }
    because = exceeded.map(([name]) => name).join(", ");
  }
}
