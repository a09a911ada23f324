import { env } from "cloudflare:workers";
import fc from "fast-check";
import { unzipSync } from "fflate";
import { beforeAll, describe, expect, it } from "vitest";
import type { OpenDay } from "../../src/hit.ts";
import { FOLDED, split } from "../../src/report/fold.ts";
import type { Counts } from "../../src/report/gather.ts";
import { PROPERTIES } from "../../src/report/properties.ts";
import { type Filter, queryOf, Refusal, type Search } from "../../src/report/query.ts";
import { run } from "../../src/report/run.ts";
import type { Site } from "../../src/site.ts";
import { siteByDomain } from "../../src/store/sites.ts";
import { ADMIN, type Answer, call } from "../manage/support.ts";
import { goalOf, openDay, siteOf, storeDay } from "./fakes.ts";

/**
 * What whoever has no key is shown of small values, by every report. Small values have `rare` in their names (places have
 * none of their own: those of the Faroes and of Greenland), greater ones have not.
 */

const SITE = "public.example";
const DAY = "2026-11-20";
const RARE = /rare|"FO"|GL|Faroe|Greenland|Avannaata/;

/** visitors, visits, pageviews */
const one = [1, 1, 1];
const two = [2, 2, 5];

/** Of each dimension 20 visitors; of some one value is small, of others two are. */
const dayOf = (day: string): OpenDay =>
  openDay(
    day,
    {
      site: { "": [20, 20, 60] },
      page: { "a.example/": [12, 12, 40], "a.example/b": [7, 7, 19], "rare.example/rare": one },
      entry_page: { "a.example/": [12, 12, 40], "a.example/b": [7, 7, 19], "rare.example/rare": one },
      exit_page: { "a.example/": [12, 12, 40], "a.example/b": [6, 6, 15], "a.example/rare": two },
      source: { Google: [10, 10, 40], Bing: [5, 5, 10], "": [4, 4, 9], "rare.example": one },
      channel: { "Organic Search": [15, 15, 50], Direct: [3, 3, 5], "rare channel": two },
      referrer: { "google.com": [10, 10, 40], "bing.com": [5, 5, 10], "": [4, 4, 9], "rare.example/x": one },
      utm_campaign: { "": [18, 18, 54], "rare-1": one, "rare-2": [1, 1, 5] },
      location: { "LV\tLV-RIX": [12, 12, 40], "EE\tEE-37": [6, 6, 14], FO: one, "GL\tGL-AV": [1, 1, 5] },
      browser_version: { "Firefox\t145": [14, 14, 50], "Chrome\t142": [5, 5, 9], "rarebrowser\trare1": one },
      os_version: { "Windows\t11": [17, 17, 54], "rareos\trare2": one, "rareos\trare3": one, "Mac\t26": one },
      device: { Desktop: [18, 18, 55], rarephone: two },
      language: { lv: [13, 13, 40], en: [6, 6, 19], "rare-x": one },
      event: {
        Consent: [18, 0, 0, 0, 0, 18],
        Signup: [8, 0, 0, 0, 0, 9],
        Login: [4, 0, 0, 0, 0, 4],
        "rare event": [1, 0, 0, 0, 0, 2],
      },
      "event:Signup:plan": {
        pro: [4, 0, 0, 0, 0, 5],
        free: [3, 0, 0, 0, 0, 3],
        "rare plan": [1, 0, 0, 0, 0, 1],
      },
      revenue: {
        "Signup\tEUR": [0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 90_000],
        "rare event\tUSD": [0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 7000],
      },
    },
    {
      "country*source": {
        LV: { Google: [8, 8, 30], Bing: [3, 3, 6], "": one },
        EE: { Google: two, Bing: two, "": two },
        FO: { "": one },
        GL: { "rare.example": one },
      },
      "source*page": {
        Google: { "a.example/": [6, 6, 30], "a.example/b": [4, 4, 10] },
        "rare.example": { "rare.example/rare": one },
      },
    },
  );

/** Days of a few languages, each of so many visitors. */
const OF_LANGUAGES = Object.entries<Record<string, number>>({
  "2026-09-01": { aa: 2, bb: 1, cc: 9 },
  "2026-09-02": { aa: 10, bb: 5, dd: 4 },
  "2026-10-01": { aa: 3, bb: 4, cc: 1 },
  "2026-10-02": { aa: 1, bb: 5, dd: 1 },
}).map(([day, visitors]) => {
  const cells = Object.entries(visitors).map(([name, n]): [string, number[]] => [name, [n, n, 2 * n]]);
  const all = Object.values(visitors).reduce((sum, n) => sum + n, 0);
  return openDay(day, { site: { "": [all, all, 2 * all] }, language: Object.fromEntries(cells) });
});

let owner: string;
let link: string;
let site: Site;

beforeAll(async () => {
  await call("POST /api/v1/sites", { body: { domain: SITE, timezone: "Etc/UTC", public: true } });
  for (const event_name of ["Consent", "Signup", "Login", "rare event"]) {
    await call("PUT /api/v1/sites/goals", { body: { site_id: SITE, goal_type: "event", event_name } });
  }
  const { body } = await call("PUT /api/v1/sites/shared-links", { body: { site_id: SITE, name: "link" } });
  link = new URL(body.url).searchParams.get("auth") ?? "";
  owner = ADMIN;
  site = (await siteByDomain(env.DB, SITE)) ?? siteOf(0);
  for (const day of [dayOf(DAY), ...OF_LANGUAGES]) await storeDay(site, day);
});

type Who = "the public" | "a link" | "the owner";
const keyOf = (who: Who): string | null => (who === "the public" ? null : who === "a link" ? link : owner);
const OTHERS: Who[] = ["the public", "a link"];

function v1(who: Who, face: string, query: Record<string, string>): Promise<Answer> {
  const parameters = new URLSearchParams({ site_id: SITE, period: "day", date: DAY, ...query });
  return call(`GET /api/v1/stats/${face}?${parameters}`, { key: keyOf(who) });
}

function v2(who: Who, asked: object, headers: Record<string, string> = {}): Promise<Answer> {
  const body = { site_id: SITE, metrics: ["visitors", "pageviews"], date_range: [DAY, DAY], ...asked };
  return call("POST /api/v2/query", { key: keyOf(who), body, headers });
}

/** Rows of v2, of which all but the last two entries are labels. */
async function rowsOf(who: Who, asked: object): Promise<(string | number)[][]> {
  const { status, body } = await v2(who, asked);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.results.map(({ dimensions, metrics }: { dimensions: string[]; metrics: number[] }) => [
    ...dimensions,
    ...metrics,
  ]);
}

const BROKEN_DOWN = [
  ...PROPERTIES.map(({ name }) => name).filter((name) => name !== "event:hostname"),
  "event:props:plan",
];
const metricOf = (property: string) =>
  property === "event:name" || property.includes("event:") ? "events" : "pageviews";

describe.each(OTHERS)("to %s", (who) => {
  it.each(BROKEN_DOWN)(
    "no small value of %s is named, and what is together are two values at least",
    async (property) => {
      const metrics = ["visitors", metricOf(property)];
      const asked = { metrics, dimensions: [property], include: { total_rows: true } };
      const all = await v2("the owner", asked);
      const shown = await v2(who, asked);
      const names = ({ body }: Answer): string[] =>
        body.results.map((row: { dimensions: string[] }) => row.dimensions[0]);
      const sums = ({ body }: Answer) =>
        metrics.map((_, index) =>
          body.results.reduce((sum: number, row: { metrics: number[] }) => sum + (row.metrics[index] ?? 0), 0),
        );
      expect(JSON.stringify(shown.body.results)).not.toMatch(RARE);
      expect(shown.body.results.filter(({ metrics: [n] }: { metrics: number[] }) => (n ?? 0) < 3)).toEqual(
        shown.body.results.filter(
          ({ dimensions: [name], metrics: [n] }: { dimensions: string[]; metrics: number[] }) =>
            name === FOLDED && (n ?? 0) < 3,
        ),
      );
      const isRare = names(all).some((name) => RARE.test(name));
      if (isRare) {
        expect(names(shown)).toContain(FOLDED);
        const together = names(all).filter((name) => !names(shown).includes(name));
        expect(together.length).toBeGreaterThanOrEqual(2);
        expect(shown.body.meta.metric_warnings.visitors.warning).toContain(
          "Other: values that do not have at least 3 visitors",
        );
      } else expect(shown.body).toEqual(all.body);
      expect(sums(shown)).toEqual(sums(all));
      expect(shown.body.meta.total_rows).toBe(names(shown).length);

      const json = await v1(who, "breakdown", { property, metrics: metrics.join() });
      const key = property.replace(/^.*:/, "");
      expect(json.body.results.map((row: Record<string, unknown>) => row[key])).toEqual(names(shown));
      const csv = await v1(who, "breakdown.csv", { property, metrics: metrics.join() });
      expect(csv.body).not.toMatch(RARE);
      expect(csv.body.trimEnd().split("\r\n")).toHaveLength(names(shown).length + 1);
      const csv2 = await v2(who, asked, { Accept: "text/csv" });
      expect([csv2.headers.get("Content-Type"), csv2.body]).toEqual([
        expect.stringMatching(/^text\/csv/),
        expect.not.stringMatching(RARE),
      ]);
    },
  );

  it("names no small host, nor what is counted of it", async () => {
    const asked = { metrics: ["pageviews"], dimensions: ["event:hostname"] };
    expect(await rowsOf("the owner", asked)).toEqual([
      ["a.example", 59],
      ["rare.example", 1],
    ]);
    expect(await rowsOf(who, asked)).toEqual([[FOLDED, 60]]);
  });

  it("shows as much of values that are not small, whatever is asked of them", async () => {
    const rows = [
      ["Google", 40],
      [FOLDED, 10],
      ["Bing", 10],
    ];
    const asked = { metrics: ["pageviews"], dimensions: ["visit:source"] };
    expect((await rowsOf(who, asked)).sort()).toEqual(rows.sort());
    const views = await rowsOf(who, { ...asked, metrics: ["views_per_visit", "bounce_rate"] });
    expect(views.map(([name]) => name).sort()).toEqual(["Bing", "Google", FOLDED]);
    const money = await v2(who, { metrics: ["total_revenue"], dimensions: ["event:goal"] });
    // A single purchase may be all that there is of an amount.
    expect([money.status, money.body.error]).toEqual([
      400,
      "#/metrics/0: total_revenue is shown to the site's owner only",
    ]);
    // Of page views alone no goal has any.
    for (const key of [who, "the owner"] as const) {
      expect(await rowsOf(key, { metrics: ["pageviews"], dimensions: ["event:goal"] })).toEqual([]);
    }
  });

  it("names no small value in the summary or in the ZIP of a period", async () => {
    const query = `period=day&date=${DAY}`;
    const all = await call(`GET /api/stats/${SITE}?${query}`);
    const shown = await call(`GET /api/stats/${SITE}?${query}`, { key: keyOf(who) });
    expect(JSON.stringify(all.body.dimensions)).toMatch(RARE);
    expect(JSON.stringify(shown.body)).not.toMatch(RARE);
    expect(shown.body.metrics).toEqual(all.body.metrics);
    expect(shown.body.timeseries).toEqual(all.body.timeseries);
    expect(shown.body.notes).toContainEqual(
      expect.objectContaining({ code: "min_visitors", dimension: "visit:source" }),
    );
    expect(all.body.notes.map(({ code }: { code: string }) => code)).not.toContain("min_visitors");

    const files = async (key: string | null) => {
      const response = await zipOf(`GET /api/stats/${SITE}/export.zip?${query}`, key);
      return Object.entries(response)
        .map(([name, bytes]) => `${name}\n${new TextDecoder().decode(bytes)}`)
        .join("\n");
    };
    expect(await files(owner)).toMatch(RARE);
    // The public of a site has no ZIP.
    if (who === "the public") return;
    const text = await files(keyOf(who));
    expect(text).toContain("Google");
    expect(text).not.toMatch(RARE);
  });

  it("gives the same rows page by page", async () => {
    const asked = { dimensions: ["visit:source"], order_by: [["visit:source", "asc"]] };
    const whole = await rowsOf(who, asked);
    const pages = [];
    for (let offset = 0; offset <= whole.length; offset++) {
      pages.push(...(await rowsOf(who, { ...asked, pagination: { limit: 1, offset } })));
    }
    expect(pages).toEqual(whole);
    const v1Pages = [];
    for (const page of ["1", "2", "3", "4"]) {
      const { body } = await v1(who, "breakdown", { property: "visit:source", limit: "1", page });
      v1Pages.push(...body.results.map(({ source }: { source: string }) => source));
    }
    expect(v1Pages.sort()).toEqual(whole.map(([name]) => name).sort());
  });

  it("folds two dimensions together, and values of each time", async () => {
    expect(await rowsOf(who, { dimensions: ["visit:source", "visit:country"] })).toEqual([
      [FOLDED, FOLDED, 9, 18],
      ["Google", "LV", 8, 30],
      ["Bing", "LV", 3, 6],
    ]);
    // The third of the first day is few alone: the least of the others is with it.
    const asked = { dimensions: ["time:day", "visit:language"], date_range: ["2026-10-01", "2026-10-02"] };
    expect(await rowsOf(who, asked)).toEqual([
      ["2026-10-01", FOLDED, 4, 8],
      ["2026-10-01", "bb", 4, 8],
      ["2026-10-02", "bb", 5, 10],
      ["2026-10-02", FOLDED, 2, 4],
    ]);
  });

  it("compares with nothing what was small before", async () => {
    const day = "2026-09-02";
    const asked = { metrics: ["visitors"], date_range: [day, day], dimensions: ["visit:language"] };
    const compared = async (key: Who) => {
      const { body } = await v2(key, { ...asked, include: { comparisons: { mode: "previous_period" } } });
      type Row = { dimensions: string[]; comparison: { metrics: number[]; change: number[] } };
      return Object.fromEntries(
        body.results.map(({ dimensions: [name = ""], comparison }: Row) => [
          name,
          [comparison.metrics[0], comparison.change[0]],
        ]),
      );
    };
    expect(await compared("the owner")).toEqual({ aa: [2, 400], bb: [1, 400], dd: [0, 100] });
    expect(await compared(who)).toEqual({ aa: [null, null], bb: [null, null], dd: [null, null] });
  });

  const REFUSED = "filters: must name values of at least 3 visitors, let pass as many, and keep out as many or none";

  it.each<[string, string]>([
    ["a small value", "visit:source==rare.example"],
    ["a value that there is not", "visit:source==nowhere.example"],
    ["a value that is told together with a small one", "visit:source==Direct / None"],
    ["all but a small value", "visit:source!=rare.example"],
    ["all but a value that there is not", "visit:source!=nowhere.example"],
    ["a small value beside a great one", "visit:source==Google|rare.example"],
    ["a value that there is not beside a great one", "visit:source==Google|nowhere.example"],
    ["what is like a small value", "visit:source==rare*"],
    ["what is like nothing", "visit:source==nowhere*"],
    ["what is not like a small value", "visit:source!=*are.exampl*"],
    ["a small page", "event:page==/rare"],
    ["all but the greatest, which are few", "visit:device!=Desktop"],
    ["the greatest, beside which there are but few", "visit:device==Desktop"],
    ["a small value of an event's property", "event:props:plan==rare plan"],
    ["a small goal", "event:goal==rare event"],
    ["a goal that there is not", "event:goal==nothing"],
    ["few of two great values", "visit:source==Google;visit:country==EE"],
    ["all of a great value but few", "visit:source==Google;visit:country==LV"],
    ["few of a great value by what it is not", "visit:source==Google;visit:country!=LV"],
    ["a small host", "event:hostname==rare.example"],
    ["what all but few did", "event:goal==Consent"],
  ])("does not answer a filter on %s, and says the same of each: %s", async (_, filters) => {
    const metrics = "pageviews";
    for (const face of ["aggregate", "timeseries", "breakdown", "breakdown.csv"]) {
      const [property = ""] = filters.split(/[=!]/);
      const answer = await v1(who, face, { filters, metrics, property });
      expect([answer.status, answer.body], `${face} ${filters}`).toEqual([400, { error: REFUSED }]);
    }
    const ofV2 = filters.split(";").map((part) => {
      const [, dimension, operator, values] = /^(.*?)(==|!=)(.*)$/.exec(part) ?? [];
      const isPattern = values?.includes("*");
      const name = `${isPattern ? "contains" : "is"}${operator === "!=" ? "_not" : ""}`;
      return [name, dimension, values?.replaceAll("*", "").split("|")];
    });
    const answer = await v2(who, { metrics: [metrics], filters: ofV2 });
    expect([answer.status, answer.body]).toEqual([400, { error: `#/${REFUSED}` }]);
    // A search of several texts looks for each; a list names each.
    if (filters.includes("|")) return;
    const searches = ofV2.map(([name, ...rest]) => [String(name).replace(/^(is|contains)/, "matches"), ...rest]);
    const search = await v2(who, { metrics: [metrics], filters: searches });
    expect([search.status, search.body]).toEqual([400, answer.body]);
  });

  it("answers other filters as to the owner, but that they find no small values", async () => {
    const answers = async (filters: unknown[], asked = {}) => {
      const of = async (key: Who) => (await rowsOf(key, { metrics: ["visitors", "pageviews"], filters, ...asked }))[0];
      return [await of(who), await of("the owner")];
    };
    for (const filters of [
      [["is", "visit:source", ["Google"]]],
      [["is", "visit:source", ["Google", "Bing"]]],
      [["is_not", "visit:source", ["Google"]]],
      [["is", "visit:country", ["LV"]]],
      [["is", "event:page", ["/"]]],
      [["is", "visit:browser", ["Firefox"]]],
      [["matches", "visit:source", ["^G"]]],
      [["contains", "visit:source", ["OO"], { case_sensitive: false }]],
      [["is", "visit:country_name", ["Latvia"]]],
    ]) {
      const [shown, all] = await answers(filters);
      expect(shown, JSON.stringify(filters)).toEqual(all);
    }
    // Of all sources Bing and Google are shown apart.
    expect(await answers([["matches", "visit:source", [""]]])).toEqual([
      [15, 50],
      [20, 60],
    ]);
    const { body } = await v2(who, { filters: [["matches", "visit:source", [""]]] });
    expect(body.meta.metric_warnings.pageviews).toEqual({
      code: "min_visitors",
      warning: "Filters find values of at least 3 visitors alone.",
    });
  });

  it("shows nothing of the times of which a filter would tell few", async () => {
    const days = { period: "custom", date: "2026-10-01,2026-10-03", filters: "visit:language==aa" };
    const series = async (key: Who) => (await v1(key, "timeseries", { ...days, metrics: "visitors,pageviews" })).body;
    expect((await series("the owner")).results.map(({ pageviews }: { pageviews: number }) => pageviews)).toEqual([
      6, 2, 0,
    ]);
    const shown = await series(who);
    expect(shown.results).toEqual([
      { date: "2026-10-01", visitors: 3, pageviews: 6 },
      { date: "2026-10-02", visitors: null, pageviews: null },
      { date: "2026-10-03", visitors: null, pageviews: null },
    ]);
    expect(shown.meta.metric_warnings.pageviews.message).toContain("Times are shown of at least 3 visitors alone.");
    // Nor by their order.
    const asked = {
      metrics: ["pageviews"],
      date_range: ["2026-10-01", "2026-10-03"],
      filters: [["is", "visit:language", ["aa"]]],
      dimensions: ["time:day"],
    };
    for (const direction of ["asc", "desc"]) {
      const ordered = { ...asked, order_by: [["pageviews", direction]] };
      expect(await rowsOf(who, ordered)).toEqual([["2026-10-01", 6]]);
      // Compared with other days, all are there.
      const comparisons = { mode: "custom", date_range: ["2026-09-01", "2026-09-02"] };
      expect(await rowsOf(who, { ...ordered, include: { comparisons } })).toEqual([
        ["2026-10-01", 6],
        ["2026-10-02", null],
        ["2026-10-03", null],
      ]);
    }
  });
});

async function zipOf(line: string, key: string | null): Promise<Record<string, Uint8Array>> {
  const { handle } = await import("../../src/router.ts");
  const [method = "", path] = line.split(" ");
  const headers = key === null ? {} : { Authorization: `Bearer ${key}` };
  const request = new Request(`https://stats.test${path}`, { method, headers });
  const response = await handle(request, env, { waitUntil: () => {} }, Date.UTC(2026, 10, 22, 12));
  return unzipSync(new Uint8Array(await response.arrayBuffer()));
}

it("the owner of a site who says so shows all values to everyone", async () => {
  await call(`PUT /api/v1/sites/${SITE}`, { body: { min_visitors: 0 } });
  for (const property of BROKEN_DOWN) {
    const asked = { metrics: ["visitors"], dimensions: [property] };
    expect((await v2("the public", asked)).body, property).toEqual((await v2("the owner", asked)).body);
  }
  const filters = [["is", "visit:source", ["rare.example"]]];
  expect(await rowsOf("the public", { filters })).toEqual([[1, 1]]);
  await call(`PUT /api/v1/sites/${SITE}`, { body: { min_visitors: 3 } });
});

it("of equal values it is always the same one that is told together with a single small one", () => {
  const things = ["b", "a", "c", "small", "e"].map((label) => ({
    labels: [label],
    visitors: label === "small" ? 1 : 5,
  }));
  const orders = [things, things.toReversed(), things.toSorted((x, y) => (x.labels < y.labels ? -1 : 1))];
  for (const order of orders) {
    const { apart, together } = split(order, 3, (thing) => thing);
    expect(together.map(({ labels }) => labels.join()).sort()).toEqual(["a", "small"]);
    expect(apart).toHaveLength(3);
  }
});

describe("of random values", () => {
  const LABELS = ["", "a", "b", "bc", "c", "cc", FOLDED, "z"];
  /** Visitors of each label. Its page views are a bit of its own, by which an answer tells of which labels it is. */
  const someValues = fc.array(fc.nat(6), { minLength: LABELS.length, maxLength: LABELS.length });
  const LEAST = fc.integer({ min: 1, max: 6 });

  function countsOf(visitors: readonly number[], minVisitors: number): Counts {
    const cells = visitors.flatMap((n, index) => (n > 0 ? [[LABELS[index], [n, n, 2 ** index]]] : []));
    const total = visitors.reduce((sum, n) => sum + n, 0);
    const day = openDay("2026-11-22", {
      site: { "": [total, total, 2 ** LABELS.length - 1] },
      language: Object.fromEntries(cells),
    });
    return {
      site: siteOf(900, { goals: [goalOf("event", "x")] }),
      db: env.DB,
      tally: () => ({ open: async () => [day], live: async () => ({ visitors: 0, minutes: [] }) }),
      wait: async () => undefined,
      now: Date.parse("2026-11-22T10:00:00Z"),
      minVisitors,
      isOwners: false,
      spent: () => undefined,
      later: () => undefined,
    };
  }
  const range = { from: "2026-11-22", to: "2026-11-22", hours: null };
  /** Which labels an answer's page views are of. */
  const bits = (pageviews: unknown) => LABELS.filter((_, index) => (Number(pageviews) >> index) & 1);

  it("none of few visitors is named, and the others are two at least, or all there is", async () => {
    await fc.assert(
      fc.asyncProperty(someValues, LEAST, async (visitors, least) => {
        const query = queryOf({ metrics: ["visitors", "pageviews"], range, dimensions: ["visit:language"] });
        const { rows = [] } = (await run([query], countsOf(visitors, least))).answers[0] ?? {};
        const there = LABELS.filter((_, index) => (visitors[index] ?? 0) > 0);
        for (const {
          dimensions: [label],
          metrics,
          isFolded,
        } of rows) {
          const of = bits(metrics.pageviews);
          if (isFolded) expect(of.length >= 2 || there.length === 1, JSON.stringify(rows)).toBe(true);
          else {
            expect(of).toEqual([label === "(not set)" ? "" : label]);
            expect(metrics.visitors).toBeGreaterThanOrEqual(least);
            if (rows.some(({ isFolded }) => isFolded)) expect(label).not.toBe(FOLDED);
          }
        }
        expect(rows.flatMap(({ metrics }) => bits(metrics.pageviews)).sort()).toEqual(there.sort());
      }),
      { numRuns: 300 },
    );
  });

  const pick = fc.constantFrom(...LABELS, "none");
  const matcher: fc.Arbitrary<readonly string[] | Search> = fc.oneof(
    { weight: 3, arbitrary: pick.map((label) => [label || "(not set)"]) },
    { weight: 1, arbitrary: pick.map((label) => ["", label, ""]) },
    { weight: 1, arbitrary: pick.map((text): Search => ({ kind: "regex", text: `^${text}`, caseSensitive: true })) },
  );
  const filter = fc.letrec<{ tree: Filter }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 2, depthSize: "small" },
      fc
        .array(matcher, { minLength: 1, maxLength: 3 })
        .map((anyOf): Filter => ({ dimension: "visit:language", anyOf })),
      tie("tree").map((not): Filter => ({ not })),
      fc.array(tie("tree"), { minLength: 1, maxLength: 2 }).map((or): Filter => ({ or })),
      fc.array(tie("tree"), { minLength: 1, maxLength: 2 }).map((and): Filter => ({ and })),
    ),
  })).tree;

  it("those that are together are so in every answer, so that no two of them differ by some of those", async () => {
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(
        someValues,
        LEAST,
        fc.array(filter, { minLength: 20, maxLength: 20 }),
        async (visitors, least, filters) => {
          const counts = countsOf(visitors, least);
          const breakdown = queryOf({ metrics: ["pageviews"], range, dimensions: ["visit:language"] });
          const { rows = [] } = (await run([breakdown], counts)).answers[0] ?? {};
          const together = bits(rows.find(({ isFolded }) => isFolded)?.metrics.pageviews ?? 0);
          for (const filter of filters) {
            try {
              const { answers } = await run([queryOf({ metrics: ["visitors", "pageviews"], range, filter })], counts);
              const { visitors: n, pageviews } = answers[0]?.rows[0]?.metrics ?? {};
              const of = bits(pageviews).filter((label) => together.includes(label));
              expect([[], together], JSON.stringify(filter)).toContainEqual(of);
              expect(n).toBeGreaterThanOrEqual(least);
              answered++;
            } catch (error) {
              if (!(error instanceof Refusal)) throw error;
              expect(error.message).toMatch(/^filters: must name values of at least/);
            }
          }
        },
      ),
      { numRuns: 150 },
    );
    expect(answered).toBeGreaterThan(150);
  });
});
