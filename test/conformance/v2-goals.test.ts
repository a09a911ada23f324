/** Goals, conversion rates, revenue and custom properties in the Stats API v2, over the story. */
import { beforeAll, describe, expect, it } from "vitest";
import { query, rows, TODAY, tellStory } from "./story.ts";

beforeAll(tellStory);

const goal = (...labels: string[]) => ["is", "event:goal", labels];
/** The page goal is counted from 09:00 on Tuesday on. */
const SINCE_TUESDAY = { date_range: ["2040-11-20", TODAY] };
const WEDNESDAY = { date_range: ["2040-11-21", "2040-11-21"] };
const EUR = (value: number, text: string) => ({ currency: "EUR", value, short: text, long: text });
const USD = (value: number, text: string) => ({ ...EUR(value, text), currency: "USD" });

describe("goals", () => {
  it("are told apart, events and pages alike, with the share of all visitors", async () => {
    const asked = { dimensions: ["event:goal"], metrics: ["visitors", "events", "conversion_rate"] };
    expect(await rows({ ...asked, ...WEDNESDAY })).toEqual([
      ["Purchase", 1, 2, 33.33],
      ["Visit /pricing", 1, 1, 33.33],
    ]);
    // Of eleven visitors; /pricing was seen on Monday, too.
    expect(await rows(asked)).toEqual([
      ["Visit /pricing", 4, 4, 36.36],
      ["Purchase", 2, 3, 18.18],
      ["Signup", 2, 2, 18.18],
    ]);
  });

  it.each<[string, object, unknown[]]>([
    ["an event", { filters: [goal("Signup")] }, [2, 2, 18.18]],
    ["a page", { filters: [goal("Visit /pricing")], ...SINCE_TUESDAY }, [4, 4, 44.44]],
    ["one of two", { filters: [goal("Purchase", "Signup")] }, [4, 5, 36.36]],
    ["those that contain a text", { filters: [["contains", "event:goal", ["ign"]]] }, [2, 2, 18.18]],
    ["in any case", { filters: [["is", "event:goal", ["signup"], { case_sensitive: false }]] }, [2, 2, 18.18]],
  ])("can be filtered: %s", async (_, asked, expected) => {
    expect(await rows({ metrics: ["visitors", "events", "conversion_rate"], ...asked })).toEqual([expected]);
  });

  it("are shown over time, each day's share of that day's visitors", async () => {
    const asked = { dimensions: ["time:day"], metrics: ["visitors", "events", "conversion_rate"] };
    expect(await rows({ ...asked, filters: [goal("Purchase")] })).toEqual([
      ["2040-11-20", 1, 1, 33.33],
      ["2040-11-21", 1, 2, 33.33],
    ]);
  });

  it("have a share of all visitors, and of those of each value", async () => {
    const metrics = ["visitors", "events", "conversion_rate", "group_conversion_rate"];
    expect(await rows({ metrics, dimensions: ["visit:source"], filters: [goal("Purchase")] })).toEqual([
      // Two of three whom the newsletter brought.
      ["Newsletter", 2, 3, 18.18, 66.67],
    ]);
    expect(await rows({ metrics, dimensions: ["visit:country"], filters: [goal("Signup")] })).toEqual([
      ["DE", 1, 1, 9.09, 33.33],
      ["LV", 1, 1, 9.09, 20],
    ]);
    const ofPage = { metrics, dimensions: ["visit:country_name"], filters: [goal("Visit /pricing")] };
    expect(await rows({ ...ofPage, ...SINCE_TUESDAY })).toEqual([
      ["Estonia", 2, 2, 22.22, 100],
      ["Germany", 1, 1, 11.11, 33.33],
      ["Latvia", 1, 1, 11.11, 25],
    ]);
    const byPage = { metrics: ["visitors", "group_conversion_rate"], dimensions: ["event:page"] };
    expect(await rows({ ...byPage, filters: [goal("Signup")] })).toEqual([["/pricing", 2, 40]]);
  });

  it("can be drilled into by another filter, which the share is under as well", async () => {
    const asked = { metrics: ["visitors", "events", "conversion_rate"], dimensions: ["event:goal"] };
    const filters = [["is", "visit:country", ["EE"]]];
    // Of P2's three days.
    expect(await rows({ ...asked, filters, ...SINCE_TUESDAY })).toEqual([
      ["Purchase", 2, 3, 100],
      ["Visit /pricing", 2, 2, 100],
    ]);
  });

  it("are marked from which day on a page is counted, and refused where that leaves nothing else", async () => {
    const { body } = await query({ dimensions: ["event:goal"], metrics: ["events"] });
    expect(body.meta.metric_warnings).toEqual({
      events: { code: "goal_since", warning: "Visit /pricing is counted since 2040-11-20." },
    });
    const alone = await query({ filters: [goal("Visit /pricing")] });
    expect([alone.status, alone.body.error]).toEqual([
      400,
      "#/filters: Visit /pricing is counted since 2040-11-20; ask from then on",
    ]);
    expect((await query({ filters: [goal("Visit /pricing")], ...WEDNESDAY })).body.meta).toEqual({});
    expect((await query({ filters: [goal("Signup")], ...WEDNESDAY })).body.meta).toEqual({});
  });
});

describe("revenue", () => {
  const metrics = ["total_revenue", "average_revenue"];

  it("is by goal, in the goal's currency; what came in another is shown beside it, and said", async () => {
    const { body } = await query({ dimensions: ["event:goal"], metrics, ...SINCE_TUESDAY });
    expect(body.results).toEqual([
      {
        dimensions: ["Purchase"],
        metrics: [
          { ...EUR(30.5, "€30.5"), long: "€30.50", others: [{ ...USD(5, "$5"), long: "$5.00" }] },
          { ...EUR(15.25, "€15.3"), long: "€15.25", others: [{ ...USD(5, "$5"), long: "$5.00" }] },
        ],
      },
      { dimensions: ["Signup"], metrics: [null, null] },
      { dimensions: ["Visit /pricing"], metrics: [null, null] },
    ]);
    expect(body.meta.metric_warnings.total_revenue.code).toBe("several_currencies");
    expect(body.meta.metric_warnings.total_revenue.warning).toMatch(/several currencies/);
  });

  it("of one goal is one row, or one a day", async () => {
    const filters = [goal("Purchase")];
    expect(
      await rows({ metrics: ["events", "total_revenue"], filters, date_range: ["2040-11-19", "2040-11-20"] }),
    ).toEqual([[1, { ...EUR(10.5, "€10.5"), long: "€10.50" }]]);
    expect(await rows({ dimensions: ["time:day"], metrics: ["total_revenue"], filters })).toEqual([
      ["2040-11-20", { ...EUR(10.5, "€10.5"), long: "€10.50" }],
      ["2040-11-21", { ...EUR(20, "€20"), long: "€20.00", others: [{ ...USD(5, "$5"), long: "$5.00" }] }],
    ]);
    expect(await rows({ metrics, filters: [goal("Signup")] })).toEqual([[null, null]]);
    expect((await query({ metrics, filters })).body.meta.metric_warnings).toMatchObject({
      total_revenue: { code: "several_currencies" },
      average_revenue: { code: "several_currencies" },
    });
  });

  it("is told beside page views, also of events that are none", async () => {
    const asked = { dimensions: ["event:name"], metrics: ["pageviews", "total_revenue"], ...WEDNESDAY };
    expect(await rows(asked)).toEqual([
      ["pageview", 5, null],
      ["Purchase", 0, { ...EUR(20, "€20"), long: "€20.00", others: [{ ...USD(5, "$5"), long: "$5.00" }] }],
    ]);
  });

  it("is compared in money", async () => {
    const asked = { metrics: ["total_revenue"], filters: [goal("Purchase")], ...WEDNESDAY };
    const { body } = await query({ ...asked, include: { comparisons: { mode: "previous_period" } } });
    expect(body.results[0].comparison).toEqual({
      dimensions: [],
      metrics: [{ ...EUR(10.5, "€10.5"), long: "€10.50" }],
      change: [90],
    });
  });

  it("is of event names, too, where no goal is defined for it", async () => {
    expect(await rows({ dimensions: ["event:name"], metrics: ["events", "total_revenue"], ...WEDNESDAY })).toEqual([
      ["pageview", 5, null],
      ["Purchase", 2, { ...EUR(20, "€20"), long: "€20.00", others: [{ ...USD(5, "$5"), long: "$5.00" }] }],
    ]);
  });

  it("is joined with nothing", async () => {
    const { status, body } = await query({ metrics, dimensions: ["visit:source"], filters: [goal("Purchase")] });
    expect([status, body.error]).toEqual([
      400,
      expect.stringMatching(/^#\/metrics\/0: total_revenue is counted by event/),
    ]);
  });
});

describe("custom properties", () => {
  it("of a goal's events are broken down and filtered, on a site with page goals too", async () => {
    const ofPurchase = {
      metrics: ["visitors", "events"],
      dimensions: ["event:props:plan"],
      filters: [goal("Purchase")],
    };
    expect(await rows(ofPurchase)).toEqual([
      ["pro", 1, 1],
      ["team", 1, 1],
    ]);
    const pro = ["is", "event:props:plan", ["pro"]];
    expect(await rows({ metrics: ["visitors", "events"], filters: [pro, goal("Signup")] })).toEqual([[1, 1]]);
    expect(await rows({ metrics: ["events"], dimensions: ["event:name"], filters: [pro] })).toEqual([
      ["Purchase", 1],
      ["Signup", 1],
    ]);
    expect(await rows({ ...ofPurchase, metrics: ["visitors", "conversion_rate"] })).toEqual([
      ["pro", 1, 9.09],
      ["team", 1, 9.09],
    ]);
  });

  it.each<[object, RegExp]>([
    [
      { dimensions: ["event:props:plan"], filters: [goal("Visit /pricing")] },
      /^#\/filters: page goals and event:props:plan/,
    ],
    [{ dimensions: ["event:goal", "event:props:plan"] }, /^#\/dimensions: page goals and event:props:plan/],
    [{ dimensions: ["event:props:plan", "visit:source"] }, /^#\/dimensions: .* cannot be joined/],
    [{ dimensions: ["event:props:plan", "event:props:seats"] }, /^#\/dimensions: .* cannot be joined/],
    [{ dimensions: ["event:props:plan"], metrics: ["bounce_rate"] }, /^#\/metrics\/0: bounce_rate is not counted for/],
  ])("are refused with what they are not joined with: %j", async (asked, message) => {
    const { status, body } = await query({ metrics: ["visitors"], ...asked });
    expect([status, body.error]).toEqual([400, expect.stringMatching(message)]);
  });
});
