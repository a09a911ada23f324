import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { DAY_MS, localDayAt } from "../../src/calendar.ts";
import type { Env } from "../../src/env.ts";
import { pinnedSnippet, snippet } from "../../src/manage/snippet.ts";
import { siteForBeacon } from "../../src/store/site-cache.ts";
import { siteByDomain } from "../../src/store/sites.ts";
import { tallyStub } from "../../src/tally/stub.ts";
import { call, fakeTally, keyNames, makeKey, NOON, rowCounts } from "./support.ts";

beforeEach(async () => {
  await env.DB.batch(["api_keys", "counts", "sites"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
  await Promise.all((await keyNames()).map((name) => env.KV.delete(name)));
});

async function make(domain: string, more: object = {}) {
  const answer = await call("POST /api/v1/sites", { body: { domain, timezone: "Etc/UTC", ...more } });
  expect(answer.status).toBe(200);
  return answer.body;
}

describe("POST /api/v1/sites", () => {
  it("makes a site, in D1 and in the copy that beacons read, and shows it with its snippet", async () => {
    const answer = await call("POST /api/v1/sites", {
      body: {
        domain: " WWW.Example.com",
        timezone: "Europe/Riga",
        allowed_hosts: ["shop.example.com", "*.Example.org", "shop.example.com"],
        excluded_paths: ["/admin/**"],
        excluded_countries: ["lv", "T1"],
        public: true,
        badge: true,
        min_visitors: 0,
        detail_days: 8,
        retention_months: 0,
      },
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      domain: "example.com",
      timezone: "Europe/Riga",
      allowed_hosts: ["shop.example.com", "*.example.org"],
      excluded_paths: ["/admin/**"],
      excluded_countries: ["LV", "T1"],
      public: true,
      badge: true,
      min_visitors: 0,
      detail_days: 8,
      retention_months: 0,
      snippet:
        '<script defer data-domain="example.com" src="https://stats.test/script.js"></script>\n' +
        '<noscript><img src="https://stats.test/pixel.gif?d=example.com" alt="" width="1" height="1" ' +
        'referrerpolicy="no-referrer-when-downgrade" style="position:absolute"></noscript>',
      pinned_snippet: pinnedSnippet("https://stats.test", "example.com"),
    });
    const row = await siteByDomain(env.DB, "example.com");
    expect(row).toMatchObject({
      zones: [{ timezone: "Europe/Riga", fromDay: "1970-01-01", fromAt: 0 }],
      shardRules: [{ shards: 1, fromAt: 0 }],
    });
    expect(await env.KV.get("site:example.com", "json")).toEqual(row);
    expect(await siteForBeacon({ get: () => Promise.reject() }, "example.com", NOON)).toEqual(row);
  });

  it("counts in UTC unless told otherwise", async () => {
    const answer = await call("POST /api/v1/sites", { body: { domain: "example.com" } });
    expect(answer.body).toMatchObject({ timezone: "Etc/UTC", allowed_hosts: [] });
  });

  it("shows the counts of a new site to nobody, and to whom its owner shows them, no value of one or two", async () => {
    const { body } = await call("POST /api/v1/sites", { body: { domain: "example.com" } });
    expect(body).toMatchObject({ public: false, badge: false, min_visitors: 3 });
  });

  it("keeps the counts of two dimensions of a new site for 91 days, and all others for 25 months", async () => {
    expect(await make("example.com")).toMatchObject({ detail_days: 91, retention_months: 25 });
  });

  it("keeps what a site from before there was a retention has counted for ever, until its owner says otherwise", async () => {
    await env.DB.prepare(
      "INSERT INTO sites (domain, zones, shard_rules, created_at) VALUES ('old.example', ?, '[]', 0)",
    )
      .bind('[{"timezone":"Etc/UTC","fromDay":"1970-01-01","fromAt":0}]')
      .run();
    const forEver = { detail_days: 0, retention_months: 0 };
    expect((await call("GET /api/v1/sites/old.example")).body).toMatchObject(forEver);
    expect((await call("PUT /api/v1/sites/old.example", { body: { badge: true } })).body).toMatchObject(forEver);
    const body = { detail_days: 3660, retention_months: 2 };
    expect((await call("PUT /api/v1/sites/old.example", { body })).body).toMatchObject(body);
    expect((await call("PUT /api/v1/sites/old.example", { body: forEver })).body).toMatchObject(forEver);
  });

  it("never gives the id of an erased site to another", async () => {
    await make("one.example.com");
    const first = await siteByDomain(env.DB, "one.example.com");
    await call("DELETE /api/v1/sites/one.example.com", { env: { TALLY: fakeTally() } });
    await make("one.example.com");
    const second = await siteByDomain(env.DB, "one.example.com");
    expect(second?.id).toBeGreaterThan(first?.id ?? 0);
  });

  it("takes the origin of the snippet from the address asked, and escapes it", async () => {
    expect((await make("example.com")).snippet).toContain('src="https://stats.test/');
    const written = "https://x.test&#34;&#39;&#60;&#38;&#62;";
    expect(snippet(`https://x.test"'<&>`, "a.b")).toContain(`src="${written}/script.js"`);
    expect(snippet(`https://x.test"'<&>`, "a.b")).toContain(`src="${written}/pixel.gif?d=a.b"`);
  });

  it("gives the script by its hash as well, and lets it count on a developer's machine", async () => {
    expect((await make("example.com")).pinned_snippet).toMatch(
      /^<script defer data-domain="example.com" src="https:\/\/stats.test\/pinned\/script\.[0-9a-f]{16}\.js" integrity="sha384-[\w+/]{64}" crossorigin="anonymous"><\/script>\n<noscript>/,
    );
    expect((await make("localhost")).snippet).toContain('<script defer data-local data-domain="localhost"');
  });
});

describe("GET /api/v1/sites", () => {
  it("lists sites by name, page by page", async () => {
    for (const name of ["c", "a", "d", "b"]) await make(`${name}.example.com`);
    const first = await call("GET /api/v1/sites?limit=3");
    expect(first.body.sites.map((site: { domain: string }) => site.domain)).toEqual([
      "a.example.com",
      "b.example.com",
      "c.example.com",
    ]);
    expect(first.body.meta).toEqual({ after: "c.example.com", before: null, limit: 3 });
    const second = await call(`GET /api/v1/sites?limit=3&after=${first.body.meta.after}`);
    expect(second.body.sites).toEqual([await call("GET /api/v1/sites/d.example.com").then((one) => one.body)]);
    expect(second.body.meta).toEqual({ after: null, before: null, limit: 3 });
  });

  it("says the default limit, and that there is no page after the last", async () => {
    await make("a.example.com");
    expect((await call("GET /api/v1/sites")).body.meta).toEqual({ after: null, before: null, limit: 100 });
    expect((await call("GET /api/v1/sites?limit=1")).body.meta).toEqual({ after: null, before: null, limit: 1 });
  });

  it("shows a key of one site that site alone", async () => {
    await make("a.example.com");
    await make("b.example.com");
    const { key } = await makeKey(["sites"], "b.example.com");
    const answer = await call("GET /api/v1/sites", { key });
    expect(answer.body.sites.map((site: { domain: string }) => site.domain)).toEqual(["b.example.com"]);
    expect((await call("GET /api/v1/sites?after=b.example.com", { key })).body.sites).toEqual([]);
  });
});

describe("GET /api/v1/sites/:domain", () => {
  it("finds a site however its name is written", async () => {
    const made = await make("bücher.example");
    for (const name of ["xn--bcher-kva.example", "b%C3%BCcher.example", "WWW.b%C3%BCcher.example"]) {
      expect((await call(`GET /api/v1/sites/${name}`)).body).toEqual(made);
    }
  });

  it("answers 404 for a site that is not there, 400 for what is no domain", async () => {
    expect(await call("GET /api/v1/sites/example.com")).toMatchObject({ status: 404 });
    expect(await call("GET /api/v1/sites/a%2Fb")).toMatchObject({ status: 400 });
    expect(await call("GET /api/v1/sites/%ff")).toMatchObject({ status: 400 });
  });
});

describe("PUT /api/v1/sites/:domain", () => {
  it("changes what is named and leaves the rest, for beacons too", async () => {
    await make("example.com", { allowed_hosts: ["a.example.com"], excluded_paths: ["/x"] });
    const answer = await call("PUT /api/v1/sites/example.com", {
      body: { allowed_hosts: [], excluded_countries: ["LV"] },
    });
    expect(answer).toMatchObject({
      status: 200,
      body: { allowed_hosts: [], excluded_paths: ["/x"], excluded_countries: ["LV"], timezone: "Etc/UTC" },
    });
    const row = await siteByDomain(env.DB, "example.com");
    expect(row).toMatchObject({ allowedHosts: [], excludedPaths: ["/x"], excludedCountries: ["LV"] });
    expect(await env.KV.get("site:example.com", "json")).toEqual(row);
    expect(await siteForBeacon({ get: () => Promise.reject() }, "example.com", NOON)).toEqual(row);
  });

  it("opens a site to the public and closes it again, and leaves that where it is not named", async () => {
    await make("example.com");
    const line = "PUT /api/v1/sites/example.com";
    const open = { public: true, badge: true, min_visitors: 1000 };
    expect((await call(line, { body: open })).body).toMatchObject(open);
    expect((await call(line, { body: { excluded_paths: ["/x"] } })).body).toMatchObject(open);
    expect(await env.KV.get("site:example.com", "json")).toMatchObject({
      isPublic: true,
      badge: true,
      minVisitors: 1000,
    });
    const closed = { public: false, badge: false, min_visitors: 0 };
    expect((await call(line, { body: closed })).body).toMatchObject(closed);
    expect((await call("GET /api/v1/sites/example.com")).body).toMatchObject(closed);
  });

  it("changes the timezone at the next local midnight, and says so until then", async () => {
    await make("example.com");
    const answer = await call("PUT /api/v1/sites/example.com", { body: { timezone: "Asia/Tokyo" } });
    expect(answer.body).toMatchObject({ timezone: "Asia/Tokyo", timezone_effective_from: "2026-11-23" });
    expect((await call("GET /api/v1/sites/example.com")).body).toEqual(answer.body);
    const later = await call("GET /api/v1/sites/example.com", { now: NOON + DAY_MS });
    expect(later.body).toMatchObject({ timezone: "Asia/Tokyo" });
    expect(later.body).not.toHaveProperty("timezone_effective_from");
  });

  it("withdraws a pending timezone", async () => {
    const made = await make("example.com");
    await call("PUT /api/v1/sites/example.com", { body: { timezone: "Asia/Tokyo" } });
    expect((await call("PUT /api/v1/sites/example.com", { body: { timezone: "Etc/UTC" } })).body).toEqual(made);
    expect((await siteByDomain(env.DB, "example.com"))?.zones).toHaveLength(1);
  });

  it("keeps both of two changes made at once", async () => {
    await make("example.com");
    const both = { allowed_hosts: ["a.example.com"], excluded_paths: ["/x"] };
    await Promise.all(
      Object.entries(both).map(([name, value]) => call("PUT /api/v1/sites/example.com", { body: { [name]: value } })),
    );
    expect((await call("GET /api/v1/sites/example.com")).body).toMatchObject(both);
    expect(await env.KV.get("site:example.com", "json")).toEqual(await siteByDomain(env.DB, "example.com"));
  });

  it("does not rename a site", async () => {
    await make("example.com");
    expect(await call("PUT /api/v1/sites/example.com", { body: { domain: "example.org" } })).toMatchObject({
      status: 400,
      body: { error: "domain: cannot be changed yet: make a new site instead" },
    });
  });
});

describe("DELETE /api/v1/sites/:domain", () => {
  it("erases the tallies, the published copy, the identity keys, the counts, the site's keys and the site", async () => {
    await make("example.com");
    await make("other.example.com");
    const id = (await siteByDomain(env.DB, "example.com"))?.id;
    const other = (await siteByDomain(env.DB, "other.example.com"))?.id;
    const { key } = await makeKey(["stats"], "example.com");
    await makeKey(["stats"], "other.example.com");
    await makeKey(["stats"]);
    await env.DB.prepare("UPDATE sites SET shard_rules = ? WHERE id = ?")
      .bind('[{"shards":1,"fromAt":0},{"shards":4,"fromAt":5}]', id)
      .run();
    for (const site of [id, other]) {
      await env.DB.prepare("INSERT INTO counts VALUES (?, 'site', '2026-11-22', 0, 1, jsonb('{}'))").bind(site).run();
      for (const day of ["2026-11-21", "2026-11-22"]) await env.KV.put(`identity:${site}:${day}`, "secret");
    }
    await env.KV.put(`identity:${id}0:2026-11-22`, "of another site");

    const asked: string[] = [];
    const answer = await call("DELETE /api/v1/sites/example.com", { env: { TALLY: fakeTally(asked) } });

    expect(answer).toMatchObject({ status: 200, body: { deleted: true } });
    expect(asked.sort()).toEqual([0, 1, 2, 3].map((shard) => `erase ${id}:${shard}`));
    expect(await keyNames()).toEqual([
      `identity:${id}0:2026-11-22`,
      `identity:${other}:2026-11-21`,
      `identity:${other}:2026-11-22`,
      "site:other.example.com",
    ]);
    expect(await rowCounts()).toEqual({ sites: 1, keys: 2, counts: 1 });
    expect(await siteForBeacon({ get: () => Promise.reject() }, "example.com", NOON)).toBeNull();
    expect((await call("GET /api/v1/sites", { key })).status).toBe(401);
    expect((await call("DELETE /api/v1/sites/example.com")).status).toBe(404);
  });
});

it("erases tallies for good: they count nothing of the site from then on", async () => {
  await make("example.com");
  const id = (await siteByDomain(env.DB, "example.com"))?.id ?? 0;
  expect((await call("DELETE /api/v1/sites/example.com")).status).toBe(200);
  const day = localDayAt([{ timezone: "Etc/UTC", fromDay: "1970-01-01", fromAt: 0 }], NOON);
  expect(await tallyStub(env, id, 0).identityKey(id, day, true)).toBeNull();
});

describe("what else a site has", () => {
  const named = (asked: string[], fail = false) => {
    const getByName = (name: string) => ({
      erase: async () => {
        asked.push(name);
        if (fail) throw new Error("away");
      },
    });
    return { getByName } as unknown as Env["METER"] & Env["CLERK"];
  };

  it("goes with it: its clerk's upload, and how often its public and its badges were asked for", async () => {
    await make("example.com");
    const id = (await siteByDomain(env.DB, "example.com"))?.id ?? 0;
    const clerk = env.CLERK.getByName(`${id}`);
    await runInDurableObject(clerk, async (_, { storage }) => {
      storage.sql.exec("CREATE TABLE upload (part INTEGER PRIMARY KEY, data BLOB NOT NULL)");
      await storage.setAlarm(Date.now() + 3_600_000);
    });
    for (const letter of ["p", "b"]) await env.METER.getByName(`${letter}:${id}`).take(1, NOON);
    expect((await call("DELETE /api/v1/sites/example.com")).status).toBe(200);
    const left = await runInDurableObject(clerk, async (_, { storage }) => ({
      tables: storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'upload'").toArray(),
      alarm: await storage.getAlarm(),
    }));
    expect(left).toEqual({ tables: [], alarm: null });
    for (const letter of ["p", "b"]) expect(await env.METER.getByName(`${letter}:${id}`).take(1, NOON)).toBeNull();
  });

  it("does not keep it from being deleted while it is away", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    await make("example.com");
    const id = (await siteByDomain(env.DB, "example.com"))?.id ?? 0;
    const asked: string[] = [];
    const away = named(asked, true);
    expect((await call("DELETE /api/v1/sites/example.com", { env: { CLERK: away, METER: away } })).status).toBe(200);
    expect(asked.sort()).toEqual([`${id}`, `b:${id}`, `p:${id}`]);
    expect(await siteByDomain(env.DB, "example.com")).toBeNull();
    expect(log).toHaveBeenCalledTimes(3);
    log.mockRestore();
  });

  it("goes with a key and with a link: how often it asked; of nothing, nothing is looked for", async () => {
    await make("example.com");
    const asked: string[] = [];
    const bindings = { METER: named(asked) };
    const { id } = await makeKey(["stats"]);
    const of = { site_id: "example.com", name: "link" };
    await call("PUT /api/v1/sites/shared-links", { body: of });
    for (let time = 0; time < 2; time++) {
      await call(`DELETE /api/v1/keys/${id}`, { env: bindings });
      await call("DELETE /api/v1/sites/shared-links", { body: of, env: bindings });
    }
    expect(asked).toEqual([`k:${id}`, expect.stringMatching(/^l:\d+$/)]);
  });
});

describe("a key of one site with the scope sites", () => {
  it("reads and changes its own site, and nothing else", async () => {
    await make("a.example.com");
    await make("b.example.com");
    const { key } = await makeKey(["sites"], "a.example.com");
    const statuses: Record<string, number> = {};
    for (const line of [
      "GET /api/v1/sites/a.example.com",
      "PUT /api/v1/sites/a.example.com",
      "GET /api/v1/sites/b.example.com",
      "PUT /api/v1/sites/b.example.com",
      "GET /api/v1/sites/unknown.example.com",
      "GET /api/v1/sites/not_a_domain",
      "DELETE /api/v1/sites/a.example.com",
      "POST /api/v1/sites",
    ]) {
      const body = line.startsWith("GET") || line.startsWith("DELETE") ? undefined : {};
      statuses[line] = (await call(line, { key, body })).status;
    }
    expect(statuses).toEqual({
      "GET /api/v1/sites/a.example.com": 200,
      "PUT /api/v1/sites/a.example.com": 200,
      "GET /api/v1/sites/b.example.com": 403,
      "PUT /api/v1/sites/b.example.com": 403,
      "GET /api/v1/sites/unknown.example.com": 403,
      "GET /api/v1/sites/not_a_domain": 403,
      "DELETE /api/v1/sites/a.example.com": 403,
      "POST /api/v1/sites": 403,
    });
  });
});
