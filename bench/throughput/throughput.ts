import { join } from "node:path";
import { benchWorker, footfall, type Runtime } from "../runtime.ts";
import { type Driven, drive } from "./drive.ts";

/** How long, and with how many connections. */
export interface ThroughputPlan {
  warmUpMs: number;
  measureMs: number;
  /** Tried in turn until more of them bring nothing. */
  connections: readonly number[];
}

export interface Throughput {
  connections: number;
  /** No-op before and after; both with `connections`, as all. */
  noops: [Driven, Driven];
  oneSite: Driven;
  fourSites: Driven;
  /** One site, from few connections: how long an acknowledgement takes where nothing queues. */
  calm: Driven;
  /** Upserts in a batch, and in one statement. */
  plain: Driven;
  plainJoined: Driven;
  /** The no-op without Miniflare's own Worker in front of it. */
  noopDirect: Driven;
  /** Hits that were acknowledged to one site and to four, and hits that its counts have. */
  acknowledged: number;
  counted: number;
}

const ADMIN_KEY = "bench-admin-key";
const ONE = ["one.example"];
const FOUR = ["first.example", "second.example", "third.example", "fourth.example"];
const BEACON = "/api/event";
export const CALM_CONNECTIONS = 32;
/** More connections must bring this much more to be taken. */
const WORTH = 1.05;

/** Loads Footfall, a no-op and a plain counting Worker, one after the other, each alone. */
export async function measureThroughput(
  directory: string,
  { warmUpMs, measureMs, connections: tried }: ThroughputPlan,
  say: (text: string) => void,
): Promise<Throughput> {
  const product = await footfall(join(directory, "footfall"), ADMIN_KEY);
  const noop = await benchWorker("noop", join(directory, "noop"));
  const plain = await benchWorker("plain", join(directory, "plain"));
  try {
    for (const domain of [...ONE, ...FOUR]) await makeSite(product, domain);
    const db = await plain.miniflare.getD1Database("DB");
    await db.exec(
      "CREATE TABLE plain (site TEXT, day TEXT, dimension TEXT, value TEXT, n INTEGER, PRIMARY KEY (site, day, dimension, value)) WITHOUT ROWID",
    );

    let acknowledged = 0;
    const footfallRun = async (domains: string[], connections: number, ms = measureMs) => {
      const driven = await drive(product, { connections, domains, path: BEACON, warmUpMs, measureMs: ms });
      acknowledged += driven.counted;
      return driven;
    };
    let connections = tried[0] ?? 0;
    let best = 0;
    if (tried.length > 1) {
      for (const candidate of tried) {
        const { perSecond } = await footfallRun(ONE, candidate, measureMs / 3);
        say(`${candidate} connections: ${perSecond.toFixed(0)} beacons a second`);
        if (perSecond < best * WORTH) break;
        best = perSecond;
        connections = candidate;
      }
    }

    const rival = (runtime: Runtime, path = BEACON, ms = measureMs) =>
      drive(runtime, { connections, domains: ONE, path, warmUpMs, measureMs: ms });
    say("no-op");
    const before = await rival(noop);
    say("Footfall, one site");
    const oneSite = await footfallRun(ONE, connections);
    say("Footfall, four sites");
    const fourSites = await footfallRun(FOUR, connections);
    say("no-op again");
    const after = await rival(noop);
    say("Footfall from few connections, plain Worker, no-op without Miniflare's Worker in front");
    const calm = await footfallRun(ONE, CALM_CONNECTIONS, measureMs / 2);
    const upserts = await rival(plain, BEACON, measureMs / 2);
    const plainJoined = await rival(plain, `${BEACON}?joined`, measureMs / 2);
    const noopDirect = await rival({ ...noop, port: noop.directPort }, BEACON, measureMs / 2);
    let counted = 0;
    for (const domain of [...ONE, ...FOUR]) counted += await eventsOf(product, domain);
    return {
      connections,
      noops: [before, after],
      oneSite,
      fourSites,
      calm,
      plain: upserts,
      plainJoined,
      noopDirect,
      acknowledged,
      counted,
    };
  } finally {
    await Promise.all([product.stop(), noop.stop(), plain.stop()]);
  }
}

async function makeSite(runtime: Runtime, domain: string): Promise<void> {
  await ask(runtime, "/api/v1/sites", {
    method: "POST",
    body: JSON.stringify({ domain, timezone: "Etc/UTC" }),
  });
}

/** Page views and custom events counted today and yesterday: midnight may pass. */
async function eventsOf(runtime: Runtime, domain: string): Promise<number> {
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
  const query = new URLSearchParams({
    site_id: domain,
    period: "custom",
    date: `${day(1)},${day(0)}`,
    metrics: "events",
  });
  const { results } = (await ask(runtime, `/api/v1/stats/aggregate?${query}`)) as {
    results: { events: { value: number } };
  };
  return results.events.value;
}

async function ask(runtime: Runtime, path: string, init: RequestInit = {}): Promise<unknown> {
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" };
  const response = await fetch(`http://127.0.0.1:${runtime.port}${path}`, { ...init, headers });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}
