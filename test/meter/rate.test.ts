import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Env } from "../../src/env.ts";
import { chargedFor, forgetCaller, requestsPerHour } from "../../src/meter/rate.ts";
import { siteByDomain } from "../../src/store/sites.ts";
import { type Answer, call, makeKey, NOON } from "../manage/support.ts";
import { store } from "../report/fakes.ts";

const HOUR = 3_600_000;
/** Three requests an hour of a key, and ten times as many of readers together. */
const LOW: Partial<Env> = { API_REQUESTS_PER_HOUR: "3" };

let number = 0;
let domain = "";

beforeEach(async () => {
  domain = `rate-${number++}.example.com`;
  await call("POST /api/v1/sites", { body: { domain, public: true } });
});
afterEach(() => {
  vi.restoreAllMocks();
});

function read(key: string | null, more: Partial<Parameters<typeof call>[1]> = {}): Promise<Answer> {
  return call(`GET /api/v1/stats/realtime/visitors?site_id=${domain}`, { key, env: LOW, ...more });
}

/** The real meters, and the names by which they were asked for. */
function watched(): { METER: Env["METER"]; names: string[] } {
  const names: string[] = [];
  const getByName = (name: string) => {
    names.push(name);
    return env.METER.getByName(name);
  };
  return { METER: { getByName } as unknown as Env["METER"], names };
}

async function statuses(times: number, ask: () => Promise<Answer>): Promise<number[]> {
  const answers: number[] = [];
  for (let n = 0; n < times; n++) answers.push((await ask()).status);
  return answers;
}

async function linkOf(name: string): Promise<string> {
  const body = { site_id: domain, name };
  const { url } = (await call("PUT /api/v1/sites/shared-links", { body })).body;
  return new URL(url).searchParams.get("auth") ?? "";
}

it("answers a key that asks too often with 429 and when to ask again, until its hour is over", async () => {
  const { key } = await makeKey(["stats"]);
  expect(await statuses(3, () => read(key))).toEqual([200, 200, 200]);
  const refused = await read(key, { now: NOON + 600_000 });
  expect(refused).toMatchObject({
    status: 429,
    body: { error: "Too many requests: at most 3 an hour. Try again in 3000 s." },
  });
  expect(refused.headers.get("Retry-After")).toBe("3000");
  expect((await read(key, { now: NOON + HOUR })).status).toBe(200);
});

it("counts each key, each link and the public of each site by itself, in all that they ask", async () => {
  const [one, other] = [await makeKey(["stats", "sites"]), await makeKey(["stats"])];
  const [link, second] = [await linkOf("one"), await linkOf("other")];
  for (const key of [one.key, other.key]) {
    expect(await statuses(4, () => read(key))).toEqual([200, 200, 200, 429]);
  }
  for (const key of [link, second, null]) {
    expect(await statuses(31, () => read(key))).toEqual([...Array(30).fill(200), 429]);
  }
  expect((await call("GET /api/v1/sites", { key: one.key, env: LOW })).status).toBe(429);
  const elsewhere = `elsewhere-${domain}`;
  await call("POST /api/v1/sites", { body: { domain: elsewhere, public: true } });
  expect((await call(`GET /api/stats/${elsewhere}`, { key: null, env: LOW })).status).toBe(200);
});

it("counts a link by its slug and by its tokens as one", async () => {
  const body = { site_id: domain, name: "locked", password: "correct horse" };
  const { url } = (await call("PUT /api/v1/sites/shared-links", { body })).body;
  const auth = new URL(url).searchParams.get("auth");
  const unlock = { key: null, body: { auth, password: "correct horse" } };
  const tokens: string[] = [];
  for (const now of [NOON, NOON + 1000]) {
    tokens.push((await call("POST /api/v1/shared-links/unlock", { ...unlock, now })).body.token);
  }
  const [first = "", second = ""] = tokens;
  expect(first).not.toBe(second);
  // Each unlocking counted, too.
  expect(await statuses(20, () => read(first))).toEqual(Array(20).fill(200));
  expect(await statuses(9, () => read(second))).toEqual([...Array(8).fill(200), 429]);
  const answer = await call("POST /api/v1/shared-links/unlock", { ...unlock, env: LOW });
  expect(answer).toMatchObject({ status: 429, body: { error: expect.stringContaining("Too many requests") } });
});

describe("what a question makes D1 read", () => {
  /** Charges so many rows of so many questions, as one request of a new link. */
  let id = 1_000_000;
  async function charge(rows: number[], now = NOON): Promise<{ id: number; used: number[] }> {
    const used: number[] = [];
    const take = async (_limit: number, _now: number, cost: number) => {
      used.push(cost);
      return null;
    };
    const METER = { getByName: () => ({ take }) } as unknown as Env["METER"];
    const later: Promise<unknown>[] = [];
    const charged = chargedFor({ METER }, { kind: "link", id: ++id }, now, (work) => later.push(work));
    for (const read of rows) charged(read);
    await Promise.all(later);
    return { id, used };
  }

  it.each([
    [[387_000], [1935]],
    [[199], []],
    [[200], [1]],
    [[150, 40, 0, 10], [1]],
    [
      [500, 300],
      [2, 2],
    ],
  ])("costs readers a request for each 200 rows: %j → %j", async (rows, costs) => {
    expect((await charge(rows)).used).toEqual(costs);
  });

  it("fails nothing while the meter is away", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const METER = { getByName: () => ({ take: () => Promise.reject(new Error("x")) }) } as unknown as Env["METER"];
    const later: Promise<unknown>[] = [];
    chargedFor({ METER }, { kind: "link", id: 1 }, NOON, (work) => later.push(work))(4_000);
    expect(await Promise.all(later)).toEqual([undefined]);
    expect(log).toHaveBeenCalledTimes(1);
  });

  it("is paid by links and the public, and by no key", async () => {
    const site = await siteByDomain(env.DB, domain);
    if (!site) throw new Error("no site");
    const values = Object.fromEntries(Array.from({ length: 2_500 }, (_, n) => [`${domain}/${n}`, [5, 5, 5]]));
    await store(site, "2026-11-21", "page", values);
    await store(site, "2026-11-21", "site", { "": [5, 5, 5] });
    const bindings = { API_REQUESTS_PER_HOUR: 2 };
    const asked = (key: string | null) =>
      call(`GET /api/v1/stats/breakdown?site_id=${domain}&property=event:page&period=7d`, { key, env: bindings });
    // Asked of each for the first time it is summed: then it is kept.
    expect(await statuses(2, () => asked(null))).toEqual([200, 429]);
    const { key } = await makeKey(["stats"]);
    await env.DB.prepare("DELETE FROM answers").run();
    expect(await statuses(2, () => asked(key))).toEqual([200, 200]);
    await env.DB.prepare("DELETE FROM answers").run();
    const link = await linkOf("paying");
    expect(await statuses(2, () => asked(link))).toEqual([200, 429]);
    // What is kept costs nothing.
    const other = await linkOf("second");
    expect(await statuses(2, () => asked(other))).toEqual([200, 200]);
  });
});

it("forgets a caller that is no more, and fails for nothing", async () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const meter = env.METER.getByName("k:777777");
  await meter.take(1, NOON);
  await forgetCaller(env, { kind: "key", id: 777_777 });
  expect(await meter.take(1, NOON)).toBeNull();
  const METER = { getByName: () => ({ erase: () => Promise.reject(new Error("x")) }) } as unknown as Env["METER"];
  await forgetCaller({ METER }, { kind: "key", id: 1 });
  expect(log.mock.calls).toEqual([['{"what":"meter","error":"Error"}']]);
});

it("never counts the admin key", async () => {
  const { METER, names } = watched();
  expect(await statuses(5, () => read("test-admin-key", { env: { ...LOW, METER } }))).toEqual(Array(5).fill(200));
  expect(names).toEqual([]);
});

it("does none of the work of a request that it refuses, and asks no meter while it knows", async () => {
  const { key } = await makeKey(["sites"]);
  const ask = (more: Partial<Env> = {}) =>
    call("POST /api/v1/sites", { key, body: { domain: `new-${domain}` }, env: { ...LOW, ...more } });
  await statuses(3, () => call("GET /api/v1/sites", { key, env: LOW }));
  expect((await ask()).status).toBe(429);
  expect((await call(`GET /api/v1/sites/new-${domain}`)).status).toBe(404);
  const { METER, names } = watched();
  expect((await ask({ METER })).status).toBe(429);
  expect(names).toEqual([]);
});

describe("while the meter is away", () => {
  const away = (take: () => Promise<never>) => ({
    ...LOW,
    METER: { getByName: () => ({ take }) } as unknown as Env["METER"],
  });

  it("lets requests through, and logs that it does", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { key } = await makeKey(["stats"]);
    const bindings = away(() => Promise.reject(new Error("secret detail")));
    expect(await statuses(5, () => read(key, { env: bindings }))).toEqual(Array(5).fill(200));
    expect(log.mock.calls[0]).toEqual(['{"what":"meter","error":"Error"}']);
  });

  it("waits for it for a second at most", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const { key } = await makeKey(["stats"]);
    const waits: unknown[] = [];
    const timer = vi.spyOn(globalThis, "setTimeout").mockImplementation((run, ms) => {
      waits.push(ms);
      run();
      return 0 as unknown as ReturnType<typeof setTimeout>;
    });
    const answer = read(key, { env: away(() => new Promise(() => undefined)) });
    expect((await answer).status).toBe(200);
    timer.mockRestore();
    expect(waits).toContain(1_000);
  });
});

it("counts nobody where the owner wants no limit", async () => {
  const { key } = await makeKey(["stats"]);
  const { METER, names } = watched();
  expect((await read(key, { env: { API_REQUESTS_PER_HOUR: 0, METER } })).status).toBe(200);
  expect(names).toEqual([]);
});

it.each([
  [undefined, 600],
  ["", 600],
  ["many", 600],
  ["-1", 600],
  [1.5, 600],
  ["0", 0],
  [0, 0],
  ["1000", 1000],
  [50, 50],
])("reads the number of requests an hour from %j: %d", (variable, limit) => {
  expect(requestsPerHour(variable)).toBe(limit);
});

it("names its objects by numbers alone, for the platform logs names", async () => {
  const { METER, names } = watched();
  const { key } = await makeKey(["stats"]);
  for (const asked of [key, await linkOf("x"), null]) await read(asked, { env: { METER } });
  expect(names).toEqual([
    expect.stringMatching(/^k:\d+$/),
    expect.stringMatching(/^l:\d+$/),
    expect.stringMatching(/^p:\d+$/),
  ]);
});
