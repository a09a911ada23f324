import { env, exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import { siteByDomain, siteKey } from "../src/store/sites.ts";
import { tallyStub } from "../src/tally/stub.ts";

const browser = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

it("spreads a busy site's visitors over its shards, each in one, and reports them together", async () => {
  await env.DB.prepare("INSERT INTO sites (domain, zones, shard_rules, created_at) VALUES (?, ?, ?, 0)")
    .bind(
      "busy.example",
      JSON.stringify([{ timezone: "UTC", fromDay: "1970-01-01", fromAt: 0 }]),
      JSON.stringify([{ shards: 4, fromAt: 0 }]),
    )
    .run();
  const site = await siteByDomain(env.DB, "busy.example");
  await env.KV.put(siteKey("busy.example"), JSON.stringify(site));

  for (let visitor = 0; visitor < 24; visitor++) {
    for (const page of ["/a", "/b"]) {
      const answer = await exports.default.fetch(
        new Request("https://footfall.example/api/event", {
          method: "POST",
          headers: { "User-Agent": browser, "CF-Connecting-IP": `203.0.113.${visitor}` },
          body: JSON.stringify({ n: "pageview", u: `https://busy.example${page}` }),
        }),
      );
      expect(answer.status).toBe(202);
    }
  }

  const shards = await Promise.all(
    [0, 1, 2, 3].map((shard) => tallyStub(env, site?.id ?? 0, shard).open({ dimensions: ["site"] })),
  );
  const visitors = shards.map(([day]) => day?.dimensions.site?.[""]?.[0] ?? 0);
  expect(visitors.reduce((sum, count) => sum + count)).toBe(24);
  expect(visitors.filter((count) => count > 0).length).toBe(4);

  const report = await exports.default.fetch(
    new Request("https://footfall.example/api/stats/busy.example?period=day", {
      headers: { Authorization: "Bearer test-admin-key" },
    }),
  );
  expect(await report.json()).toMatchObject({
    metrics: { visitors: { value: 24 }, visits: { value: 24 }, pageviews: { value: 48 }, bounce_rate: { value: 0 } },
    realtime: { visitors: 24 },
  });
});
