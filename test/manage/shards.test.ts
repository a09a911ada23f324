import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import { growShards } from "../../src/manage/shards.ts";
import type { Site } from "../../src/site.ts";
import { siteForBeacon } from "../../src/store/site-cache.ts";
import { siteByDomain, siteById } from "../../src/store/sites.ts";
import { call, failAt, guarded, NOON } from "./support.ts";

const MIDNIGHT = Date.UTC(2026, 10, 23);
const GROWN = [
  { shards: 1, fromAt: 0 },
  { shards: 4, fromAt: MIDNIGHT },
];
let site: Site;

beforeEach(async () => {
  await env.DB.exec("DELETE FROM sites");
  await call("POST /api/v1/sites", { body: { domain: "example.com", timezone: "Etc/UTC" } });
  site = (await siteByDomain(env.DB, "example.com")) as Site;
});

it("gives a site more shards from a midnight on, for beacons too", async () => {
  const grown = await growShards(env, site.id, 4, MIDNIGHT, NOON);
  expect(grown).toEqual({ ...site, shardRules: GROWN });
  expect(await siteById(env.DB, site.id)).toEqual(grown);
  expect(await env.KV.get("site:example.com", "json")).toEqual(grown);
  expect(await siteForBeacon({ get: () => Promise.reject() }, "example.com", NOON)).toEqual(grown);
});

it("changes nothing when it is asked again, or for fewer", async () => {
  const grown = await growShards(env, site.id, 4, MIDNIGHT, NOON);
  expect(await growShards(env, site.id, 4, MIDNIGHT, NOON)).toEqual(grown);
  expect(await growShards(env, site.id, 2, MIDNIGHT, NOON)).toEqual(grown);
});

it("adds one rule when all tallies of a site ask at once", async () => {
  await Promise.all(Array.from({ length: 5 }, () => growShards(env, site.id, 4, MIDNIGHT, NOON)));
  expect(await siteById(env.DB, site.id)).toEqual({ ...site, shardRules: GROWN });
});

it("keeps both when the owner changes the timezone at the same time", async () => {
  await Promise.all([
    growShards(env, site.id, 4, MIDNIGHT, NOON),
    call("PUT /api/v1/sites/example.com", { body: { timezone: "Asia/Tokyo" } }),
  ]);
  const row = await siteById(env.DB, site.id);
  expect(row?.shardRules.map((rule) => rule.shards)).toEqual([1, 4]);
  expect(row?.zones.map((zone) => zone.timezone)).toEqual(["Etc/UTC", "Asia/Tokyo"]);
  expect(await env.KV.get("site:example.com", "json")).toEqual(row);
});

it("says that a site is gone", async () => {
  expect(await growShards(env, site.id + 1, 4, MIDNIGHT, NOON)).toBeNull();
});

it.each([0, 3, -2, 1.5, 512, Number.NaN])("refuses %d shards", async (shards) => {
  await expect(growShards(env, site.id, shards, MIDNIGHT, NOON)).rejects.toThrow(RangeError);
});

it.each(["before", "after"] as const)(
  "finishes what an earlier call could not, whichever step failed, %s it took effect",
  async (when) => {
    for (let step = 0; ; step++) {
      const { guard, steps } = failAt(step, when);
      await growShards({ ...env, ...guarded(guard) }, site.id, 4, MIDNIGHT, NOON).catch(() => undefined);
      if (steps() <= step) break;
      await growShards(env, site.id, 4, MIDNIGHT, NOON);
      expect(await env.KV.get("site:example.com", "json"), `step ${step}`).toEqual({ ...site, shardRules: GROWN });
      expect(await siteById(env.DB, site.id), `step ${step}`).toEqual({ ...site, shardRules: GROWN });
      await env.DB.prepare("UPDATE sites SET shard_rules = ?").bind(JSON.stringify(site.shardRules)).run();
      await env.KV.put("site:example.com", JSON.stringify(site));
    }
  },
);
