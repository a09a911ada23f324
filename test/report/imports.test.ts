import { beforeAll, describe, expect, it } from "vitest";
import { summary } from "../../src/report/summary.ts";
import { aggregate } from "../../src/report/v1.ts";
import { queryV2 } from "../../src/report/v2.ts";
import { siteOf, store, storeImport, world } from "./fakes.ts";

/**
 * What reports make of imports: those that are done count, marked where another tool counted.
 *
 * | days of November | whose | state | page views a day |
 * |---|---|---|---|
 * | 1, 2 | another tool's | done | 1 |
 * | 3, 4 | another Footfall's | done | 10 |
 * | 5, 6 | another tool's | pending | 100 |
 * | 7, 8 | another tool's | removing | 1,000 |
 * | 9, 10 | the site's own | | 10,000 |
 */
const site = siteOf(1);

beforeAll(async () => {
  for (const [index, [source, state]] of (
    [
      ["plausible", "done"],
      ["footfall", "done"],
      ["plausible", "pending"],
      ["plausible", "removing"],
      [null, null],
    ] as const
  ).entries()) {
    const days = [index * 2 + 1, index * 2 + 2].map((day) => `2026-11-${String(day).padStart(2, "0")}`);
    const [from = "", to = ""] = days;
    if (source) await storeImport(site, index + 1, { from, to, source, state });
    for (const day of days) await store(site, day, "site", { "": [1, 1, 10 ** index] }, source ? -(index + 1) : 0);
  }
});

const custom = (from: number, to: number) => [from, to].map((day) => `2026-11-${String(day).padStart(2, "0")}`);

async function v2(from: number, to: number, include?: object) {
  const asked = { site_id: "example.com", metrics: ["pageviews"], date_range: custom(from, to), include };
  const at = world(site);
  const context = at.context("/api/v2/query");
  const response = await queryV2(
    new Request(context.url, { method: "POST", body: JSON.stringify(asked) }),
    context,
    at.access,
  );
  const { results, meta } = await response.json<{ results: { metrics: number[] }[]; meta: object }>();
  return { pageviews: results[0]?.metrics[0], meta };
}

const MARKED = {
  metric_warnings: {
    pageviews: { code: "imported", warning: "Imported, as another tool counted: 2026-11-01 to 2026-11-02." },
  },
};

describe("imports in reports", () => {
  it("count once they are done, and until they are being removed", async () => {
    expect((await v2(1, 10)).pageviews).toBe(2 * 10_011);
  });

  it("are left out where that is asked for, and then nothing is marked", async () => {
    expect(await v2(1, 10, { imports: false })).toEqual({ pageviews: 20_000, meta: {} });
    expect((await v2(1, 10, { imports: true })).pageviews).toBe(2 * 10_011);
  });

  it.each([
    ["all days of another tool's", 1, 10, MARKED],
    ["one day of another tool's", 2, 10, MARKED],
    ["days of another Footfall's alone, which counts as this one does", 3, 4, {}],
    ["days of imports that do not count", 5, 8, {}],
    ["days of its own", 9, 10, {}],
  ])("mark ranges with %s", async (_, from, to, meta) => {
    expect((await v2(from, to)).meta).toEqual(meta);
  });

  it("mark every metric in v1, too, unless something graver is to be said of it", async () => {
    const at = world(site);
    const url = `/?site_id=example.com&metrics=visitors,visits&period=custom&date=${custom(1, 2)}`;
    const body = await (await aggregate(new Request("https://a.test"), at.context(url), at.access)).json();
    expect(body).toMatchObject({
      meta: { metric_warnings: { visitors: { code: "imported" }, visits: { code: "imported" } } },
    });
  });

  it("are told of in the summary, once", async () => {
    const notesOf = async (date: string) => {
      const at = world(site);
      const context = at.context(`/?period=custom&date=${date}`, { domain: "example.com" });
      const response = await summary(new Request(context.url), context, at.access);
      return (await response.json<{ notes: { code: string; message: string }[] }>()).notes;
    };
    const notes = await notesOf("2026-11-02,2026-11-10");
    expect(notes.filter(({ code }) => code === "imported")).toEqual([
      { code: "imported", message: MARKED.metric_warnings.pageviews.warning },
    ]);
    expect((await notesOf("2026-11-03,2026-11-10")).map(({ code }) => code)).not.toContain("imported");
  });
});
