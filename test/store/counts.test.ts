import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { type CountsKey, replaceCounts, revisionsOf } from "../../src/store/counts.ts";

const key: CountsKey = { siteId: 1, period: "2026-11-22", writer: 0 };

async function rows(): Promise<[dimension: string, revision: number, json: string][]> {
  const { results } = await env.DB.prepare(
    "SELECT dimension, revision, json(data) AS json FROM counts ORDER BY dimension",
  ).all<{ dimension: string; revision: number; json: string }>();
  return results.map(({ dimension, revision, json }) => [dimension, revision, json]);
}

beforeEach(async () => {
  await env.DB.batch([
    env.DB.prepare("DELETE FROM counts"),
    env.DB.prepare("DELETE FROM sites"),
    env.DB.prepare(
      "INSERT INTO sites (id, domain, zones, shard_rules, created_at) VALUES (1, 'a.example', '[]', '[]', 0)",
    ),
  ]);
});

describe("replacing counts", () => {
  it("writes new rows and replaces those of a lower revision", async () => {
    expect(
      await replaceCounts(env.DB, key, 5, [
        ["site", '{"":[1]}'],
        ["page", '{"/":[1]}'],
      ]),
    ).toBe(5);
    expect(await replaceCounts(env.DB, key, 6, [["site", '{"":[2]}']])).toBe(6);
    expect(await rows()).toEqual([
      ["page", 5, '{"/":[1]}'],
      ["site", 6, '{"":[2]}'],
    ]);
  });

  it("leaves rows of the same or a higher revision, and tells which there is", async () => {
    await replaceCounts(env.DB, key, 5, [["site", '{"":[1]}']]);
    expect(await replaceCounts(env.DB, key, 5, [["site", '{"":[2]}']])).toBe(5);
    expect(await replaceCounts(env.DB, key, 4, [["site", '{"":[3]}']])).toBe(5);
    expect(await rows()).toEqual([["site", 5, '{"":[1]}']]);
  });

  it("does not bring a deleted site back", async () => {
    await env.DB.prepare("DELETE FROM sites").run();
    expect(await replaceCounts(env.DB, key, 5, [["site", '{"":[1]}']])).toBe(5);
    expect(await rows()).toEqual([]);
  });

  it("touches no other period and no other writer", async () => {
    await replaceCounts(env.DB, key, 5, [["site", '{"":[1]}']]);
    await replaceCounts(env.DB, { ...key, writer: 1 }, 9, [["site", '{"":[2]}']]);
    await replaceCounts(env.DB, { ...key, period: "2026-11-23" }, 7, [["site", '{"":[3]}']]);
    expect(await revisionsOf(env.DB, 1, 0, ["2026-11-22", "2026-11-23", "2026-11-24"])).toEqual(
      new Map([
        ["2026-11-22", 5],
        ["2026-11-23", 7],
      ]),
    );
  });

  it("keeps any name and value as it is", async () => {
    const odd = { __proto__: null, "": [1], "a'b\"c\\\t": [2], "🙂": [3], constructor: [4] };
    const json = JSON.stringify(odd).replace("{", '{"__proto__":[5],');
    await replaceCounts(env.DB, key, 1, [["event:x'; DROP TABLE counts;--:y", json]]);
    expect(await rows()).toEqual([["event:x'; DROP TABLE counts;--:y", 1, json]]);
  });

  it("sends many megabytes in pieces", async () => {
    const wide = JSON.stringify(
      Object.fromEntries(Array.from({ length: 9000 }, (_, i) => [`${"x".repeat(90)}${i}`, [i]])),
    );
    const many = Array.from({ length: 12 }, (_, i) => [`event:${i}:p`, wide] as const);
    expect(await replaceCounts(env.DB, key, 3, [["site", '{"":[1]}'], ...many])).toBe(3);
    expect((await rows()).map(([dimension, , json]) => [dimension, json.length])).toEqual(
      [...many.map(([dimension]) => [dimension, wide.length]), ["site", 8]].sort(([a], [b]) =>
        `${a}` < `${b}` ? -1 : 1,
      ),
    );
  });

  it("refuses a row that D1 would not take", async () => {
    const huge = `{"${"x".repeat(1_900_000)}":[1]}`;
    await expect(
      replaceCounts(env.DB, key, 1, [
        ["site", '{"":[1]}'],
        ["page", huge],
      ]),
    ).rejects.toThrow(RangeError);
    expect(await rows()).toEqual([]);
  });
});

describe("the view totals", () => {
  it("spreads the counts of single dimensions out, a row a value", async () => {
    await replaceCounts(env.DB, key, 1, [
      ["site", '{"":[3,2,7,1,60]}'],
      ["source", '{"Google":[2,1,4],"":[1]}'],
      ["country*page", '{"LV":{"/":[1]}}'],
      ["event:Buy*:plan", '{"pro":[1,0,0,0,0,2]}'],
      ["values:page", '["(other)","a.example/"]'],
    ]);
    const { results } = await env.DB.prepare(
      "SELECT domain, dimension, value, visitors, visits, pageviews, bounces, duration_seconds, custom_events FROM totals ORDER BY dimension, value",
    )
      .raw<unknown[]>()
      .then((found) => ({ results: found }));
    expect(results).toEqual([
      ["a.example", "event:Buy*:plan", "pro", 1, 0, 0, 0, 0, 2],
      ["a.example", "site", "", 3, 2, 7, 1, 60, 0],
      ["a.example", "source", "", 1, 0, 0, 0, 0, 0],
      ["a.example", "source", "Google", 2, 1, 4, 0, 0, 0],
    ]);
  });
});
