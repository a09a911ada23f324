import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { collectClick } from "../../src/collect/collect.ts";
import { type Link, signLink } from "../../src/link-token.ts";
import type { Site } from "../../src/site.ts";
import { rememberSite, siteForBeacon } from "../../src/store/site-cache.ts";
import { CHROME, type FakeWorld, fakeWorld } from "./fakes.ts";
import { ADDRESS, contextOf, HEADERS, ownSite, type Sent, useLog } from "./requests.ts";

const KEY = Buffer.alloc(32, 7).toString("base64url");
const OTHER_KEY = Buffer.alloc(32, 8).toString("base64url");
const TARGET = "https://shop.test/sale?utm_campaign=spring#top";

/** A site that has links. */
function linkedSite(changes: Partial<Site> = {}): Site {
  return ownSite({ linkKey: KEY, ...changes });
}

function tokenOf(one: Site, changes: Partial<Link> = {}, key = KEY): string {
  return signLink({ domain: one.domain, url: TARGET, name: "Spring sale", ...changes }, key);
}

function follow(world: FakeWorld, token: string, { method = "GET", headers = {}, cf = {} }: Sent = {}) {
  const url = `https://footfall.example/r/${encodeURIComponent(token)}`;
  return collectClick(
    new Request(url, { method, headers: { ...HEADERS, ...headers }, cf }),
    contextOf(world, url, { token }),
    world.deps,
  );
}

const logged = useLog();

describe("GET /r/:token", () => {
  it("redirects to what was signed, and tells the tally of an event of nobody", async () => {
    const one = linkedSite();
    const world = fakeWorld(one);
    const answer = await follow(world, tokenOf(one), { cf: { country: "LV", regionCode: "RIX", city: "Riga" } });
    expect(answer.status).toBe(302);
    expect(Object.fromEntries(answer.headers)).toEqual({
      location: TARGET,
      "cache-control": "no-store",
      "x-robots-tag": "noindex",
    });
    await Promise.all(world.waiting);
    expect(world.tally.hits).toMatchObject([
      {
        kind: "event",
        event: { name: "click", interactive: false },
        visitless: true,
        page: `${one.domain}/`,
        props: [
          ["link", "Spring sale"],
          ["url", TARGET],
        ],
        source: "",
        referrer: "",
        utmCampaign: "",
        country: "LV",
        browser: "Chrome",
        device: "Desktop",
        language: "lv",
      },
    ]);
  });

  it("answers at once, while the tally takes its time", async () => {
    const one = linkedSite();
    const world = fakeWorld(one);
    let acknowledge = () => {};
    world.tally.before = () =>
      new Promise((resolve) => {
        acknowledge = resolve;
      });
    expect((await follow(world, tokenOf(one))).status).toBe(302);
    expect(world.tally.hits).toHaveLength(0);
    await world.clock.pass(0);
    acknowledge();
    await Promise.all(world.waiting);
    expect(world.tally.hits).toHaveLength(1);
    expect(world.clock.timers).toBe(0);
  });

  it("redirects though the tally never takes the click", async () => {
    const one = linkedSite();
    const world = fakeWorld(one);
    world.tally.before = () => {
      throw new Error("the tally is away");
    };
    expect((await follow(world, tokenOf(one))).headers.get("Location")).toBe(TARGET);
    await world.clock.pass(30_000);
    await Promise.all(world.waiting);
    expect(logged).toHaveLength(1);
  });

  it.each<[string, Partial<Site>, Sent, string]>([
    ["Sec-GPC", {}, { headers: { "Sec-GPC": "1" } }, "opt_out"],
    ["DNT", {}, { headers: { DNT: "1" } }, "opt_out"],
    ["a prefetch", {}, { headers: { "Sec-Purpose": "prefetch" } }, "prefetch"],
    ["a bot", {}, { headers: { "User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)" } }, "bot"],
    ["nobody", {}, { headers: { "User-Agent": "" } }, "bot"],
    ["a verified bot", {}, { cf: { botManagement: { verifiedBot: true } } }, "bot"],
    ["an excluded path", { excludedPaths: ["/"] }, {}, "excluded_path"],
    ["an excluded country", { excludedCountries: ["LV"] }, { cf: { country: "LV" } }, "excluded_country"],
  ])("redirects whom it does not count, and says why: %s", async (_, settings, sent, reason) => {
    const one = linkedSite(settings);
    const world = fakeWorld(one);
    const answer = await follow(world, tokenOf(one), sent);
    expect([answer.status, answer.headers.get("Location")]).toEqual([302, TARGET]);
    expect(answer.headers.get("X-Footfall-Dropped")).toBe(reason);
    await Promise.all(world.waiting);
    expect(world.tally.hits).toEqual([]);
    expect(world.tally.drops).toEqual({ [reason]: 1 });
  });

  it("counts for sites whose pages are on other hosts, too", async () => {
    const one = linkedSite({ allowedHosts: ["shop.test"] });
    const world = fakeWorld(one);
    expect((await follow(world, tokenOf(one))).headers.get("X-Footfall-Dropped")).toBe(null);
  });

  it("redirects a HEAD, and counts nothing", async () => {
    const one = linkedSite();
    const world = fakeWorld(one);
    for (const headers of [{}, { "User-Agent": "curl/8" }]) {
      const answer = await follow(world, tokenOf(one), { method: "HEAD", headers });
      expect([answer.status, answer.headers.get("Location")]).toEqual([302, TARGET]);
      expect(answer.headers.get("X-Footfall-Dropped")).toBe(null);
    }
    await Promise.all(world.waiting);
    expect(world.tally.batches).toEqual([]);
  });

  it("never sets a cookie", async () => {
    const one = linkedSite();
    expect((await follow(fakeWorld(one), tokenOf(one))).headers.get("Set-Cookie")).toBe(null);
  });
});

describe("what is no link", () => {
  const evil = { url: "https://evil.test/" };

  it.each<[string, (one: Site, other: Site) => string]>([
    ["nothing", () => ""],
    ["a URL", () => "https://evil.test/"],
    ["a link of an unknown site", (one) => tokenOf({ ...one, domain: "unknown.example" }, evil)],
    ["a link that a key of another site signed", (one) => tokenOf(one, evil, OTHER_KEY)],
    ["a link of another site in this site's name", (one, other) => tokenOf(one, evil, other.linkKey ?? "")],
    ["a link that an empty key signed", (one) => tokenOf(one, evil, "")],
    ["a payload of another link", (one) => `${tokenOf(one, evil).split(".")[0]}.${tokenOf(one).split(".")[1]}`],
    ["a link cut short", (one) => tokenOf(one).slice(0, -1)],
    ["a link with more behind it", (one) => `${tokenOf(one)}=`],
    ["an overlong link", (one) => tokenOf(one, { name: "x".repeat(10_000) })],
    ["a name that can be no site's", (one) => tokenOf({ ...one, domain: "identity:1:2026-11-22" }, evil)],
  ])("is a 404 in plain words, and never a redirect: %s", async (_, tokenFor) => {
    const [one, other] = [linkedSite(), linkedSite({ linkKey: OTHER_KEY })];
    const world = fakeWorld(one, other);
    for (const method of ["GET", "HEAD"]) {
      const answer = await follow(world, tokenFor(one, other), { method });
      expect(answer.status).toBe(404);
      expect(Object.fromEntries(answer.headers)).toEqual({
        "cache-control": "no-store",
        "content-type": "text/plain;charset=UTF-8",
        "x-robots-tag": "noindex",
      });
      expect(await answer.text()).toMatch(/^This link does not work: .{20,120}\.\n$/);
    }
    await Promise.all(world.waiting);
    expect(world.tally.batches).toEqual([]);
    expect(logged).toEqual([]);
  });

  it.each([
    ["has no link key", null],
    ["has an empty one", ""],
  ])("is any token of a site that %s", async (_, linkKey) => {
    const one = linkedSite({ linkKey });
    for (const key of ["", KEY]) expect((await follow(fakeWorld(one), tokenOf(one, evil, key))).status).toBe(404);
  });

  it("is whatever was not signed, whoever sends it: never a redirect, never a 5xx", async () => {
    const one = linkedSite();
    const world = fakeWorld(one);
    const good = tokenOf(one);
    const payload = fc
      .tuple(fc.constantFrom(1, 2, "1"), fc.constantFrom(one.domain, "", "x"), fc.string(), fc.string())
      .map((parts) => `${Buffer.from(JSON.stringify(parts)).toString("base64url")}.${good.split(".")[1]}`);
    const json = fc
      .jsonValue()
      .map((value) => `${Buffer.from(JSON.stringify(value)).toString("base64url")}.${"A".repeat(22)}`);
    await fc.assert(
      fc.asyncProperty(fc.oneof(payload, json, fc.string(), fc.string({ unit: "binary" })), async (token) => {
        expect((await follow(world, token.toWellFormed())).status).toBe(404);
      }),
      { numRuns: 300 },
    );
    expect(logged).toEqual([]);
  });

  it("asks the tallies for nothing, and KV for one site", async () => {
    const one = linkedSite();
    const world = fakeWorld(one);
    for (let n = 0; n < 20; n++) await follow(world, tokenOf(one, { name: String(n) }, OTHER_KEY));
    expect(world.asked).toEqual([`site:${one.domain}`]);
  });
});

describe("settings", () => {
  it("that were read before the site's first link are read again for it", async () => {
    const one = linkedSite();
    const world = fakeWorld(one);
    rememberSite({ ...one, linkKey: null }, world.clock.at);
    expect((await follow(world, tokenOf(one))).status).toBe(302);
    expect(world.asked.filter((key) => key.startsWith("site:"))).toEqual([`site:${one.domain}`]);
    expect((await siteForBeacon(world.deps.kv, one.domain, world.clock.at))?.linkKey).toBe(KEY);
  });

  it("that cannot be read are a 503 in plain words that names nobody, where nothing is known", async () => {
    const one = linkedSite();
    const world = fakeWorld(one);
    world.deps.kv.get = async () => {
      throw new Error(`${ADDRESS} https://${one.domain}/secret`);
    };
    const answer = await follow(world, tokenOf(one));
    expect(answer.status).toBe(503);
    expect(Object.fromEntries(answer.headers)).toEqual({
      "cache-control": "no-store",
      "content-type": "text/plain;charset=UTF-8",
      "retry-after": "5",
      "x-robots-tag": "noindex",
    });
    expect(await answer.text()).toMatch(/^This link cannot be followed right now\..*\n$/);
    expect(logged).toHaveLength(1);
    expect(logged[0]).not.toMatch(/203\.0\.113|secret|example|shop|Chrome/);
  });

  it("that are known are enough while KV fails", async () => {
    const one = linkedSite();
    const world = fakeWorld(one);
    await follow(world, tokenOf(one));
    world.deps.kv.get = () => Promise.reject(new Error("KV is away"));
    world.clock.at += 3_600_000;
    expect((await follow(world, tokenOf(one))).status).toBe(302);
    await Promise.all(world.waiting);
    expect(world.tally.hits).toHaveLength(2);
  });

  it("are waited for no longer than by a pixel: 2 s", async () => {
    const one = linkedSite();
    const world = fakeWorld(one);
    world.deps.kv.get = () => new Promise(() => {});
    const answering = follow(world, tokenOf(one));
    await world.clock.pass(2_000);
    expect((await answering).status).toBe(503);
    expect(world.clock.timers).toBe(0);
  });

  it("that make trouble while the click is counted keep nobody from going on", async () => {
    const one = linkedSite();
    const world = fakeWorld(one);
    world.deps.memory.agents.of = () => {
      throw new TypeError(`${CHROME} ${ADDRESS}`);
    };
    expect((await follow(world, tokenOf(one))).headers.get("Location")).toBe(TARGET);
    expect(logged).toEqual(['{"what":"a click was not counted","error":"TypeError"}']);
  });
});

it("tells the log nothing of the reader or the link, whatever fails", async () => {
  const one = linkedSite();
  const world = fakeWorld(one);
  world.tally.before = () => {
    throw new Error(`${ADDRESS} ${CHROME} ${TARGET}`);
  };
  world.tally.keys = () => {
    throw new Error(`${ADDRESS} ${CHROME} ${TARGET}`);
  };
  await follow(world, tokenOf(one), { headers: { Referer: "https://mail.example.org/inbox/secret" } });
  await world.clock.pass(60_000);
  await Promise.all(world.waiting);
  expect(logged.length).toBeGreaterThan(0);
  for (const line of logged)
    expect(line).not.toMatch(/203\.0\.113|Chrome|Mozilla|shop\.test|Spring|secret|example|eyJ|WzEs/);
});
