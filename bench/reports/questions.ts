import { addDays, addMonths } from "../../src/calendar.ts";
import type { PlainQuestion } from "./plain.ts";

/** A row of an answer: what was counted of a value. */
export interface Counted {
  value: string;
  visitors: number;
  pageviews: number;
  visits?: number;
}

/** An answer of either side: the rows of each panel. */
export type Panels = Record<string, Counted[]>;

/** A question that both sides are asked. */
export interface Question {
  name: string;
  /** To Footfall: a GET of `path`, or a POST of `body`. */
  path: string;
  body?: object;
  /** What of Footfall's answer is compared. */
  read(answer: never): Panels;
  /** It is answered from pairs, of which a day of so many pages has more than are counted apart; the answer says so. */
  isOfPairs: boolean;
  /** To the plain table, by panel. */
  plain: Record<string, PlainQuestion>;
}

/** How the empty value is called that a plain table stores. */
const BLANKS = ["(not set)", "Direct / None", "Direct", "(none)"];

/** The questions about a site, on a day. `today` is the site's. */
export function questions(domain: string, today: string): Question[] {
  const at = (date: string) => Date.parse(date);
  const lastDays = (days: number, before = 0) => ({
    from: at(addDays(today, -days - before)),
    until: at(addDays(today, -before)),
  });
  const days = lastDays(30);
  const months = { from: at(addMonths(today, -12)), until: at(addMonths(today, 0)) };
  const v2 = (
    name: string,
    ask: { date_range: string; dimensions: string[]; filters?: unknown[] },
    plain: PlainQuestion,
    metrics: (keyof Counted)[] = ["visitors", "pageviews"],
  ): Question => ({
    name,
    path: "/api/v2/query",
    body: { site_id: domain, metrics, ...ask, pagination: { limit: TOP } },
    read: ({ results }: V2Answer) => ({
      all: results.map(({ dimensions: [value = ""], metrics: counts }) => ({
        value,
        ...(Object.fromEntries(metrics.map((metric, index) => [metric, counts[index]])) as Omit<Counted, "value">),
      })),
    }),
    isOfPairs: ask.filters !== undefined,
    plain: { all: { limit: TOP, ...plain } },
  });
  return [
    {
      name: "30-day dashboard, all panels",
      path: `/api/stats/${domain}?period=30d`,
      read: ({ metrics, timeseries, dimensions }: Summary) => ({
        totals: [totalsOf(metrics, "value")],
        "totals before": [totalsOf(metrics, "comparison_value")],
        days: timeseries.map(({ date, ...counts }) => ({ value: date, ...counts })),
        ...Object.fromEntries(Object.entries(dimensions).map(([name, { rows = [] }]) => [name, rows])),
      }),
      isOfPairs: false,
      plain: {
        totals: { kind: "totals", ...days },
        "totals before": { kind: "totals", ...lastDays(30, 30) },
        days: { kind: "days", ...days },
        "event:page": { kind: { by: "page" }, ...days },
        "visit:entry_page": { kind: "entries", ...days },
        "visit:exit_page": { kind: "exits", ...days },
        "visit:source": { kind: { by: "source" }, ...days },
        "visit:channel": { kind: { by: "channel" }, ...days },
        "visit:utm_campaign": { kind: { by: "campaign" }, ...days },
        "visit:country": { kind: { by: "country" }, ...days },
        "visit:browser": { kind: { by: "browser" }, ...days },
        "visit:browser_version": { kind: { by: "browser || ' ' || browser_version" }, ...days },
        "visit:os": { kind: { by: "os" }, ...days },
        "visit:device": { kind: { by: "device" }, ...days },
        "visit:language": { kind: { by: "language" }, ...days },
      },
    },
    v2("30-day top pages", { date_range: "30d", dimensions: ["event:page"] }, { kind: { by: "page" }, ...days }),
    v2("12-month top pages", { date_range: "12mo", dimensions: ["event:page"] }, { kind: { by: "page" }, ...months }),
    v2("12 months, by month", { date_range: "12mo", dimensions: ["time:month"] }, { kind: "months", ...months }, [
      "visitors",
      "pageviews",
      "visits",
    ]),
    v2(
      "30-day pages of one country",
      { date_range: "30d", dimensions: ["event:page"], filters: [["is", "visit:country", ["DE"]]] },
      { kind: { by: "page", where: ["country", "DE"] }, ...days },
    ),
    v2(
      "30-day sources of one page",
      { date_range: "30d", dimensions: ["visit:source"], filters: [["is", "event:page", ["/"]]] },
      { kind: { by: "source", where: ["page", "/"] }, ...days },
    ),
  ];
}

const TOP = 100;

interface V2Answer {
  results: { dimensions: string[]; metrics: number[] }[];
}

type Totals = Record<"visitors" | "pageviews" | "visits", { value: number; comparison_value: number }>;

interface Summary {
  metrics: Totals;
  timeseries: (Omit<Counted, "value"> & { date: string })[];
  /** Lists; of those that are refused there are no rows. */
  dimensions: Record<string, { rows?: Counted[] }>;
}

function totalsOf(metrics: Totals, which: "value" | "comparison_value"): Counted {
  const { visitors, pageviews, visits } = metrics;
  return { value: "", visitors: visitors[which], pageviews: pageviews[which], visits: visits[which] };
}

/** What of two answers differs, in words; null where they agree. `isCapped`: Footfall may have counted less, and says so. */
export function difference(ours: Panels, plain: Panels, isCapped: boolean): string | null {
  for (const [panel, rows] of Object.entries(plain)) {
    const found = new Map(ours[panel]?.map((row) => [row.value, row]));
    const fewest = Math.min(...[...found.values()].map(({ visitors }) => visitors));
    for (const row of rows) {
      const own =
        found.get(row.value) ?? (row.value === "" ? BLANKS.map((name) => found.get(name)).find(Boolean) : null);
      // Beyond the end of the list, where equals may be cut differently.
      if (!own && (row.visitors <= fewest || isCapped) && found.size > 0) continue;
      for (const metric of ["visitors", "pageviews", "visits"] as const) {
        const [is, should] = [own?.[metric], row[metric]];
        if (should === undefined || is === should) continue;
        if (isCapped && is !== undefined && is < should) continue;
        return `${panel} "${row.value}": ${is ?? "no"} ${metric}, and ${should} by the plain table`;
      }
    }
  }
  return null;
}
