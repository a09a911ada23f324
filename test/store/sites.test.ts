import { env } from "cloudflare:workers";
import { beforeEach, expect, it } from "vitest";
import type { Site } from "../../src/site.ts";
import {
  addGoal,
  giveLinkKey,
  insertSite,
  listSites,
  publishedSite,
  publishSite,
  siteByDomain,
  siteById,
  updateSite,
} from "../../src/store/sites.ts";
import { Unavailable } from "../../src/store/unavailable.ts";
import { guarded } from "../manage/support.ts";

const fresh: Omit<Site, "id" | "linkKey" | "goals"> = {
  domain: "example.com",
  zones: [{ timezone: "Europe/Riga", fromDay: "1970-01-01", fromAt: 0 }],
  shardRules: [{ shards: 1, fromAt: 0 }],
  allowedHosts: ["*.example.org"],
  excludedPaths: ["/a'b\"c"],
  excludedCountries: ["LV"],
  isPublic: true,
  badge: true,
  minVisitors: 0,
  detailDays: 30,
  retentionMonths: 12,
};

beforeEach(async () => {
  await env.DB.exec("DELETE FROM sites");
});

async function insert(domain = "example.com"): Promise<Site> {
  const site = await insertSite(env.DB, { ...fresh, domain }, 5);
  if (!site) throw new Error("taken");
  return site;
}

it("gives a site back as it was stored", async () => {
  const site = await insert();
  expect(site).toEqual({ ...fresh, id: site.id, linkKey: null, goals: [] });
  expect(await siteById(env.DB, site.id)).toEqual(site);
  expect(await siteByDomain(env.DB, "example.com")).toEqual(site);
  expect(await siteByDomain(env.DB, "' OR 1=1 --")).toBeNull();
});

it("does not store a domain twice", async () => {
  const site = await insert();
  expect(await insertSite(env.DB, { ...fresh, excludedPaths: [] }, 6)).toBeNull();
  expect(await listSites(env.DB, { limit: 10 })).toEqual([site]);
});

it("does not overwrite rules that changed since they were read", async () => {
  const read = await insert();
  const shardRules = [...read.shardRules, { shards: 2, fromAt: 9 }];
  expect(await updateSite(env.DB, read, { shardRules })).toMatchObject({ shardRules });
  expect(await updateSite(env.DB, read, { zones: [] })).toBeNull();
  expect(await siteById(env.DB, read.id)).toEqual({ ...read, shardRules });
});

it("does not overwrite goals that were made since they were read, and gives no id twice", async () => {
  const read = await insert();
  const goal = { type: "event" as const, name: "Signup", currency: null, createdAt: 7 };
  const first = await addGoal(env.DB, read, goal);
  expect(first?.goals).toEqual([{ id: 1, ...goal }]);
  expect(await addGoal(env.DB, read, { ...goal, name: "Buy" })).toBeNull();
  expect(await updateSite(env.DB, read, { allowedHosts: [] })).toBeNull();
  const second = first && (await addGoal(env.DB, first, { ...goal, name: "Buy" }));
  expect(second?.goals.map(({ id }) => id)).toEqual([1, 2]);
  expect(await siteById(env.DB, read.id)).toEqual(second);
});

it("fills in what a copy of an earlier version lacks", async () => {
  const { goals: _, linkKey: __, ...old } = await insert();
  await env.KV.put("site:example.com", JSON.stringify(old));
  expect(await publishedSite(env.KV, "example.com")).toEqual(await siteById(env.DB, old.id));
});

it("does not change a site that is gone", async () => {
  const site = await insert();
  await env.DB.exec("DELETE FROM sites");
  expect(await updateSite(env.DB, site, { allowedHosts: [] })).toBeNull();
});

it("gives a site one link key, whoever asks first, and leaves the rest of it", async () => {
  const site = await insert();
  const given = await Promise.all(["a", "b", "c"].map((key) => giveLinkKey(env.DB, site.id, key)));
  const [first] = given;
  expect(first?.linkKey).toMatch(/^[abc]$/);
  for (const one of given) expect(one).toEqual({ ...site, linkKey: first?.linkKey });
  // Whoever read the row before the others gave it theirs comes too late.
  expect((await giveLinkKey(env.DB, site.id, "d"))?.linkKey).toBe(first?.linkKey);
  expect(await updateSite(env.DB, site, { allowedHosts: [] })).toMatchObject({ linkKey: first?.linkKey });
  expect(await giveLinkKey(env.DB, site.id + 1, "e")).toBeNull();
});

it("says that D1 is away, whatever it threw", async () => {
  const { DB } = guarded(() => Promise.reject(new Error("Network connection lost.")));
  await expect(siteByDomain(DB as D1Database, "example.com")).rejects.toThrow(Unavailable);
});

it("waits its turn where a site was published less than a second ago", async () => {
  const site = await insert();
  const waits: number[] = [];
  const put: KVNamespace["put"] = async (key, value) => {
    if (waits.length === 0) throw new Error("KV PUT failed: 429 Too Many Requests");
    await env.KV.put(key, value as string);
  };
  await publishSite({ put }, site, async (ms) => void waits.push(ms));
  expect(waits).toEqual([1_100]);
  expect(await env.KV.get("site:example.com", "json")).toEqual(site);
});
