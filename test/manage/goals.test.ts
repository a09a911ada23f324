import { env } from "cloudflare:workers";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { siteForBeacon } from "../../src/store/site-cache.ts";
import { addGoal, siteByDomain } from "../../src/store/sites.ts";
import { type Answer, call, guarded, keyNames, makeKey, NOON } from "./support.ts";

const GOALS = "/api/v1/sites/goals";
const noKv = { get: () => Promise.reject(new Error("KV was asked")) };

let number = 0;
let domain = "";

/** A site of its own, without goals. */
async function makeSite(): Promise<string> {
  const name = `goals-${number++}.example.com`;
  expect((await call("POST /api/v1/sites", { body: { domain: name } })).status).toBe(200);
  return name;
}

beforeEach(async () => {
  domain = await makeSite();
});

function put(goal: object, site_id = domain): Promise<Answer> {
  return call(`PUT ${GOALS}`, { body: { site_id, ...goal } });
}
const event = (event_name: string, more: object = {}) => ({ goal_type: "event", event_name, ...more });
const page = (page_path: string) => ({ goal_type: "page", page_path });

async function made(goal: object): Promise<Answer["body"]> {
  const answer = await put(goal);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
}

async function listed(): Promise<string[]> {
  const { body } = await call(`GET ${GOALS}?site_id=${domain}`);
  return body.goals.map(({ id, display_name }: Record<string, string>) => `${id} ${display_name}`);
}

/** D1's row is what KV and this isolate have. */
async function isPublished(): Promise<void> {
  const row = await siteByDomain(env.DB, domain);
  expect(await env.KV.get(`site:${domain}`, "json")).toEqual(row);
  expect(await siteForBeacon(noKv, domain, NOON)).toEqual(row);
}

describe("PUT /api/v1/sites/goals", () => {
  it("makes goals of events and of pages, in D1 and in the copy that beacons read", async () => {
    expect(await put(event(" Signup "), `WWW.${domain}.`)).toMatchObject({
      status: 200,
      body: {
        id: "1",
        domain,
        goal_type: "event",
        display_name: "Signup",
        event_name: "Signup",
        page_path: null,
        currency: null,
      },
    });
    expect(await made(page("/blog/**"))).toEqual({
      id: "2",
      domain,
      goal_type: "page",
      display_name: "Visit /blog/**",
      event_name: null,
      page_path: "/blog/**",
      currency: null,
    });
    expect(await made(event("Purchase", { currency: " eur" }))).toMatchObject({ id: "3", currency: "EUR" });
    expect((await siteByDomain(env.DB, domain))?.goals).toEqual([
      { id: 1, type: "event", name: "Signup", currency: null, createdAt: NOON },
      { id: 2, type: "page", name: "/blog/**", currency: null, createdAt: NOON },
      { id: 3, type: "event", name: "Purchase", currency: "EUR", createdAt: NOON },
    ]);
    await isPublished();
  });

  it("answers the same goal to the same question, also to its own answer, and tells event and page apart", async () => {
    for (const goal of [event("/a"), page("/a")]) {
      const first = await made(goal);
      expect(await made(goal)).toEqual(first);
      const { id: _, domain: site_id, display_name: __, ...same } = first;
      expect(await made({ site_id, ...same })).toEqual(first);
    }
    expect(await listed()).toEqual(["1 /a", "2 Visit /a"]);
  });

  it("changes the currency where another is named, leaves it where none is, and takes it away with null", async () => {
    await made(event("Signup"));
    expect(await made(event("Buy", { currency: "EUR" }))).toMatchObject({ id: "2", currency: "EUR" });
    expect(await made(event("Buy", { currency: "JPY" }))).toMatchObject({ id: "2", currency: "JPY" });
    expect(await made(event("Buy"))).toMatchObject({ id: "2", currency: "JPY" });
    await isPublished();
    expect(await made(event("Buy", { currency: null }))).toMatchObject({ id: "2", currency: null });
    expect(await listed()).toEqual(["1 Signup", "2 Buy"]);
    await isPublished();
  });

  it("never gives an id a second time", async () => {
    for (const id of [1, 2, 3]) {
      expect(await made(event("Signup"))).toMatchObject({ id: String(id) });
      expect((await call(`DELETE ${GOALS}/${id}?site_id=${domain}`)).status).toBe(200);
    }
    // Also where the site was read before a goal came and went.
    const before = await siteByDomain(env.DB, domain);
    if (!before) throw new Error("no site");
    await made(event("Signup"));
    await call(`DELETE ${GOALS}/4?site_id=${domain}`);
    const after = await addGoal(env.DB, before, { type: "event", name: "x", currency: null, createdAt: 0 });
    expect(after?.goals.map(({ id }) => id)).toEqual([5]);
  });

  it.each([`"quoted" \\ back`, "Пример 🎉 ü", "__proto__", "'); DROP TABLE sites; --", "a\u2028b", '{"id":7}'])(
    "takes any name as it is, and goes on from there: %s",
    async (name) => {
      expect(await made(event(name))).toMatchObject({ id: "1", event_name: name });
      expect(await made(page(`/${name}`))).toMatchObject({ id: "2", page_path: `/${name}` });
      expect(await made(event(name, { currency: "EUR" }))).toMatchObject({ id: "1", currency: "EUR" });
      expect((await call(`DELETE ${GOALS}/1?site_id=${domain}`)).status).toBe(200);
      expect(await listed()).toEqual([`2 Visit /${name}`]);
      await isPublished();
    },
  );

  it("makes each goal once when many ask for two at once", async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, (_, i) => put(event(i % 2 ? "Buy" : "Signup"))));
    for (const { status } of answers) expect(status).toBe(200);
    const ids = answers.map(({ body }) => `${body.id} ${body.event_name}`);
    expect(new Set(ids).size).toBe(2);
    expect(await listed()).toEqual([...new Set(ids)].sort());
  });

  it("and a setting of the site, changed at once, leave each other as they are", async () => {
    const [goal, site] = await Promise.all([
      put(event("Signup")),
      call(`PUT /api/v1/sites/${domain}`, { body: { timezone: "Asia/Tokyo", excluded_paths: ["/x"] } }),
    ]);
    expect([goal.status, site.status]).toEqual([200, 200]);
    expect(await siteByDomain(env.DB, domain)).toMatchObject({ goals: [{ name: "Signup" }], excludedPaths: ["/x"] });
    expect((await siteByDomain(env.DB, domain))?.zones.at(-1)).toMatchObject({ timezone: "Asia/Tokyo" });
    await isPublished();
  });

  it("takes 100 goals and no more", async () => {
    const goals = Array.from({ length: 100 }, (_, i) => ({
      id: i + 1,
      type: "event",
      name: `e${i}`,
      currency: null,
      createdAt: 0,
    }));
    await env.DB.prepare("UPDATE sites SET goals = ?, next_goal_id = 101 WHERE domain = ?")
      .bind(JSON.stringify(goals), domain)
      .run();
    expect(await put(event("new"))).toMatchObject({
      status: 400,
      body: { error: "goals: must be at most 100 of one site" },
    });
    expect(await put(event("e7"))).toMatchObject({ status: 200, body: { id: "8" } });
    await call(`DELETE ${GOALS}/8?site_id=${domain}`);
    expect(await put(event("new"))).toMatchObject({ status: 200, body: { id: "101" } });
  });

  it("reads twice and writes nothing where the goal is there", async () => {
    await made(event("Signup"));
    let steps = 0;
    const counting = guarded(async (run) => {
      steps++;
      return run();
    });
    const answer = await call(`PUT ${GOALS}`, { body: { site_id: domain, ...event("Signup") }, env: counting });
    expect([answer.status, steps]).toEqual([200, 2]);
  });
});

describe("GET /api/v1/sites/goals", () => {
  it("lists goals in order of their ids, page by page", async () => {
    for (const name of ["a", "b", "c"]) await made(event(name));
    await call(`DELETE ${GOALS}/2?site_id=${domain}`);
    await made(page("/d"));
    const first = await call(`GET ${GOALS}?site_id=${domain}&limit=2`);
    expect(first).toMatchObject({ status: 200, body: { goals: [{ id: "1" }, { id: "3" }] } });
    expect(first.body.meta).toEqual({ after: "3", before: null, limit: 2 });
    const second = await call(`GET ${GOALS}?site_id=${domain}&limit=2&after=${first.body.meta.after}`);
    expect(second.body).toEqual({ goals: [await made(page("/d"))], meta: { after: null, before: null, limit: 2 } });
    expect((await call(`GET ${GOALS}?site_id=${domain}`)).body.meta).toEqual({ after: null, before: null, limit: 100 });
  });
});

describe("DELETE /api/v1/sites/goals", () => {
  it.each<[string, (id: string) => [line: string, body?: object]]>([
    ["the path, and the site in the query", (id) => [`DELETE ${GOALS}/${id}?site_id=${domain}`]],
    ["the path, and the site in the body", (id) => [`DELETE ${GOALS}/${id}`, { site_id: domain }]],
    ["the body", (id) => [`DELETE ${GOALS}`, { site_id: domain, goal_id: id }]],
    ["the body, as a number", (id) => [`DELETE ${GOALS}`, { site_id: domain, goal_id: Number(id) }]],
  ])("deletes the goal that is named in %s, and then answers 404", async (_, request) => {
    await made(event("Stays"));
    const { id } = await made(event("Goes"));
    const [line, body] = request(id);
    expect(await call(line, { body })).toMatchObject({ status: 200, body: { deleted: true } });
    expect(await listed()).toEqual(["1 Stays"]);
    await isPublished();
    expect(await call(line, { body })).toMatchObject({
      status: 404,
      body: { error: "goal_id: this site has no such goal" },
    });
  });

  it("does not touch another site's goal of the same number", async () => {
    await made(event("Stays"));
    const other = await makeSite();
    expect((await call(`DELETE ${GOALS}/1?site_id=${other}`)).status).toBe(404);
    expect(await listed()).toEqual(["1 Stays"]);
  });
});

const bad: [string, string, object | string | undefined, string][] = [
  ["no site", `PUT ${GOALS}`, event("a"), "site_id: is required"],
  ["a numeric site", `PUT ${GOALS}`, { site_id: 1, ...event("a") }, "site_id: must be a string"],
  ["no type", `PUT ${GOALS}`, { event_name: "a" }, "goal_type: must be one of event, page"],
  ["another type", `PUT ${GOALS}`, { goal_type: "scroll" }, "goal_type: must be one of event, page"],
  ["no JSON", `PUT ${GOALS}`, "{", "body: must be JSON"],
  ["a list", `PUT ${GOALS}`, "[]", "body: must be a JSON object"],
  ["a number", `PUT ${GOALS}`, "7", "body: must be a JSON object"],
  ["a NUL", `PUT ${GOALS}`, event("a\0"), "event_name: must not contain control characters"],
  ["a tab", `PUT ${GOALS}`, event("a\tb"), "event_name: must not contain control characters"],
  ["a lone surrogate", `PUT ${GOALS}`, event("\ud83d"), "event_name: must not contain lone surrogates"],
  ["no event", `PUT ${GOALS}`, { goal_type: "event" }, "event_name: is required"],
  ["a null event", `PUT ${GOALS}`, { goal_type: "event", event_name: null }, "event_name: must be a string"],
  ["a blank event", `PUT ${GOALS}`, event("  "), "event_name: must not be empty"],
  ["an overlong event", `PUT ${GOALS}`, event("a".repeat(121)), "event_name: must be at most 120 characters long"],
  ["page views", `PUT ${GOALS}`, event("pageview"), 'event_name: must be a custom event, not "pageview"'],
  ["engagements", `PUT ${GOALS}`, event("engagement"), 'event_name: must be a custom event, not "pageview"'],
  ["an event with a path", `PUT ${GOALS}`, event("a", { page_path: "/a" }), "page_path: must be left out, or null"],
  ["no path", `PUT ${GOALS}`, { goal_type: "page" }, "page_path: is required"],
  ["a path without a slash", `PUT ${GOALS}`, page("**"), 'page_path: must begin with "/"'],
  ["an overlong path", `PUT ${GOALS}`, page(`/${"a".repeat(500)}`), "page_path: must be at most 500 characters long"],
  ["a NUL in a path", `PUT ${GOALS}`, page("/\0"), "page_path: must not contain control characters"],
  ["11 wildcards", `PUT ${GOALS}`, page("/*".repeat(11)), "page_path: must have at most 10 wildcards"],
  [
    "a page with an event",
    `PUT ${GOALS}`,
    { ...page("/a"), event_name: "a" },
    "event_name: must be left out, or null, with this goal_type",
  ],
  [
    "a page with a currency",
    `PUT ${GOALS}`,
    { ...page("/a"), currency: "EUR" },
    "currency: must be left out, or null, with this goal_type",
  ],
  ["no currency of this world", `PUT ${GOALS}`, event("a", { currency: "XQX" }), "currency: must be the code of a"],
  ["a numeric currency", `PUT ${GOALS}`, event("a", { currency: 978 }), "currency: must be a string"],
  ["another field", `PUT ${GOALS}`, event("a", { colour: 1 }), "colour: is not a known field"],
  ["no goal", `DELETE ${GOALS}`, {}, "goal_id: is required"],
  ["half a goal", `DELETE ${GOALS}`, { goal_id: 1.5 }, "goal_id: must be a whole number"],
  ["a list of goals", `DELETE ${GOALS}`, { goal_id: ["1"] }, "goal_id: must be a string"],
  ["an endless goal", `DELETE ${GOALS}`, { goal_id: "9".repeat(16) }, "goal_id: must be a whole number"],
  ["a named goal", `DELETE ${GOALS}/x?site_id=:site`, undefined, "goal_id: must be a whole number"],
  ["SQL", `DELETE ${GOALS}/1%20OR%201=1?site_id=:site`, undefined, "goal_id: must be a whole number"],
  ["no site", `DELETE ${GOALS}/1`, undefined, "site_id: is required"],
  ["no site", `DELETE ${GOALS}`, undefined, "site_id: is required"],
  ["no JSON", `DELETE ${GOALS}`, "{", "body: must be JSON"],
  ["no site in the body", `DELETE ${GOALS}/1`, "{}", "site_id: is required"],
  ["an empty site", `DELETE ${GOALS}/1?site_id=`, undefined, "site_id: must not be empty"],
  ["no site", `GET ${GOALS}`, undefined, "site_id: is required"],
  ["no domain", `GET ${GOALS}?site_id=a/b`, undefined, "site_id: must be a domain"],
  ["a wrong limit", `GET ${GOALS}?site_id=:site&limit=0`, undefined, "limit: must be a whole number from 1 to 1000"],
  ["a wrong cursor", `GET ${GOALS}?site_id=:site&after=x`, undefined, "after: must be a whole number"],
];

describe("bad input", () => {
  it.each(bad)("is refused and changes nothing: %s, %s", async (what, line, given, error) => {
    await made(event("Stays"));
    const before = [await siteByDomain(env.DB, domain), await keyNames()];
    const named = what === "no site" ? {} : { site_id: domain };
    const body = typeof given === "object" ? { ...named, ...given } : given;
    const answer = await call(line.replace(":site", domain), { body });
    expect(answer).toMatchObject({ status: 400, body: { error: expect.stringContaining(error) } });
    expect([await siteByDomain(env.DB, domain), await keyNames()]).toEqual(before);
  });

  it("is not what is as long as an event's name may be, in characters", async () => {
    expect(await put(event("🎉".repeat(120)))).toMatchObject({ status: 200 });
    expect(await put(page(`/${"**".repeat(10)}/${"*a".repeat(9)}`))).toMatchObject({ status: 200 });
  });

  it("is refused with 413 where it is 10 MB", async () => {
    expect((await put(event("a".repeat(10_000_000)))).status).toBe(413);
  });

  it.each(["POST", "OPTIONS"])("is a method that goals do not have: %s", async (method) => {
    const answer = await call(`${method} ${GOALS}`);
    expect([answer.status, answer.headers.get("Allow")]).toEqual([405, "DELETE, GET, HEAD, PUT"]);
  });
});

describe("who may set goals", () => {
  const keys: Record<string, string | null> = { "no key": null, "the admin key": "test-admin-key" };
  let own: string;

  beforeAll(async () => {
    own = await makeSite();
    const other = await makeSite();
    expect((await put(event("Stays"), own)).status).toBe(200);
    keys["a key of the site"] = (await makeKey(["sites"], own)).key;
    keys["a key of all sites"] = (await makeKey(["sites"])).key;
    keys["a key of another site"] = (await makeKey(["sites"], other)).key;
    keys["a key that reads counts"] = (await makeKey(["stats"], own)).key;
  });

  const requests: Record<string, (site_id: string) => { line: string; body?: object }> = {
    PUT: (site_id) => ({ line: `PUT ${GOALS}`, body: { site_id, ...event("Stays") } }),
    GET: (site_id) => ({ line: `GET ${GOALS}?site_id=${site_id}` }),
    "DELETE /:id": (site_id) => ({ line: `DELETE ${GOALS}/99?site_id=${site_id}` }),
    DELETE: (site_id) => ({ line: `DELETE ${GOALS}`, body: { site_id, goal_id: 99 } }),
  };
  const ask = async (method: string, site: string, who: string) => {
    const { line, body } = requests[method]?.(site) ?? { line: "" };
    const answer = await call(line, { body, key: keys[who] ?? null });
    return [answer.status, answer.body.error];
  };

  describe.each(Object.keys(requests))("%s", (method) => {
    const allowed = method.startsWith("DELETE") ? [404, "goal_id: this site has no such goal"] : [200, undefined];

    it.each([
      ["no key", [401, "Authorization: a valid key is required (Authorization: Bearer …)"]],
      ["a key that reads counts", [403, 'This needs a key with the scope "sites".']],
      ["a key of another site", [403, "site_id: this key does not cover this site"]],
      ["a key of the site", allowed],
      ["a key of all sites", allowed],
      ["the admin key", allowed],
    ])("%s", async (who, expected) => {
      expect(await ask(method, own, who)).toEqual(expected);
    });

    it.each(["unknown.example.com", "no_domain"])("a key of one site is told nothing of %s", async (site) => {
      expect(await ask(method, site, "a key of the site")).toEqual([403, "site_id: this key does not cover this site"]);
    });
  });
});
