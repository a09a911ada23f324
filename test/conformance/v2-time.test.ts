/** Date ranges, time dimensions and comparisons of the Stats API v2, over the story and over days of 23 and 25 hours. */
import { beforeAll, describe, expect, it } from "vitest";
import { HOUR_MS } from "../../src/calendar.ts";
import { makeSite, query, rows, TODAY, tellStory, writeDay } from "./story.ts";

/** A site whose days of 2026 on which summer time began and ended have a page view each hour. */
const CLOCKS = "clocks.example";
const SPRING = "2026-03-29";
const AUTUMN = "2026-10-25";

beforeAll(async () => {
  await tellStory();
  const id = await makeSite(CLOCKS);
  for (const [day, startsAt, hours] of [
    [SPRING, Date.parse("2026-03-29T00:00:00+02:00"), 23],
    [AUTUMN, Date.parse("2026-10-25T00:00:00+03:00"), 25],
  ] as const) {
    const views = Array.from({ length: hours }, (_, hour) => ({ at: startsAt + hour * HOUR_MS }));
    await writeDay(id, Date.parse(`${day}T12:00:00Z`), views, { pairs: true });
  }
});

async function meta(asked: object) {
  const { status, body } = await query(asked);
  expect(status, body.error).toBe(200);
  return body.meta;
}

const hour = (text: string) => `${TODAY} ${text}:00:00`;

describe("a date range", () => {
  // visitors, visits, pageviews, events
  it.each<[string | string[], string, string, number[]]>([
    ["day", "2040-11-22T00:00:00+02:00", "2040-11-22T23:59:59+02:00", [3, 3, 5, 6]],
    // Twelve hours of today, and the eleven before with that which is not over.
    ["24h", "2040-11-21T13:00:00+02:00", "2040-11-22T12:59:59+02:00", [5, 5, 7, 10]],
    ["1d", "2040-11-21T00:00:00+02:00", "2040-11-21T23:59:59+02:00", [3, 4, 5, 7]],
    ["7d", "2040-11-15T00:00:00+02:00", "2040-11-21T23:59:59+02:00", [8, 9, 12, 16]],
    ["28d", "2040-10-25T00:00:00+03:00", "2040-11-21T23:59:59+02:00", [8, 9, 12, 16]],
    ["30d", "2040-10-23T00:00:00+03:00", "2040-11-21T23:59:59+02:00", [8, 9, 12, 16]],
    ["91d", "2040-08-23T00:00:00+03:00", "2040-11-21T23:59:59+02:00", [9, 10, 13, 17]],
    ["366d", "2039-11-22T00:00:00+02:00", "2040-11-21T23:59:59+02:00", [9, 10, 13, 17]],
    ["367d", "2039-11-21T00:00:00+02:00", "2040-11-21T23:59:59+02:00", [11, 12, 15, 19]],
    ["month", "2040-11-01T00:00:00+02:00", "2040-11-30T23:59:59+02:00", [11, 12, 17, 22]],
    ["1mo", "2040-10-01T00:00:00+03:00", "2040-10-31T23:59:59+02:00", [0, 0, 0, 0]],
    ["6mo", "2040-05-01T00:00:00+03:00", "2040-10-31T23:59:59+02:00", [1, 1, 1, 1]],
    ["12mo", "2039-11-01T00:00:00+02:00", "2040-10-31T23:59:59+02:00", [3, 3, 3, 3]],
    ["year", "2040-01-01T00:00:00+02:00", "2040-12-31T23:59:59+02:00", [12, 13, 18, 23]],
    ["all", "2039-11-21T00:00:00+02:00", "2040-11-22T23:59:59+02:00", [14, 15, 20, 25]],
    [["2040-11-20", "2040-11-21"], "2040-11-20T00:00:00+02:00", "2040-11-21T23:59:59+02:00", [6, 7, 9, 12]],
  ])("%s", async (date_range, first, last, expected) => {
    const { body } = await query({ date_range, metrics: ["visitors", "visits", "pageviews", "events"] });
    expect([body.query?.date_range, body.results]).toEqual([[first, last], [{ dimensions: [], metrics: expected }]]);
  });

  // visitors, visits, pageviews
  it.each<[string, string, string, string, number[]]>([
    ["of one day", "2040-11-21T08:00:00+02:00", "2040-11-21T15:59:59+02:00", "", [2, 2, 3]],
    ["told in another timezone", "2040-11-21T06:00:00Z", "2040-11-21T13:59:59Z", "", [2, 2, 3]],
    ["to the hour", "2040-11-21T08:00:00+02:00", "2040-11-21T16:00:00+02:00", "", [2, 2, 3]],
    ["over midnight", "2040-11-21T16:00:00+02:00", "2040-11-22T08:59:59.999+02:00", "", [2, 2, 2]],
    ["that are whole days", "2040-11-20T00:00:00+02:00", "2040-11-21T23:59:59+02:00", "sum_of_days", [6, 7, 9]],
  ])("between two instants %s", async (_, first, last, code, expected) => {
    const { body } = await query({ date_range: [first, last], metrics: ["visitors", "visits", "pageviews"] });
    expect(body.results).toEqual([{ dimensions: [], metrics: expected }]);
    const end = last.replace("16:00:00", "15:59:59").replace(".999", "");
    expect(body.query.date_range.map(Date.parse)).toEqual([Date.parse(first), Date.parse(end)]);
    // Who was there in several hours is counted in each.
    expect(body.meta.metric_warnings.visitors.code).toBe(code || "upper_bound");
  });

  it.each<[string, string, RegExp]>([
    ["2040-11-21T08:30:00+02:00", "2040-11-21T15:59:59+02:00", /^#\/date_range\/0: must begin at a whole hour/],
    ["2040-11-21T08:00:00+02:00", "2040-11-21T15:30:00+02:00", /^#\/date_range\/1: must begin at a whole hour/],
    ["2040-11-21T08:00:00+02:00", "2040-11-21T07:59:59+02:00", /^#\/date_range: must not begin after it ends/],
    ["2020-11-21T08:00:00+02:00", "2040-11-21T07:59:59+02:00", /^#\/date_range: must not span more than 10 years/],
    ["2040-11-21T08:00:00", "2040-11-21T15:59:59", /^#\/date_range\/0: /],
    ["2040-11-21", "2040-11-21T15:59:59+02:00", /^#\/date_range\/[01]: /],
  ])("from %s to %s is refused", async (first, last, message) => {
    const { status, body } = await query({ date_range: [first, last] });
    expect([status, body.error]).toEqual([400, expect.stringMatching(message)]);
  });

  it("that is relative can end now", async () => {
    const include = { trim_relative_date_range: true };
    for (const date_range of ["month", "year"]) {
      const { body } = await query({ date_range, include });
      expect(body.query.date_range[1]).toBe("2040-11-22T23:59:59+02:00");
    }
    const fixed = await query({ date_range: ["2040-11-01", "2040-11-30"], include });
    expect(fixed.body.query.date_range[1]).toBe("2040-11-30T23:59:59+02:00");
    const over = await query({ date_range: "7d", include });
    expect(over.body.query.date_range[1]).toBe("2040-11-21T23:59:59+02:00");
  });
});

describe("time", () => {
  it("by hour has rows where something was counted, and labels for every hour", async () => {
    const asked = { dimensions: ["time:hour"], date_range: "day", metrics: ["visitors", "visits", "pageviews"] };
    expect(await rows(asked)).toEqual([
      [hour("09"), 1, 1, 3],
      [hour("11"), 1, 1, 1],
      [hour("12"), 1, 1, 1],
    ]);
    const { time_labels, partial_time_labels } = await meta({ ...asked, include: { time_labels: true } });
    expect([time_labels.length, time_labels[0], time_labels[23]]).toEqual([24, hour("00"), hour("23")]);
    expect(partial_time_labels).toEqual([hour("12")]);
    const trimmed = await meta({ ...asked, include: { time_labels: true, trim_relative_date_range: true } });
    expect(trimmed.time_labels).toEqual(time_labels.slice(0, 13));
  });

  it("by day", async () => {
    const asked = { dimensions: ["time:day"], date_range: ["2040-11-18", "2040-11-23"], metrics: ["pageviews"] };
    expect(await rows(asked)).toEqual([
      ["2040-11-19", 3],
      ["2040-11-20", 4],
      ["2040-11-21", 5],
      [TODAY, 5],
    ]);
    expect(await meta({ ...asked, include: { time_labels: true } })).toEqual({
      time_labels: ["2040-11-18", "2040-11-19", "2040-11-20", "2040-11-21", TODAY, "2040-11-23"],
      partial_time_labels: [TODAY],
    });
  });

  it("by week goes from Monday; weeks that the range or now cuts are partial", async () => {
    const asked = { dimensions: ["time:week"], date_range: ["2040-09-08", TODAY], metrics: ["pageviews"] };
    expect(await rows(asked)).toEqual([
      ["2040-09-10", 1],
      ["2040-11-19", 17],
    ]);
    const { time_labels, partial_time_labels } = await meta({ ...asked, include: { time_labels: true } });
    expect([time_labels.length, time_labels[0], time_labels.at(-1)]).toEqual([12, "2040-09-08", "2040-11-19"]);
    expect(partial_time_labels).toEqual(["2040-09-08", "2040-11-19"]);
  });

  it("by month", async () => {
    const asked = { dimensions: ["time:month"], date_range: "year", metrics: ["visitors", "pageviews"] };
    expect(await rows(asked)).toEqual([
      ["2040-09-01", 1, 1],
      ["2040-11-01", 11, 17],
    ]);
    const { time_labels, partial_time_labels } = await meta({ ...asked, include: { time_labels: true } });
    expect([time_labels.length, time_labels[0], time_labels[11]]).toEqual([12, "2040-01-01", "2040-12-01"]);
    expect(partial_time_labels).toEqual(["2040-11-01"]);
    const trimmed = await meta({ ...asked, include: { time_labels: true, trim_relative_date_range: true } });
    expect(trimmed.time_labels).toEqual(time_labels.slice(0, 11));
    const cut = await meta({ ...asked, date_range: ["2040-09-02", "2040-10-31"] });
    expect(cut.partial_time_labels).toEqual(["2040-09-01"]);
  });

  it.each([
    ["day", hour("09")],
    ["24h", "2040-11-21 16:00:00"],
    ["7d", "2040-11-19"],
    ["91d", "2040-09-10"],
    ["year", "2040-09-01"],
    ["all", "2039-11-01"],
  ])("of itself is by hour, day or month as the range %s is long", async (date_range, first) => {
    expect((await rows({ dimensions: ["time"], date_range }))[0]?.[0]).toBe(first);
  });

  it("of 24 hours is of so many hours", async () => {
    const { time_labels } = await meta({ dimensions: ["time"], date_range: "24h", include: { time_labels: true } });
    expect([time_labels.length, time_labels[0], time_labels[23]]).toEqual([24, "2040-11-21 13:00:00", hour("12")]);
    expect(await rows({ dimensions: ["time"], date_range: "24h", metrics: ["pageviews"] })).toEqual([
      ["2040-11-21 16:00:00", 1],
      ["2040-11-21 20:00:00", 1],
      [hour("09"), 3],
      [hour("11"), 1],
      [hour("12"), 1],
    ]);
  });

  it("is filtered, and broken down", async () => {
    const asked = { dimensions: ["time:hour"], date_range: "day", filters: [["is", "visit:country", ["LV"]]] };
    expect(await rows(asked)).toEqual([
      [hour("09"), 1],
      [hour("11"), 1],
    ]);
    expect(await rows({ dimensions: ["time:hour", "event:page"], date_range: "day", metrics: ["pageviews"] })).toEqual([
      [hour("09"), "/", 2],
      [hour("09"), "/Blog/Second", 1],
      [hour("11"), "/blog/hello", 1],
      [hour("12"), "/pricing", 1],
    ]);
  });
});

describe("a day", () => {
  const byHour = (day: string) => ({
    site_id: CLOCKS,
    metrics: ["visitors", "visits", "pageviews"],
    date_range: [day, day],
    dimensions: ["time:hour"],
    include: { time_labels: true },
  });

  it("of 23 hours has no 03:00", async () => {
    const { body } = await query(byHour(SPRING));
    expect(body.meta.time_labels).toHaveLength(23);
    expect(body.meta.time_labels.slice(1, 5)).toEqual(["01", "02", "04", "05"].map((at) => `${SPRING} ${at}:00:00`));
    expect(body.results.map(({ dimensions }: { dimensions: string[] }) => dimensions[0])).toEqual(
      body.meta.time_labels,
    );
    for (const { metrics } of body.results) expect(metrics).toEqual([1, 1, 1]);
    expect(body.query.date_range).toEqual([`${SPRING}T00:00:00+02:00`, `${SPRING}T23:59:59+03:00`]);
  });

  it("of 25 hours has two 03:00, each with its own counts", async () => {
    const { body } = await query(byHour(AUTUMN));
    expect(body.meta.time_labels).toHaveLength(25);
    expect(body.meta.time_labels.slice(2, 6)).toEqual(["02", "03", "03", "04"].map((at) => `${AUTUMN} ${at}:00:00`));
    expect(body.results.map(({ dimensions }: { dimensions: string[] }) => dimensions[0])).toEqual(
      body.meta.time_labels,
    );
    for (const { metrics } of body.results) expect(metrics).toEqual([1, 1, 1]);
    expect(body.query.date_range).toEqual([`${AUTUMN}T00:00:00+03:00`, `${AUTUMN}T23:59:59+02:00`]);
  });

  it("is one day in days, whatever its hours", async () => {
    const asked = {
      site_id: CLOCKS,
      metrics: ["pageviews"],
      dimensions: ["time:month"],
      date_range: ["2026-03-01", AUTUMN],
    };
    expect(await rows(asked)).toEqual([
      ["2026-03-01", 23],
      ["2026-10-01", 25],
    ]);
  });

  it("of 25 hours is 24 hours ago from noon on the next one", async () => {
    const now = Date.parse("2026-10-26T00:30:00+02:00");
    const asked = { site_id: CLOCKS, metrics: ["pageviews"], date_range: "24h" };
    const { body } = await query(asked, { now });
    // The last 23 of its 25 hours.
    expect(body.results[0].metrics).toEqual([23]);
    expect(body.query.date_range).toEqual(["2026-10-25T02:00:00+03:00", "2026-10-26T00:59:59+02:00"]);
  });
});

describe("a comparison", () => {
  const metrics = ["visitors", "visits", "pageviews", "bounce_rate", "visit_duration"];
  const compared = (asked: object, comparisons: object) => query({ metrics, ...asked, include: { comparisons } });
  const PREVIOUS = { mode: "previous_period" };

  it("of today so far is with yesterday to the same hour", async () => {
    const { body } = await compared({ date_range: "day" }, PREVIOUS);
    expect(body.results).toEqual([
      {
        dimensions: [],
        metrics: [3, 3, 5, 33, 60],
        // Wednesday until 12:00: P3 for a minute, and P1 who bounced.
        comparison: { dimensions: [], metrics: [2, 2, 3, 50, 30], change: [50, 50, 67, -17, 100] },
      },
    ]);
    expect(body.query.comparison_date_range).toEqual(["2040-11-21T00:00:00+02:00", "2040-11-21T11:59:59+02:00"]);
    expect(body.meta).toEqual({});
  });

  it("from half past an hour on takes that hour in", async () => {
    const now = Date.parse("2040-11-22T16:30:00+02:00");
    const { body } = await query({ metrics, date_range: "day", include: { comparisons: PREVIOUS } }, { now });
    expect(body.query.comparison_date_range[1]).toBe("2040-11-21T16:59:59+02:00");
    expect(body.results[0].comparison.metrics).toEqual([3, 3, 4, 33, 80]);
  });

  it("with the period before is of as many days", async () => {
    const { body } = await compared({ date_range: ["2040-11-20", "2040-11-21"] }, PREVIOUS);
    expect(body.query.comparison_date_range).toEqual(["2040-11-18T00:00:00+02:00", "2040-11-19T23:59:59+02:00"]);
    expect(body.results).toEqual([
      {
        dimensions: [],
        metrics: [6, 7, 9, 43, 51],
        comparison: { dimensions: [], metrics: [2, 2, 3, 50, 150], change: [200, 250, 200, -7, -66] },
      },
    ]);
  });

  it("with the year before is with the same dates", async () => {
    const { body } = await compared({ date_range: ["2040-11-21", "2040-11-21"] }, { mode: "year_over_year" });
    expect(body.query.comparison_date_range).toEqual(["2039-11-21T00:00:00+02:00", "2039-11-21T23:59:59+02:00"]);
    expect(body.results[0]).toEqual({
      dimensions: [],
      metrics: [3, 4, 5, 50, 60],
      comparison: { dimensions: [], metrics: [2, 2, 2, 100, 0], change: [50, 100, 150, -50, 100] },
    });
  });

  it("with a custom range", async () => {
    const custom = { mode: "custom", date_range: ["2040-09-10", "2040-09-10"] };
    const { body } = await compared({ date_range: ["2040-11-21", "2040-11-21"] }, custom);
    expect(body.query.comparison_date_range).toEqual(["2040-09-10T00:00:00+03:00", "2040-09-10T23:59:59+03:00"]);
    expect(body.results[0].comparison).toEqual({
      dimensions: [],
      metrics: [1, 1, 1, 100, 0],
      change: [200, 300, 400, -50, 100],
    });
  });

  it("of hours between two instants is with as many just before", async () => {
    const { body } = await compared(
      { metrics: ["pageviews"], date_range: ["2040-11-21T12:00:00+02:00", "2040-11-22T09:59:59+02:00"] },
      PREVIOUS,
    );
    expect(body.query.comparison_date_range).toEqual(["2040-11-20T14:00:00+02:00", "2040-11-21T11:59:59+02:00"]);
    expect(body.results[0]).toMatchObject({ metrics: [5], comparison: { metrics: [3], change: [67] } });
  });

  it("of days puts each beside the one at its place, the last to the same hour", async () => {
    const asked = { metrics: ["visits"], date_range: ["2040-11-21", TODAY], dimensions: ["time:day"] };
    const { body } = await compared(asked, PREVIOUS);
    expect(body.results).toEqual([
      {
        dimensions: ["2040-11-21"],
        metrics: [4],
        comparison: { dimensions: ["2040-11-19"], metrics: [2], change: [100] },
      },
      // Tuesday until 12:00, when Google sent P3.
      { dimensions: [TODAY], metrics: [3], comparison: { dimensions: ["2040-11-20"], metrics: [2], change: [50] } },
    ]);
  });

  it("of hours is with each hour of the day before", async () => {
    const asked = { metrics: ["visits", "bounce_rate"], date_range: "day", dimensions: ["time:hour"] };
    const { body } = await compared(asked, PREVIOUS);
    const at = (index: number) => ({ ...body.results[index], dimensions: undefined });
    expect(body.results).toHaveLength(24);
    expect(at(8)).toEqual({
      metrics: [0, null],
      comparison: { dimensions: ["2040-11-21 08:00:00"], metrics: [1, 0], change: [-100, null] },
    });
    expect(at(9)).toEqual({
      metrics: [1, 0],
      comparison: { dimensions: ["2040-11-21 09:00:00"], metrics: [0, null], change: [100, null] },
    });
    // An hour to come has not fallen.
    expect(at(20).comparison).toEqual({ dimensions: ["2040-11-21 20:00:00"], metrics: [1, 100], change: [null, null] });
  });

  it("of hours with a shorter day leaves the last without one", async () => {
    const asked = { site_id: CLOCKS, metrics: ["visits"], date_range: [AUTUMN, AUTUMN], dimensions: ["time:hour"] };
    const { body } = await compared(asked, { mode: "custom", date_range: [SPRING, SPRING] });
    expect(body.results.map((row: { comparison: object }) => row.comparison).slice(22)).toEqual([
      { dimensions: [`${SPRING} 23:00:00`], metrics: [1], change: [0] },
      { dimensions: [null], metrics: [null], change: [null] },
      { dimensions: [null], metrics: [null], change: [null] },
    ]);
  });

  it("of values is with the same values; what had none before comes from nothing, and has no rate", async () => {
    const asked = {
      metrics: ["visits", "percentage", "bounce_rate"],
      date_range: ["2040-11-21", "2040-11-21"],
      dimensions: ["visit:source"],
      pagination: { limit: 2 },
    };
    const { body } = await compared(asked, { mode: "custom", date_range: ["2040-11-19", "2040-11-19"] });
    expect(body.results).toEqual([
      {
        dimensions: ["Direct / None"],
        metrics: [1, 33.33, 100],
        comparison: { dimensions: ["Direct / None"], metrics: [0, 0, null], change: [100, 33.33, null] },
      },
      {
        dimensions: ["Google"],
        metrics: [1, 33.33, 0],
        comparison: { dimensions: ["Google"], metrics: [0, 0, null], change: [100, 33.33, null] },
      },
    ]);
  });

  it.each([
    [{ mode: "previous_period", date_range: ["2040-11-01", "2040-11-02"] }, /^#\/include\/comparisons\/date_range: /],
    [{ mode: "custom" }, /^#\/include\/comparisons\/date_range: must be two dates/],
    [{ mode: "custom", date_range: "7d" }, /^#\/include\/comparisons\/date_range: must be two dates/],
    [
      { mode: "custom", date_range: ["2040-11-02", "2040-11-01"] },
      /^#\/include\/comparisons\/date_range: must not begin/,
    ],
    [{ mode: "last_year" }, /^#\/include\/comparisons\/mode: must be one of previous_period, year_over_year, custom/],
    [{}, /^#\/include\/comparisons\/mode: /],
  ])("%j is refused", async (comparisons, message) => {
    const { status, body } = await compared({}, comparisons);
    expect([status, body.error]).toEqual([400, expect.stringMatching(message)]);
  });
});
