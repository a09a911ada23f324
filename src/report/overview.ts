/**
 * `GET /api/stats`: the sites that a key covers, each with the visitors of the last 30 days and of now. One call of each
 * tally, then one look at D1 for all of them; a site whose tally is silent is shown without numbers.
 */

import { z } from "zod";
import { atMost } from "../at-most.ts";
import { hasScope } from "../auth.ts";
import { addDays } from "../calendar.ts";
import type { Pulse } from "../hit.ts";
import { numberField, unauthorized } from "../http.ts";
import { coveredSites, KEY_REQUIRED } from "../manage/site-access.ts";
import { page } from "../manage/sites.ts";
import { COLUMN } from "../metrics.ts";
import type { Context } from "../route.ts";
import { everyShard, type Site } from "../site.ts";
import { readSiteDays } from "../store/site-days.ts";
import { Unavailable } from "../store/unavailable.ts";
import { askTally } from "../tally/ask.ts";
import { daysIn, timezoneAt } from "./buckets.ts";
import { ACCESS, type Access, answering, localNow, parametersOf, reportJson } from "./face.ts";
import type { OverviewAnswer } from "./summary-answer.ts";

export const OVERVIEW = z.object({ limit: numberField(1, 100, 24), after: page.shape.after });

const DAYS = 30;
/** The platform lets a request hold six connections; calls beyond those would wait in it. */
const CALLS_AT_ONCE = 6;

/** A site with the days shown of it, and what its tallies said; null: one of them is silent. */
interface Asked {
  site: Site;
  from: string;
  today: string;
  pulses: Pulse[] | null;
}

/** `OverviewAnswer`. Of keys alone: whoever holds a link, or nothing, has no sites. */
export function overview(_request: Request, context: Context, access: Access = ACCESS): Promise<Response> {
  return answering(async () => {
    const { credential, env, now } = context;
    if (credential?.kind !== "admin" && credential?.kind !== "key") return unauthorized(KEY_REQUIRED);
    const query = parametersOf(context.url, OVERVIEW);
    if (query instanceof Response) return query;
    const { sites, after } = await coveredSites(context, query);

    const asked = await askedOf(sites, context, access);
    const days = await readSiteDays(
      env.DB,
      asked.flatMap(({ site, from, today, pulses }) =>
        pulses ? [{ id: site.id, from, to: today, leftOut: answeredBy(pulses) }] : [],
      ),
    );
    return reportJson({
      viewer: { kind: credential.kind, manages: hasScope(credential, "sites"), all_sites: credential.siteId === null },
      sites: asked.map((one) => {
        const { domain, zones, isPublic } = one.site;
        const stored = days.filter(({ id }) => id === one.site.id);
        return { domain, timezone: timezoneAt(zones, now), public: isPublic, ...numbersOf(one, stored) };
      }),
      meta: { after, limit: query.limit },
    } satisfies OverviewAnswer);
  });
}

async function askedOf(sites: readonly Site[], { env, now }: Context, { tally, wait }: Access): Promise<Asked[]> {
  const asked = sites.map((site) => {
    const { today } = localNow(site, now);
    return { site, today, from: addDays(today, 1 - DAYS) };
  });
  const shards = asked.flatMap(({ site, from }) => everyShard(site.shardRules).map((shard) => ({ site, from, shard })));
  const pulses = await atMost(CALLS_AT_ONCE, shards, async ({ site, from, shard }) => {
    const tallies = { site, wait, tally: (siteId: number, shard: number) => tally(env, siteId, shard) };
    try {
      return await askTally(tallies, shard, (tally) => tally.pulse({ from }));
    } catch (error) {
      if (error instanceof Unavailable) return null;
      throw error;
    }
  });
  return asked.map((one) => {
    const own = pulses.filter((_, index) => shards[index]?.site === one.site);
    const said = own.filter((pulse) => pulse !== null);
    return { ...one, pulses: said.length === own.length ? said : null };
  });
}

/** `day:writer` of what the tallies answered for, in the order of the shards. */
function answeredBy(pulses: readonly Pulse[]): string[] {
  return pulses.flatMap(({ days }, shard) => days.map(({ day }) => `${day}:${shard}`));
}

type Numbers = Pick<
  OverviewAnswer["sites"][number],
  "visitors" | "visitors_today" | "pageviews_today" | "visitors_now"
>;

function numbersOf(
  { from, today, pulses }: Asked,
  stored: readonly { day: string; visitors: number; pageviews: number }[],
): Numbers {
  if (!pulses) return { visitors: null, visitors_today: null, pageviews_today: null, visitors_now: null };
  const open = pulses.flatMap(({ days }) =>
    days.map(({ day, dimensions }) => {
      const counts = dimensions.site?.[""] ?? [];
      return { day, visitors: counts[COLUMN.visitors] ?? 0, pageviews: counts[COLUMN.pageviews] ?? 0 };
    }),
  );
  const on = (day: string, metric: "visitors" | "pageviews") =>
    [...stored, ...open].reduce((sum, one) => sum + (one.day === day ? one[metric] : 0), 0);
  return {
    visitors: daysIn({ from, to: today }).map((day) => on(day, "visitors")),
    visitors_today: on(today, "visitors"),
    pageviews_today: on(today, "pageviews"),
    visitors_now: pulses.reduce((sum, { visitors }) => sum + visitors, 0),
  };
}
