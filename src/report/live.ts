/**
 * `GET /api/stats/:domain/realtime`: what happens right now, and what today brought so far. Pages that stay open ask it
 * again and again: one call of each tally, and D1 only where one has nothing of today.
 */

import type { Env } from "../env.ts";
import type { Pulse, Live as TallyLive } from "../hit.ts";
import type { Context } from "../route.ts";
import { everyShard, type Site } from "../site.ts";
import { askTally } from "../tally/ask.ts";
import { DROPS, dropsOf } from "./drops.ts";
import { ACCESS, type Access, answering, countsOf, localNow, reportJson } from "./face.ts";
import { addedUp, gather } from "./gather.ts";
import { plan } from "./planner.ts";
import { queryOf } from "./query.ts";
import type { Live, LiveAnswer } from "./summary-answer.ts";

/** `LiveAnswer`. */
export function live(_request: Request, context: Context, access: Access = ACCESS): Promise<Response> {
  return answering(async () => {
    const site = await access.siteFor(context, context.params.domain ?? "");
    if (site instanceof Response) return site;
    const counts = countsOf(site, context, access);
    const { today } = localNow(site, context.now);
    const pulses = await pulsesOf(site, today, context.env, access);
    const range = { from: today, to: today, hours: null };
    const { reads } = plan(queryOf({ metrics: ["visitors", "pageviews", "events"], range }), site.goals);
    const { rows } = await gather([{ ...DROPS, ...range }, ...reads], {
      ...counts,
      // What was said already is not asked again.
      tally: (_, shard) => answeringFrom(pulses[shard]),
    });
    const [drops = [], ...totals] = rows;
    const sum = (field: "visitors" | "pageviews" | "customEvents") =>
      totals.flat().reduce((sum, { fields }) => sum + fields[field], 0);
    return reportJson({
      ...shownLive(addedUp(pulses)),
      today: {
        visitors: sum("visitors"),
        pageviews: sum("pageviews"),
        events: sum("pageviews") + sum("customEvents"),
        drops: dropsOf(drops),
      },
    } satisfies LiveAnswer);
  });
}

/**
 * What each tally of a site tells of now, and of its open days from one on.
 * @throws Unavailable naming a shard
 */
export function pulsesOf(site: Site, from: string, env: Env, { tally, wait }: Access): Promise<Pulse[]> {
  const tallies = { site, wait, tally: (siteId: number, shard: number) => tally(env, siteId, shard) };
  return Promise.all(
    everyShard(site.shardRules).map((shard) => askTally(tallies, shard, (tally) => tally.pulse({ from }))),
  );
}

function answeringFrom({ days, ...live }: Pulse = { visitors: 0, minutes: [], days: [] }) {
  return { open: async () => days, live: async () => live };
}

/** What happens right now, as it is answered. */
export function shownLive({ visitors, minutes }: TallyLive): Live {
  return { visitors, minutes: minutes.map(({ at, ...minute }) => ({ at: new Date(at).toISOString(), ...minute })) };
}
