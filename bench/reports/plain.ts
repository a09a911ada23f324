/**
 * What Footfall's reports are compared with: a plain table with one row a hit and an index on (site, ts), and the same
 * questions in SQL. It is spared what Footfall also answers: its panels tell visitors and page views alone.
 */

/** What a row tells of a hit besides its instant, in the order of `PlainHit`. */
export const PLAIN_COLUMNS = [
  "visitor",
  "visit",
  "name",
  "page",
  "source",
  "channel",
  "campaign",
  "country",
  "browser",
  "browser_version",
  "os",
  "device",
  "language",
] as const;

/** Milliseconds since local midnight, then `PLAIN_COLUMNS`. Visitors and visits are numbers, from 0 on each day. */
export type PlainHit = [atMs: number, visitor: number, visit: number, ...texts: string[]];

/** More visitors, and visits, than a day has: their numbers are not used again on another day. */
export const IDS_PER_DAY = 1_000_000;

const COLUMNS = PLAIN_COLUMNS.join(", ");

/** `sample`: the hits of simulated days, of which `hits` is filled. */
export const TABLES = [
  `CREATE TABLE sample (day INTEGER, number INTEGER, at INTEGER, ${COLUMNS}, PRIMARY KEY (day, number)) WITHOUT ROWID`,
  `CREATE TABLE hits (
    id INTEGER PRIMARY KEY, site INTEGER NOT NULL, ts INTEGER NOT NULL, visitor INTEGER NOT NULL, visit INTEGER NOT NULL,
    ${PLAIN_COLUMNS.slice(2)
      .map((name) => `${name} TEXT NOT NULL`)
      .join(", ")})`,
  "CREATE INDEX hits_of_site ON hits (site, ts)",
];

/** Stores hits (?3, JSON) of simulated day ?1 from number ?2 on. */
export const STORE_SAMPLE = `
INSERT INTO sample (day, number, at, ${COLUMNS})
SELECT ?1, ?2 + key, value ->> 0, ${PLAIN_COLUMNS.map((_, index) => `value ->> ${index + 1}`).join(", ")}
FROM json_each(?3)`;

/** Stores the hits of simulated day ?1 once more, under the date that begins at ?2, with visitors and visits from ?3 on. */
export const FILL = `
INSERT INTO hits (site, ts, ${COLUMNS})
SELECT 1, ?2 + at, ?3 + visitor, ?3 + visit, ${PLAIN_COLUMNS.slice(2).join(", ")}
FROM sample WHERE day = ?1 ORDER BY number`;

/** A question to the plain table about the instants from `from` until before `until`, in ms since 1970. */
export interface PlainQuestion {
  kind: "totals" | "days" | "months" | "entries" | "exits" | { by: string; where?: [column: string, value: string] };
  from: number;
  until: number;
  limit?: number;
}

/** The statement of a question, and what it binds. */
export function plainSql({
  kind,
  from,
  until,
  limit = 10,
}: PlainQuestion): [sql: string, ...values: (string | number)[]] {
  const within = "site = 1 AND ts >= ?1 AND ts < ?2";
  const top = `ORDER BY visitors DESC, value LIMIT ${limit}`;
  const end = (which: "min" | "max"): [string, number, number] => [
    `SELECT page AS value, count(DISTINCT visitor) AS visitors, sum(pageviews) AS pageviews
     FROM (SELECT visitor, page, sum(name = 'pageview') AS pageviews, ${which}(ts) FROM hits WHERE ${within} GROUP BY visit)
     GROUP BY page ${top}`,
    from,
    until,
  ];
  const series = (format: string): [string, number, number] => [
    `SELECT strftime('${format}', ts / 1000, 'unixepoch') AS value,
       count(DISTINCT visitor) AS visitors, sum(name = 'pageview') AS pageviews, count(DISTINCT visit) AS visits
     FROM hits WHERE ${within} GROUP BY value ORDER BY value`,
    from,
    until,
  ];
  switch (kind) {
    case "totals":
      return [
        `SELECT count(DISTINCT visitor) AS visitors, sum(pageviews) AS pageviews, count(*) AS visits,
           sum(pageviews = 1 AND NOT interactive) AS bounces, sum(seconds) AS seconds
         FROM (
           SELECT visitor, sum(name = 'pageview') AS pageviews, max(name <> 'pageview') AS interactive,
             (max(ts) - min(ts)) / 1000 AS seconds
           FROM hits WHERE ${within} GROUP BY visit
         )`,
        from,
        until,
      ];
    case "days":
      return series("%Y-%m-%d");
    case "months":
      return series("%Y-%m-01");
    case "entries":
      return end("min");
    case "exits":
      return end("max");
    default: {
      const { by, where } = kind;
      return [
        `SELECT ${by} AS value, count(DISTINCT visitor) AS visitors, sum(name = 'pageview') AS pageviews
         FROM hits WHERE ${within} ${where ? `AND ${where[0]} = ?3` : ""} GROUP BY ${by} ${top}`,
        from,
        until,
        ...(where ? [where[1]] : []),
      ];
    }
  }
}
