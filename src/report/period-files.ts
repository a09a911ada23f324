/** A period's reports as files, one for each dimension, as Plausible's dashboard exports them. */

import { csvText } from "./csv.ts";
import type { Counts } from "./gather.ts";
import type { Range } from "./period.ts";
import { METRICS, type Metric, queryOf } from "./query.ts";
import { run } from "./run.ts";

/** A file: its columns' names, and the dimension or metric of each. */
interface File {
  name: string;
  columns: Readonly<Record<string, string>>;
}

const ORIGIN = { visitors: "visitors", bounce_rate: "bounce_rate", visit_duration: "visit_duration" };
const VISITORS = { visitors: "visitors" };

/** With Plausible's names of files and columns; `screens`, `languages`, `events` and what stands behind its columns are ours. */
export const FILES: readonly File[] = [
  {
    name: "visitors",
    columns: {
      date: "time:day",
      visitors: "visitors",
      pageviews: "pageviews",
      visits: "visits",
      views_per_visit: "views_per_visit",
      bounce_rate: "bounce_rate",
      visit_duration: "visit_duration",
    },
  },
  { name: "sources", columns: { name: "visit:source", ...ORIGIN } },
  { name: "channels", columns: { name: "visit:channel", ...ORIGIN } },
  { name: "referrers", columns: { name: "visit:referrer", ...ORIGIN } },
  { name: "utm_mediums", columns: { name: "visit:utm_medium", ...ORIGIN } },
  { name: "utm_sources", columns: { name: "visit:utm_source", ...ORIGIN } },
  { name: "utm_campaigns", columns: { name: "visit:utm_campaign", ...ORIGIN } },
  { name: "utm_contents", columns: { name: "visit:utm_content", ...ORIGIN } },
  { name: "utm_terms", columns: { name: "visit:utm_term", ...ORIGIN } },
  {
    name: "pages",
    columns: {
      name: "event:page",
      visitors: "visitors",
      pageviews: "pageviews",
      bounce_rate: "bounce_rate",
      time_on_page: "time_on_page",
      scroll_depth: "scroll_depth",
    },
  },
  {
    name: "entry_pages",
    columns: {
      name: "visit:entry_page",
      unique_entrances: "visitors",
      total_entrances: "visits",
      visit_duration: "visit_duration",
      bounce_rate: "bounce_rate",
    },
  },
  { name: "exit_pages", columns: { name: "visit:exit_page", unique_exits: "visitors", total_exits: "visits" } },
  { name: "countries", columns: { name: "visit:country_name", ...VISITORS } },
  { name: "regions", columns: { name: "visit:region_name", ...VISITORS } },
  { name: "browsers", columns: { name: "visit:browser", ...VISITORS } },
  { name: "browser_versions", columns: { name: "visit:browser", version: "visit:browser_version", ...VISITORS } },
  { name: "operating_systems", columns: { name: "visit:os", ...VISITORS } },
  { name: "operating_system_versions", columns: { name: "visit:os", version: "visit:os_version", ...VISITORS } },
  { name: "devices", columns: { name: "visit:device", ...VISITORS } },
  { name: "screens", columns: { name: "visit:screen", ...VISITORS } },
  { name: "languages", columns: { name: "visit:language", ...VISITORS } },
  { name: "events", columns: { name: "event:name", visitors: "visitors", events: "events" } },
  {
    name: "conversions",
    columns: {
      name: "event:goal",
      unique_conversions: "visitors",
      total_conversions: "events",
      conversion_rate: "conversion_rate",
    },
  },
];

/** Rows of a file, the greatest. */
const MOST_ROWS = 10_000;

/**
 * The files of a period, as CSV by their names.
 * @throws Unavailable
 */
export async function periodFiles(range: Range, counts: Counts): Promise<Record<string, string>> {
  const queries = FILES.map(({ columns }) => {
    const parts = Object.values(columns);
    return queryOf({
      metrics: parts.flatMap((part) => metricNamed(part) ?? []),
      dimensions: parts.filter((part) => metricNamed(part) === null),
      range,
      page: { offset: 0, count: MOST_ROWS },
    });
  });
  const { answers } = await run(queries, counts);
  return Object.fromEntries(
    FILES.map(({ name, columns }, index) => {
      const { rows = [], query } = answers[index] ?? {};
      const lines = rows.map(({ dimensions, metrics }) =>
        Object.values(columns).map((part) => {
          const metric = metricNamed(part);
          return metric ? (metrics[metric] ?? null) : (dimensions[query?.dimensions.indexOf(part) ?? 0] ?? "");
        }),
      );
      return [`${name}.csv`, csvText(Object.keys(columns), lines)];
    }),
  );
}

function metricNamed(name: string): Metric | null {
  return METRICS.find((metric) => metric === name) ?? null;
}
