import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY_MS, MINUTE_MS } from "../../src/calendar.ts";
import { collectPixel, preflight } from "../../src/collect/collect.ts";
import type { Site } from "../../src/site.ts";
import { CHROME, type FakeWorld, fakeWorld, NOON } from "./fakes.ts";
import { ADDRESS, contextOf, HEADERS, ownSite, post, type Sent, useLog } from "./requests.ts";

function pixel(world: FakeWorld, search: string, { headers = {}, cf = {} }: Sent = {}): Promise<Response> {
  const url = `https://footfall.example/pixel.gif${search}`;
  return collectPixel(new Request(url, { headers: { ...HEADERS, ...headers }, cf }), contextOf(world, url), world.deps);
}

const view = (one: Site, changes: object = {}) => ({
  n: "pageview",
  u: `https://${one.domain}/a`,
  d: one.domain,
  ...changes,
});

const logged = useLog();

describe("POST /api/event", () => {
  it("answers 202 ok when the tally has acknowledged, and tells it all of the hit", async () => {
    const one = ownSite();
    const world = fakeWorld(one);
    const answer = await post(
      world,
      view(one, {
        n: "Buy",
        u: `https://shop.${one.domain}/caf%C3%A9/?utm_source=fb&utm_medium=cpc&utm_campaign=c&utm_content=d&utm_term=e#x`,
        r: "https://www.google.com/search?q=secret",
        p: { plan: "pro" },
        i: false,
        w: 1200,
      }),
      { cf: { country: "LV", regionCode: "RIX", city: "Riga" } },
    );
    expect(answer.status).toBe(202);
    expect(await answer.text()).toBe("ok");
    expect(Object.fromEntries(answer.headers)).toEqual({
      "access-control-allow-origin": "*",
      "content-type": "text/plain;charset=UTF-8",
    });
    const day = {
      day: "2026-11-22",
      startsAt: Date.parse("2026-11-21T22:00:00Z"),
      endsAt: Date.parse("2026-11-22T22:00:00Z"),
    };
    const tomorrow = { day: "2026-11-23", startsAt: day.endsAt, endsAt: day.endsAt + DAY_MS };
    expect(world.tally.batches).toEqual([
      {
        siteId: one.id,
        shard: 0,
        shards: 1,
        today: day,
        tomorrow,
        hits: [
          {
            id: expect.stringMatching(/^[0-9a-f]{32}$/),
            kind: "event",
            at: NOON,
            day,
            hour: 12,
            visitor: expect.stringMatching(/^[0-9a-f]{32}$/),
            page: `shop.${one.domain}/café/`,
            source: "Facebook",
            channel: "Paid Social",
            referrer: "google.com/search",
            utmSource: "fb",
            utmMedium: "cpc",
            utmCampaign: "c",
            utmContent: "d",
            utmTerm: "e",
            country: "LV",
            region: "LV-RIX",
            browser: "Chrome",
            browserVersion: "142",
            os: "Windows",
            osVersion: "10/11",
            device: "Desktop",
            screen: "Laptop",
            language: "lv",
            event: { name: "Buy", interactive: false },
            props: [["plan", "pro"]],
          },
        ],
      },
    ]);
  });

  it("tells of page views without an event, and of engagements with theirs", async () => {
    const one = ownSite();
    const world = fakeWorld(one);
    await post(world, view(one));
    await post(world, view(one, { n: "engagement", sd: 87, e: 4262 }));
    const [pageview, engagement] = world.tally.hits;
    expect(pageview).toMatchObject({
      kind: "pageview",
      page: `${one.domain}/a`,
      source: "",
      channel: "",
      referrer: "",
    });
    expect(pageview).not.toHaveProperty("event");
    expect(pageview).not.toHaveProperty("engagement");
    expect(engagement).toMatchObject({ kind: "engagement", engagement: { engagedMs: 4262, scrollPercent: 87 } });
    expect(engagement).not.toHaveProperty("event");
    expect(pageview?.visitor).toBe(engagement?.visitor);
    expect(pageview?.id).not.toBe(engagement?.id);
  });

  it("counts a path alone on the site's domain", async () => {
    const one = ownSite();
    const world = fakeWorld(one);
    await post(world, view(one, { u: "/pricing?x=1" }));
    expect(world.tally.hits[0]?.page).toBe(`${one.domain}/pricing`);
  });

  it.each([
    ["the same host", (one: Site) => `https://${one.domain}/before`],
    ["the same host with www.", (one: Site) => `https://www.${one.domain}/before`],
    ["another host of the site", (one: Site) => `https://blog.${one.domain}/`],
  ])("takes a referrer of %s for none", async (_, referrer) => {
    const one = ownSite();
    const world = fakeWorld(one);
    await post(world, view(one, { r: referrer(one) }));
    expect(world.tally.hits[0]).toMatchObject({ source: "", channel: "", referrer: "" });
  });

  it("counts once for each site, and says why the others do not", async () => {
    const [a, b] = [ownSite(), ownSite({ allowedHosts: ["*.example"] })];
    const world = fakeWorld(a, b);
    const u = `https://${a.domain}/x`;
    const answer = await post(world, { n: "pageview", u, d: `${a.domain},${b.domain},${a.domain},unknown.example` });
    expect(world.tally.batches.map(({ siteId }) => siteId)).toEqual([a.id, b.id]);
    expect(answer.status).toBe(202);
    expect(answer.headers.get("X-Footfall-Dropped")).toBe("unknown_site");
    expect(answer.headers.get("x-plausible-dropped")).toBeNull();

    const none = await post(world, { n: "pageview", u, d: "unknown.example,other.example" });
    expect(none.headers.get("X-Footfall-Dropped")).toBe("unknown_site, unknown_site");
    expect(none.headers.get("x-plausible-dropped")).toBe("1");
  });

  it.each<[string, Partial<Site>, object, Sent, string]>([
    ["an unknown site", {}, { d: "nobody.example" }, {}, "unknown_site"],
    ["another host", {}, { u: "https://other.test/" }, {}, "host_not_allowed"],
    ["an opt-out", {}, {}, { headers: { "Sec-GPC": "1" } }, "opt_out"],
    ["a prefetch", {}, {}, { headers: { "Sec-Purpose": "prefetch" } }, "prefetch"],
    ["a bot", {}, {}, { headers: { "User-Agent": "curl/8" } }, "bot"],
    ["nobody", {}, {}, { headers: { "User-Agent": "" } }, "bot"],
    ["a headless browser", {}, {}, { headers: { "Sec-CH-UA": '"HeadlessChrome";v="142"' } }, "bot"],
    ["a verified bot", {}, {}, { cf: { botManagement: { verifiedBot: true } } }, "bot"],
    ["a spammer", {}, { r: "https://semalt.com/" }, {}, "spam_referrer"],
    ["an excluded path", { excludedPaths: ["/a"] }, {}, {}, "excluded_path"],
    ["an excluded country", { excludedCountries: ["LV"] }, {}, { cf: { country: "LV" } }, "excluded_country"],
  ])("answers what it drops as what it counts, and says why: %s", async (_, settings, change, sent, reason) => {
    const one = ownSite(settings);
    const world = fakeWorld(one);
    const answer = await post(world, view(one, change), sent);
    expect(answer.status).toBe(202);
    expect(await answer.text()).toBe("ok");
    expect(answer.headers.get("X-Footfall-Dropped")).toBe(reason);
    expect(answer.headers.get("x-plausible-dropped")).toBe("1");
    expect(answer.headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(answer.headers.get("Access-Control-Expose-Headers")).toContain("X-Footfall-Dropped");
    await Promise.all(world.waiting);
    expect(world.tally.hits).toEqual([]);
    // Nobody can be told of the drops of a site that is not.
    expect(world.tally.drops).toEqual(reason === "unknown_site" ? {} : { [reason]: 1 });
  });

  it.each(["no_visit", "rate", "unknown_site"] as const)("says so when the tally drops a hit: %s", async (outcome) => {
    const one = ownSite();
    const world = fakeWorld(one);
    world.tally.outcome = outcome;
    const answer = await post(world, view(one, { n: "engagement", e: 5 }));
    expect(answer.status).toBe(202);
    expect(answer.headers.get("X-Footfall-Dropped")).toBe(outcome);
    expect(answer.headers.get("x-plausible-dropped")).toBe("1");
  });

  it("ignores a forged Host", async () => {
    const one = ownSite();
    const world = fakeWorld(one);
    const answer = await post(world, view(one), { headers: { Host: "evil.test", "X-Forwarded-Host": "evil.test" } });
    expect(answer.headers.get("X-Footfall-Dropped")).toBeNull();
    expect(world.tally.hits).toHaveLength(1);
  });

  it("answers a preflight", () => {
    const answer = preflight();
    expect(answer.status).toBe(204);
    expect(answer.headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(answer.headers.get("Access-Control-Allow-Methods")).toContain("POST");
    expect(answer.headers.get("Access-Control-Allow-Headers")).toContain("Content-Type");
  });
});

describe("bad input", () => {
  const MB = new Uint8Array(1 << 20).fill(32);

  it.each<[string, (one: Site) => BodyInit | object, string]>([
    ["an empty body", () => "", "request"],
    ["broken JSON", () => "{", "request"],
    ["a list", () => "[]", "request"],
    ["invalid UTF-8", () => new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]), "request"],
    ["half a character", () => new TextEncoder().encode('{"n":"é').slice(0, -1), "request"],
    ["a raw NUL", (one) => JSON.stringify(view(one)).replace("pageview", "page\0view"), "request"],
    ["64 KiB and a byte", (one) => JSON.stringify(view(one)).padEnd(65_537), "request"],
    ["an escaped NUL", (one) => view(one, { n: "a\0" }), "name"],
    ["a lone surrogate", (one) => view(one, { n: "\ud800" }), "name"],
    ["a wrong type", (one) => view(one, { n: {} }), "name"],
    ["no URL", (one) => view(one, { u: undefined }), "url"],
    ["a wrong URL", (one) => view(one, { u: "http://" }), "url"],
    ["a wrong domain", (one) => view(one, { d: 7 }), "domain"],
  ])("is a 400 that names the field, and nothing is stored: %s", async (_, body, field) => {
    const one = ownSite();
    const world = fakeWorld(one);
    const answer = await post(world, body(one));
    expect(answer.status).toBe(400);
    expect(answer.headers.get("Access-Control-Allow-Origin")).toBe("*");
    const { errors } = await answer.json<{ errors: Record<string, string[]> }>();
    expect(Object.keys(errors)).toEqual([field]);
    expect(errors[field]?.[0]).toMatch(/^(must|is) /);
    await Promise.all(world.waiting);
    expect(world.asked).toEqual([]);
  });

  it("of exactly 64 KiB is no bad input", async () => {
    const one = ownSite();
    const world = fakeWorld(one);
    expect((await post(world, JSON.stringify(view(one)).padEnd(65_536))).status).toBe(202);
  });

  it("under any content type is read all the same", async () => {
    const one = ownSite();
    const world = fakeWorld(one);
    for (const type of ["application/json", "text/plain;charset=UTF-8", "application/x-www-form-urlencoded", "x"]) {
      const answer = await post(world, view(one), { headers: { "Content-Type": type } });
      expect([type, answer.headers.get("X-Footfall-Dropped"), answer.status]).toEqual([type, null, 202]);
    }
  });

  it("of 10 MB is never gathered: reading ends at 64 KiB", async () => {
    const world = fakeWorld();
    let pulled = 0;
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(MB.subarray(0, 16_384));
        if (++pulled === 640) controller.close();
      },
      cancel() {
        cancelled = true;
      },
    });
    const answer = await post(world, body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ errors: { request: ["must be at most 65536 bytes"] } });
    expect(pulled).toBeLessThan(10);
    expect(cancelled).toBe(true);
  });

  it("that says it is 10 MB is not read at all", async () => {
    const world = fakeWorld();
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled++;
          controller.enqueue(MB);
        },
      },
      { highWaterMark: 0 },
    );
    const answer = await post(world, body, { headers: { "Content-Length": String(10 << 20) } });
    expect(answer.status).toBe(400);
    expect(pulled).toBe(0);
  });

  it("is never a 5xx, whatever the bytes and the headers", async () => {
    const one = ownSite();
    const world = fakeWorld(one);
    const bytes = fc.uint8Array({ maxLength: 200 });
    const json = fc
      .dictionary(
        fc.constantFrom("n", "u", "d", "r", "p", "e", "sd"),
        fc.oneof(fc.jsonValue(), fc.webUrl({ withQueryParameters: true, withFragments: true })),
      )
      .map((fields) => new TextEncoder().encode(JSON.stringify({ ...view(one), ...fields })));
    const header = fc.string({ unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)) });
    const names = [
      "User-Agent",
      "Accept-Language",
      "Sec-CH-UA",
      "Sec-CH-UA-Platform",
      "CF-Connecting-IP",
      "X-Forwarded-For",
      "Authorization",
      "Idempotency-Key",
    ];
    const headers = fc.dictionary(fc.constantFrom(...names), header);
    await fc.assert(
      fc.asyncProperty(fc.oneof(bytes, json), headers, async (body, headers) => {
        const answer = await post(world, body, { headers });
        expect(answer.status === 202 || answer.status === 400).toBe(true);
      }),
      { numRuns: 500 },
    );
    expect(logged).toEqual([]);
  });
});

describe("GET /pixel.gif", () => {
  const GIF_HEADERS = {
    "content-type": "image/gif",
    "cache-control": "no-store",
    "cross-origin-resource-policy": "cross-origin",
    "access-control-allow-origin": "*",
  };

  it("answers a transparent image of 43 bytes and counts the page", async () => {
    const one = ownSite();
    const world = fakeWorld(one);
    const answer = await pixel(world, `?d=${one.domain}&p=/feed&r=https://news.ycombinator.com/&utm_medium=rss`);
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toEqual(GIF_HEADERS);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    expect(bytes.byteLength).toBe(43);
    expect(new TextDecoder().decode(bytes.slice(0, 6))).toBe("GIF89a");
    expect([...bytes.slice(6, 10)]).toEqual([1, 0, 1, 0]);
    await Promise.all(world.waiting);
    expect(world.tally.hits).toMatchObject([
      { kind: "pageview", page: `${one.domain}/feed`, source: "Hacker News", utmMedium: "rss" },
    ]);
  });

  it("answers at once, while the tally takes its time", async () => {
    const one = ownSite();
    const world = fakeWorld(one);
    let acknowledge = () => {};
    world.tally.before = () =>
      new Promise((resolve) => {
        acknowledge = resolve;
      });
    expect((await pixel(world, `?d=${one.domain}`)).status).toBe(200);
    expect(world.tally.hits).toHaveLength(0);
    await world.clock.pass(0);
    acknowledge();
    await Promise.all(world.waiting);
    expect(world.tally.hits).toHaveLength(1);
  });

  it.each([
    ["?d=unknown.example", "X-Footfall-Dropped", "unknown_site"],
    ["?p=/x", "X-Footfall-Error", "domain is required"],
    ["?d=a.example&u=nonsense&n=%00", "X-Footfall-Error", "name must not contain NUL characters; url must be a URL"],
  ])("answers the image also to what is dropped or wrong: %s", async (search, header, expected) => {
    const world = fakeWorld();
    const answer = await pixel(world, search);
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject(GIF_HEADERS);
    expect(answer.headers.get(header)).toContain(expected);
    expect((await answer.arrayBuffer()).byteLength).toBe(43);
  });

  it("never sets a cookie", async () => {
    const one = ownSite();
    const world = fakeWorld(one);
    expect((await pixel(world, `?d=${one.domain}`)).headers.get("Set-Cookie")).toBeNull();
    expect((await post(world, view(one))).headers.get("Set-Cookie")).toBeNull();
  });

  it("counts what a mail service fetches as an opened mail of nobody known", async () => {
    const one = ownSite();
    const world = fakeWorld(one);
    const userAgent = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";
    await pixel(world, `?d=${one.domain}&utm_campaign=mail-7`, {
      headers: { "User-Agent": userAgent },
      cf: { country: "US", regionCode: "CA" },
    });
    await Promise.all(world.waiting);
    expect(world.tally.hits).toMatchObject([
      {
        kind: "event",
        event: { name: "open", interactive: false },
        visitless: true,
        utmCampaign: "mail-7",
        country: "",
        region: "",
        browser: "",
        os: "",
        device: "",
        language: "",
      },
    ]);
  });

  it("is not counted for those who ask for its headers alone", async () => {
    const one = ownSite();
    const world = fakeWorld(one);
    const url = `https://footfall.example/pixel.gif?d=${one.domain}`;
    const answer = await collectPixel(
      new Request(url, { method: "HEAD", headers: HEADERS }),
      contextOf(world, url),
      world.deps,
    );
    expect(answer.headers.get("Content-Type")).toBe("image/gif");
    await Promise.all(world.waiting);
    expect(world.tally.hits).toEqual([]);
  });
});

describe("recording", () => {
  it("answers 202 with X-Footfall-Pending after 2 s, and goes on until the tally has it", async () => {
    const one = ownSite();
    const world = fakeWorld(one);
    let away = true;
    world.tally.before = () => {
      if (away) throw new Error("the tally is away");
    };
    const answering = post(world, view(one));
    let answered = false;
    void answering.then(() => {
      answered = true;
    });
    await world.clock.nextTimer();
    await world.clock.pass(1_999);
    expect(answered).toBe(false);
    await world.clock.pass(1);
    const answer = await answering;
    expect(answer.status).toBe(202);
    expect(answer.headers.get("X-Footfall-Pending")).toBe("1");
    expect(answer.headers.get("Access-Control-Expose-Headers")).toContain("X-Footfall-Pending");
    away = false;
    await world.clock.pass(5_000);
    await Promise.all(world.waiting);
    expect(world.tally.hits).toHaveLength(1);
  });

  it("gives up after 25 s without an unhandled rejection", async () => {
    const one = ownSite();
    const world = fakeWorld(one);
    world.tally.before = () => {
      throw new Error("the tally is away");
    };
    const answering = post(world, view(one));
    await world.clock.nextTimer();
    await world.clock.pass(30_000);
    expect((await answering).headers.get("X-Footfall-Pending")).toBe("1");
    await Promise.all(world.waiting);
    expect(logged).toHaveLength(1);
    expect(world.clock.timers).toBe(0);
  });

  it("leaves no timer behind when the tally acknowledges", async () => {
    const one = ownSite();
    const world = fakeWorld(one);
    await post(world, view(one));
    expect(world.clock.timers).toBe(0);
  });

  it("repeats with the same id, and derives it from an Idempotency-Key", async () => {
    const [one, two] = [ownSite(), ownSite({ allowedHosts: ["*.example"] })];
    const world = fakeWorld(one, two);
    const both = view(one, { d: `${one.domain},${two.domain}` });
    for (const key of ["order-7", "order-7", "order-8"])
      await post(world, both, { headers: { "Idempotency-Key": key } });
    const ids = world.tally.hits.map(({ id }) => id);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(ids.slice(0, 2)).toEqual(ids.slice(2, 4));
    // Each site and each key has an id of its own.
    expect(new Set(ids).size).toBe(4);
  });

  it("spreads visitors over the site's shards, each always to the same", async () => {
    const one = ownSite({ shardRules: [{ shards: 4, fromAt: 0 }] });
    const world = fakeWorld(one);
    for (const _ of [1, 2]) {
      for (let n = 0; n < 40; n++) await post(world, view(one), { headers: { "CF-Connecting-IP": `203.0.113.${n}` } });
    }
    const shards = world.tally.batches.map(({ shard }) => shard);
    expect(new Set(shards)).toEqual(new Set([0, 1, 2, 3]));
    expect(shards.slice(0, 40)).toEqual(shards.slice(40));
    expect(world.asked).toContain(`${one.id}:3`);
  });

  it.each([
    ["at midnight", 0, true],
    ["29 minutes later", 29 * MINUTE_MS, true],
    ["30 minutes later", 30 * MINUTE_MS, false],
  ])("tells yesterday's pseudonym, too, %s: %s", async (_, later, expected) => {
    const one = ownSite();
    const world = fakeWorld(one);
    await post(world, view(one));
    world.clock.at = Date.parse("2026-11-22T22:00:00Z") + later;
    await post(world, view(one));
    const [before, after] = world.tally.hits;
    expect(after?.visitor).not.toBe(before?.visitor);
    expect(after?.previousVisitor).toBe(expected ? before?.visitor : undefined);
    expect(after?.hour).toBe(0);
    expect(after?.day.day).toBe("2026-11-23");
  });

  it("flags hits of a visitor whose pseudonym is this isolate's own", async () => {
    const one = ownSite();
    const world = fakeWorld(one);
    world.tally.keys = () => null;
    await post(world, view(one));
    await post(world, view(one));
    const [first, second] = world.tally.hits;
    expect(first?.approximate).toBe(true);
    expect(second?.visitor).toBe(first?.visitor);
  });

  it("answers 503, and no visitor is named, where the site's settings cannot be read", async () => {
    const one = ownSite();
    const world = fakeWorld();
    world.deps.kv.get = async () => {
      throw new Error(`${ADDRESS} https://${one.domain}/secret`);
    };
    const answer = await post(world, view(one));
    expect(answer.status).toBe(503);
    expect(answer.headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(answer.headers.get("Retry-After")).toBe("5");
    const image = await pixel(world, `?d=${one.domain}`);
    expect(image.status).toBe(200);
    expect(image.headers.get("X-Footfall-Error")).toBe("request could not be counted now");
    expect(logged).toHaveLength(2);
    for (const line of [...logged, await answer.text()]) expect(line).not.toMatch(/203\.0\.113|secret|example/);
  });
});

describe("drops", () => {
  const bot = { headers: { "User-Agent": "curl/8" } };

  it("go at once when nothing went for 10 s, and else with the next hit", async () => {
    const one = ownSite();
    const world = fakeWorld(one);
    await post(world, view(one), bot);
    await Promise.all(world.waiting);
    expect(world.tally.batches).toMatchObject([{ siteId: one.id, shard: 0, shards: 1, hits: [] }]);
    await post(world, view(one), bot);
    await post(world, view(one), bot);
    await Promise.all(world.waiting);
    expect(world.tally.batches).toHaveLength(1);
    await post(world, view(one));
    expect(world.tally.batches[1]).toMatchObject({
      hits: [{ kind: "pageview" }],
      drops: { counts: [{ reason: "bot", count: 2 }] },
    });
    await post(world, view(one));
    expect(world.tally.batches[2]).not.toHaveProperty("drops");
  });

  it("wait for the next hit, too, where the tally took neither them nor the hit they rode with", async () => {
    const one = ownSite();
    const world = fakeWorld(one);
    await post(world, view(one), bot);
    await post(world, view(one), bot);
    await Promise.all(world.waiting);
    world.tally.before = () => {
      throw new Error("the tally is away");
    };
    const failing = post(world, view(one));
    await world.clock.nextTimer();
    await world.clock.pass(30_000);
    await failing;
    world.tally.before = () => {};
    await post(world, view(one));
    expect(world.tally.drops).toEqual({ bot: 2 });
  });

  it("wait for the next hit where the tally could not take them", async () => {
    const one = ownSite();
    const world = fakeWorld(one);
    world.tally.before = () => {
      throw new Error("the tally is away");
    };
    await post(world, view(one), bot);
    await world.clock.pass(30_000);
    world.tally.before = () => {};
    await post(world, view(one));
    expect(world.tally.drops).toEqual({ bot: 1 });
  });
});

describe("the address", () => {
  const visitor = async (world: FakeWorld, one: Site, headers: Record<string, string>) => {
    await post(world, view(one), { headers, cf: { country: "LV", regionCode: "RIX" } });
    return world.tally.hits.at(-1);
  };
  const FORWARDED = { "X-Forwarded-For": "198.51.100.7, 10.0.0.1", Authorization: "Bearer x" };

  it("is the connection's: X-Forwarded-For is not believed without a valid key of the site", async () => {
    const one = ownSite();
    const world = fakeWorld(one);
    const direct = await visitor(world, one, {});
    expect((await visitor(world, one, { "X-Forwarded-For": "198.51.100.7" }))?.visitor).toBe(direct?.visitor);
    expect(world.keys.asked).toBe(0);
    const forged = await visitor(world, one, FORWARDED);
    expect(forged).toMatchObject({ visitor: direct?.visitor, country: "LV" });
    expect(world.keys.asked).toBe(1);
  });

  it("that was forwarded and not believed is told to the backend", async () => {
    const one = ownSite();
    const world = fakeWorld(one);
    const answered = async (headers: Record<string, string>) =>
      (await post(world, view(one), { headers })).headers.get("X-Footfall-Forwarded");
    expect(await answered(FORWARDED)).toBe("ignored");
    expect(await answered({ "X-Forwarded-For": "198.51.100.7" })).toBe(null);
    expect(await answered({ Authorization: "Bearer x" })).toBe(null);
    world.keys.authorized = true;
    expect(await answered(FORWARDED)).toBe(null);
    expect(await answered({ ...FORWARDED, "X-Forwarded-For": "unknown" })).toBe("ignored");
  });

  it("is the first forwarded one with such a key; the backend's place is not the visitor's", async () => {
    const one = ownSite();
    const world = fakeWorld(one);
    const direct = await visitor(world, one, { "CF-Connecting-IP": "198.51.100.7" });
    world.keys.authorized = true;
    const forwarded = await visitor(world, one, FORWARDED);
    expect(forwarded).toMatchObject({ visitor: direct?.visitor, country: "", region: "" });
    const nonsense = await visitor(world, one, { ...FORWARDED, "X-Forwarded-For": "unknown" });
    expect(nonsense).toMatchObject({ country: "LV" });
  });

  it("makes one visitor of one household's IPv6 network, and of IPv4 however it is written", async () => {
    const one = ownSite();
    const world = fakeWorld(one);
    const of = async (address: string) => (await visitor(world, one, { "CF-Connecting-IP": address }))?.visitor;
    expect(await of("2001:db8:1:2:3::4")).toBe(await of("2001:DB8:1:2::9"));
    expect(await of("2001:db8:1:3::4")).not.toBe(await of("2001:db8:1:2::4"));
    expect(await of("::ffff:203.0.113.7")).toBe(await of("203.0.113.7"));
  });
});

describe("privacy", () => {
  const MARKS = /MARK|198\.51\.100\.99|c633|2001:db8:dead|ffff:c633/i;

  it.each([
    ["IPv4", "198.51.100.99"],
    ["IPv6", "2001:db8:dead:beef::99"],
    ["IPv4 in IPv6", "::ffff:198.51.100.99"],
  ])("no address, User-Agent, city, query or user name is in a hit, an answer or a log: %s", async (_, address) => {
    const one = ownSite();
    const world = fakeWorld(one);
    world.keys.authorized = true;
    const headers = {
      "User-Agent": `Mozilla/5.0 (Windows NT 10.0; MARK-A) MARK-B/98765 ${CHROME} MARK-C/98765`,
      "CF-Connecting-IP": address,
      "X-Real-IP": address,
      "X-Forwarded-For": address,
      Authorization: "Bearer MARK-KEY",
      Cookie: "id=MARK",
      "Idempotency-Key": "MARK-ID",
      "Accept-Language": "lv-x-MARK,en;q=0.5",
      "Sec-CH-UA": '"MARK";v="98765"',
      "Sec-CH-UA-Platform": '"MARK"',
      Referer: "https://MARK.test/",
    };
    const cf = { country: "LV", regionCode: "RIX", city: "MARK", postalCode: "MARK", asOrganization: "MARK" };
    const body = view(one, {
      u: `https://MARK:MARK@${one.domain}/a?token=MARK&gclid=MARK#MARK`,
      r: "https://MARK:MARK@www.google.com/x?q=MARK#MARK",
    });
    const answers = [
      await post(world, body, { headers, cf }),
      await pixel(world, `?d=${one.domain}&p=/`, { headers, cf }),
    ];
    world.tally.before = () => {
      throw new Error(`MARK ${address}`);
    };
    const failing = post(world, body, { headers, cf });
    await world.clock.nextTimer();
    await world.clock.pass(30_000);
    answers.push(await failing);
    await Promise.all(world.waiting);
    expect(world.tally.hits).toHaveLength(2);
    expect(logged).toHaveLength(1);
    const seen = JSON.stringify([world.tally.batches, world.asked, logged, answers.map((a) => [...a.headers])]);
    expect(seen).not.toMatch(MARKS);
    expect(seen).not.toContain("98765");
  });
});
