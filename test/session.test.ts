import { env } from "cloudflare:workers";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { authenticate } from "../src/auth.ts";
import { MINUTE_MS } from "../src/calendar.ts";
import type { Env } from "../src/env.ts";
import { LIMITS } from "../src/limits.ts";
import { claimedKeyId, isFromItself, isSessionOf, type Seal, sessionCookie, sessionToken } from "../src/session.ts";
import { ADMIN, call, makeKey, NOON } from "./manage/support.ts";

const DAY = 86_400_000;
const OPEN = "open.example.com";
const CLOSED = "closed.example.com";
/** Too long to be guessed: tries to sign in are not counted. */
const LONG = "a-long-admin-key-that-a-machine-chose";
const unlimited = { ADMIN_KEY: LONG };

beforeEach(async () => {
  for (const domain of [OPEN, CLOSED]) await call("POST /api/v1/sites", { body: { domain, public: domain === OPEN } });
});
afterEach(() => {
  vi.restoreAllMocks();
});

const seals = fc.record({
  id: fc.integer({ min: 0, max: 10 ** 15 - 1 }),
  keyHash: fc.stringMatching(/^[0-9a-f]{64}$/),
  adminKey: fc.string({ minLength: 1 }),
});
const instants = fc.integer({ min: 0, max: Date.UTC(2100) });

describe("a token", () => {
  it("stands for its key for 30 days, and for no other", () => {
    fc.assert(
      fc.property(seals, instants, (seal, now) => {
        const { token, expiresAt } = sessionToken(seal, now);
        expect(expiresAt - now).toBeGreaterThan(30 * DAY - 1000);
        expect(claimedKeyId(token, now)).toBe(seal.id);
        expect(isSessionOf(token, seal)).toBe(true);
        expect(claimedKeyId(token, expiresAt - 1)).toBe(seal.id);
        expect(claimedKeyId(token, expiresAt)).toBeNull();
      }),
    );
  });

  it("is of no use under another id, hash or admin key", () => {
    fc.assert(
      fc.property(seals, seals, instants, (seal, other, now) => {
        const { token } = sessionToken(seal, now);
        for (const part of ["id", "keyHash", "adminKey"] as const) {
          const changed: Seal = { ...seal, [part]: other[part] };
          expect(isSessionOf(token, changed)).toBe(other[part] === seal[part]);
        }
      }),
    );
  });

  it("cannot be changed in any character, nor cut, nor be given another end or id", () => {
    fc.assert(
      fc.property(seals, instants, fc.nat(), fc.stringMatching(/^[\w.-]$/), (seal, now, place, character) => {
        const { token } = sessionToken(seal, now);
        const at = place % token.length;
        const changed = token.slice(0, at) + character + token.slice(at + 1);
        expect(isSessionOf(changed, seal)).toBe(changed === token);
        expect(isSessionOf(token.slice(0, at), seal)).toBe(false);
        const [head = "", expiry = "", signature = ""] = token.split(".");
        for (const forged of [
          `${head}.${Number(expiry) + 1}.${signature}`,
          `${head}.0${expiry}.${signature}`,
          `ffs_${seal.id + 1}.${expiry}.${signature}`,
        ]) {
          expect(isSessionOf(forged, seal), forged).toBe(false);
          expect(isSessionOf(forged, { ...seal, id: claimedKeyId(forged, 0) ?? seal.id }), forged).toBe(false);
        }
      }),
    );
  });

  it.each([
    "",
    "ffs_",
    "ffs_0",
    "ffs_0.1",
    `ffs_01.9999999999.${"A".repeat(43)}`,
    `ffs_-1.9999999999.${"A".repeat(43)}`,
  ])("is not %j", (text) => {
    expect(claimedKeyId(text, NOON)).toBeNull();
    expect(isSessionOf(text, { id: 0, keyHash: "", adminKey: ADMIN })).toBe(false);
  });

  it("is none of an admin key that is empty", () => {
    const seal = { id: 0, keyHash: "", adminKey: "" };
    expect(isSessionOf(sessionToken(seal, NOON).token, seal)).toBe(false);
  });
});

it.each([
  ["https://stats.test/", "__Host-footfall=x; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict; Secure"],
  ["http://127.0.0.1:8787/", "footfall=x; Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict"],
])("is kept by browsers of %s as %s", (url, cookie) => {
  expect(sessionCookie(new URL(url), "x")).toBe(cookie);
  expect(sessionCookie(new URL(url), null)).toBe(cookie.replace("=x", "=").replace("2592000", "0"));
});

it.each<[Record<string, string>, boolean | "silent"]>([
  [{ "Sec-Fetch-Site": "same-origin" }, true],
  [{ "Sec-Fetch-Site": "same-origin", Origin: "https://evil.test" }, true],
  [{ "Sec-Fetch-Site": "same-site" }, false],
  [{ "Sec-Fetch-Site": "cross-site", Origin: "https://stats.test" }, false],
  [{ "Sec-Fetch-Site": "none" }, false],
  [{ "Sec-Fetch-Site": "" }, false],
  [{ Origin: "https://stats.test" }, true],
  [{ Origin: "http://stats.test" }, false],
  [{ Origin: "https://stats.test.evil.test" }, false],
  [{ Origin: "null" }, false],
  [{}, "silent"],
])("takes a request with %j for its own page's: %s", (headers, expected) => {
  const url = new URL("https://stats.test/x");
  for (const silent of [true, false]) {
    expect(isFromItself(new Request(url, { headers }), url, silent)).toBe(expected === "silent" ? silent : expected);
  }
});

/** Signs in, and returns the headers of a page of the dashboard. */
async function signIn(key: string, bindings: Partial<Env> = {}): Promise<Record<string, string>> {
  const answer = await call("POST /api/session", { key: null, body: { key }, env: bindings });
  expect(answer.status).toBe(200);
  const [cookie = ""] = (answer.headers.get("Set-Cookie") ?? "").split(";");
  return { Cookie: cookie, "Sec-Fetch-Site": "same-origin" };
}

function asking(line: string, headers: Record<string, string>, more: Parameters<typeof call>[1] = {}) {
  return call(line, { key: null, headers, ...more });
}

describe("POST /api/session", () => {
  it("says who signed in, in the answer and by the cookie", async () => {
    const cases: [string, object][] = [
      [ADMIN, { kind: "admin", manages: true, site: null }],
      [(await makeKey(["stats"], CLOSED)).key, { kind: "key", manages: false, site: CLOSED }],
      [(await makeKey(["sites", "stats"])).key, { kind: "key", manages: true, site: null }],
    ];
    for (const [key, body] of cases) {
      const answer = await call("POST /api/session", { key: null, body: { key } });
      expect(answer).toMatchObject({ status: 200, body });
      expect(answer.headers.get("Set-Cookie")).toMatch(/^__Host-footfall=ffs_\d+\.\d+\.[\w-]{43}; Path=\/; /);
      expect(await asking("GET /api/session", await signIn(key))).toMatchObject({ status: 200, body });
    }
  });

  it.each(["x", `${ADMIN}x`, `ff_${"A".repeat(43)}`, `ffl_${"A".repeat(43)}`])("knows no key %j", async (key) => {
    const answer = await call("POST /api/session", { key: null, body: { key } });
    expect(answer).toMatchObject({ status: 401, body: { error: "key: is neither the admin key nor an API key" } });
    expect(answer.headers.has("Set-Cookie")).toBe(false);
  });

  it("takes no link and no session for a key", async () => {
    const { body } = await call("PUT /api/v1/sites/shared-links", { body: { site_id: CLOSED, name: "x" } });
    const { Cookie = "" } = await signIn(ADMIN);
    for (const key of [new URL(body.url).searchParams.get("auth"), Cookie.split("=")[1]]) {
      expect((await call("POST /api/session", { key: null, body: { key } })).status).toBe(401);
      expect((await call("GET /api/v1/sites", { key: key ?? "" })).status).not.toBe(200);
    }
  });

  it("signs nobody in for another site's page, nor out", async () => {
    for (const method of ["POST", "DELETE"]) {
      for (const headers of [{ "Sec-Fetch-Site": "cross-site" }, { Origin: "https://evil.test" }]) {
        const answer = await asking(`${method} /api/session`, headers, { body: { key: ADMIN } });
        expect(answer.status).toBe(403);
        expect(answer.headers.has("Set-Cookie")).toBe(false);
      }
    }
  });

  it("says what to do where there is no admin key to sign with", async () => {
    const { key } = await makeKey(["stats"]);
    const answer = await call("POST /api/session", { key: null, body: { key }, env: { ADMIN_KEY: "" } });
    expect(answer).toMatchObject({ status: 503, body: { error: expect.stringContaining("secret put ADMIN_KEY") } });
  });
});

describe("tries to sign in with a short admin key", () => {
  const attempt = (key: string, now: number, more: Partial<Env> = {}) =>
    call("POST /api/session", { key: null, body: { key }, now, env: more });

  it("are over after a hundred in an hour, for the right one too, but for no API key and no session", async () => {
    const now = NOON - 10 * DAY;
    const { key } = await makeKey(["stats"]);
    const headers = await signIn(key);
    for (let tries = 0; tries < LIMITS.adminKeyTries; tries++) expect((await attempt("guess", now)).status).toBe(401);
    for (const guess of ["guess", ADMIN]) {
      const answer = await attempt(guess, now + MINUTE_MS);
      expect(answer).toMatchObject({ status: 429, body: { error: expect.stringMatching(/^key: too many tries/) } });
      expect(answer.headers.get("Retry-After")).toBe("3540");
    }
    expect((await attempt(key, now)).status).toBe(200);
    expect((await asking("GET /api/session", headers, { now })).status).toBe(200);
    expect((await attempt(LONG, now, unlimited)).status).toBe(200);
    expect((await attempt(ADMIN, now + 60 * MINUTE_MS)).status).toBe(200);
  });

  it("wait while the meter is away", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const METER = { getByName: () => ({ take: () => Promise.reject(new Error("gone")) }) } as unknown as Env["METER"];
    expect((await attempt(ADMIN, NOON, { METER })).status).toBe(503);
  });
});

describe("a session", () => {
  it("ends with its key, with the admin key, and when it is signed out", async () => {
    const { id, key } = await makeKey(["stats"]);
    const ofKey = await signIn(key);
    const ofAdmin = await signIn(ADMIN);
    for (const headers of [ofKey, ofAdmin]) {
      expect((await asking("GET /api/session", headers)).status).toBe(200);
      expect((await asking("GET /api/session", headers, { env: { ADMIN_KEY: "another" } })).status).toBe(401);
      expect((await asking("GET /api/session", headers, { env: { ADMIN_KEY: "" } })).status).toBe(401);
      expect((await asking("GET /api/session", headers, { now: NOON + 30 * DAY })).status).toBe(401);
    }
    await call(`DELETE /api/v1/keys/${id}`);
    expect((await asking("GET /api/session", ofKey)).status).toBe(401);
    const out = await asking("DELETE /api/session", ofAdmin);
    expect(out.headers.get("Set-Cookie")).toMatch(/^__Host-footfall=; Path=\/; Max-Age=0; /);
  });

  it("changes something for pages of this Worker alone", async () => {
    const { Cookie = "" } = await signIn(ADMIN);
    const line = `PUT /api/v1/sites/${CLOSED}`;
    for (const from of [{ "Sec-Fetch-Site": "same-origin" }, { Origin: "https://stats.test" }]) {
      expect((await asking(line, { Cookie, ...from }, { body: {} })).status).toBe(200);
    }
    const foreign = [{}, { "Sec-Fetch-Site": "same-site" }, { "Sec-Fetch-Site": "none" }, { Origin: "https://a.test" }];
    for (const from of foreign) {
      const answer = await asking(line, { Cookie, ...from }, { body: {} });
      expect(answer).toMatchObject({ status: 403, body: { error: expect.stringMatching(/^Sec-Fetch-Site: /) } });
    }
    // With a key nothing of that matters.
    const headers = { Cookie, "Sec-Fetch-Site": "cross-site" };
    expect((await call(line, { headers, body: {} })).status).toBe(200);
  });

  it("is not looked at where another site's page asks to read", async () => {
    const { Cookie = "" } = await signIn(ADMIN);
    const read = async (from: string) =>
      (await asking(`GET /api/stats/${CLOSED}`, { Cookie, "Sec-Fetch-Site": from })).status;
    expect([await read("same-origin"), await read("none")]).toEqual([200, 200]);
    expect([await read("same-site"), await read("cross-site")]).toEqual([401, 401]);
  });

  it("reads public sites of others as everyone does, small values hidden", async () => {
    for (const scopes of [["stats"], ["sites"]]) {
      const { key } = await makeKey(scopes, CLOSED);
      const headers = await signIn(key);
      expect((await asking(`GET /api/stats/${OPEN}`, headers)).status).toBe(200);
      expect((await asking(`GET /api/v1/sites/${OPEN}/export.zip`, headers)).status).toBe(403);
      // A key that is brought on purpose is refused, as before.
      expect((await call(`GET /api/stats/${OPEN}`, { key })).status).toBe(scopes[0] === "stats" ? 401 : 403);
    }
  });

  it("that is wrong makes its browser everybody", async () => {
    const headers = { Cookie: `__Host-footfall=ffs_0.9999999999.${"A".repeat(43)}`, "Sec-Fetch-Site": "same-origin" };
    expect((await asking(`GET /api/stats/${OPEN}`, headers)).status).toBe(200);
    expect((await asking(`GET /api/stats/${CLOSED}`, headers)).status).toBe(401);
  });

  it("is found among other cookies, and only under its own name", async () => {
    const { Cookie = "" } = await signIn(ADMIN);
    const [, token = ""] = Cookie.split("=");
    const kind = async (cookie: string) => {
      const request = new Request("https://stats.test/", { headers: { Cookie: cookie } });
      return Object(await authenticate(request, env, NOON)).kind;
    };
    expect(await kind(`a=b; ${Cookie};c`)).toBe("admin");
    for (const name of ["footfall", "__host-footfall", "x__Host-footfall", ""]) {
      expect(await kind(`${name}=${token}`)).toBe("public");
    }
  });

  it("of a key counts as the key, and of the admin not at all", async () => {
    const { key } = await makeKey(["stats"], CLOSED);
    const few = { API_REQUESTS_PER_HOUR: 2 };
    const headers = await signIn(key);
    const read = async (from: Parameters<typeof call>[1]) =>
      (await call(`GET /api/stats/${CLOSED}`, { ...from, env: few })).status;
    expect(await read({ key: null, headers })).toBe(200);
    expect(await read({ key })).toBe(200);
    expect(await read({ key: null, headers })).toBe(429);
    const admin = await signIn(ADMIN);
    for (let times = 0; times < 4; times++) expect(await read({ key: null, headers: admin })).toBe(200);
  });
});
