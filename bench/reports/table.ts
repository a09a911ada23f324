import { atLeast, atMost, columns, digits, type Figure, figures, whole } from "../table.ts";
import type { Look } from "./client.ts";
import type { Reports } from "./reports.ts";

const milliseconds = (look: Look | null) => (look === null ? "n/a" : look.ms.toFixed(look.ms < 100 ? 1 : 0));

/** The section of reports. */
export function reportsTable({ days, pageviews, hits, months, monthsMs, asked, grown }: Reports): string {
  const both = (a: number, b: number) => `${whole(a)}, ${whole(b)}`;
  const questions = asked.map(({ name, first, again, plain }) => [
    name,
    milliseconds(first),
    milliseconds(again),
    milliseconds(plain),
    first ? digits(0)(plain.ms / first.ms) : "n/a",
    again ? digits(0)(plain.ms / again.ms) : "n/a",
    first && again ? both(first.trips, again.trips) : "n/a",
    first && again ? both(first.rowsRead, again.rowsRead) : "n/a",
    whole(plain.rowsRead),
  ]);
  const growth = grown.map(({ pageviews, look }) => [
    `30-day dashboard of a site with ${whole(pageviews / 1e6)} million page views a year`,
    milliseconds(look),
    whole(look.rowsRead),
  ]);
  return `Reports of ${whole(pageviews)} page views on ${days} days, beside a plain table of their ${whole(hits)} hits in the same D1
${columns([
  ["", "first, ms", "again", "plain table", "× first", "× again", "D1 trips", "D1 rows", "plain rows"],
  ...questions,
])}
${columns([["", "ms", "D1 rows"], ...growth])}
${figures([...dashboardFigures(asked, grown), { what: "rolling a month up, ms", figure: digits(0)(monthsMs / months) }])}`;
}

function dashboardFigures([dashboard]: Reports["asked"], grown: Reports["grown"]): Figure[] {
  const list: Figure[] = [];
  if (dashboard?.again) {
    const { again, plain } = dashboard;
    list.push(atLeast("30-day dashboard, times as fast as the plain table's", plain.ms / again.ms, 50, digits(0)));
    list.push(atMost("D1 rows read by a repeated 30-day dashboard", again.rowsRead, 200, whole));
  }
  const [, medium, large] = grown;
  if (medium && large) {
    list.push(atMost("its time with ten times the visitors", large.look.ms / medium.look.ms, 1.2, digits(2)));
  }
  return list;
}
