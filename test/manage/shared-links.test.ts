import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Env } from "../../src/env.ts";
import { ADMIN, type Answer, call, failAt, guarded, makeKey, NOON } from "./support.ts";

const LINKS = "/api/v1/sites/shared-links";
const UNLOCK = "POST /api/v1/shared-links/unlock";
const PASSWORD = "correct horse";
const MINUTE = 60_000;
const DAY = 86_400_000;

let number = 0;
let domain = "";

beforeEach(async () => {
  // What the isolate and the clerk know of a site outlives a test.
  domain = `shared-${number++}.example.com`;
  expect((await call("POST /api/v1/sites", { body: { domain } })).status).toBe(200);
});

function put(changes: object = {}, more: Parameters<typeof call>[1] = {}): Promise<Answer> {
  return call(`PUT ${LINKS}`, { body: { site_id: domain, name: "Client", ...changes }, ...more });
}

/** Makes a link and returns its slug. */
async function makeLink(changes: object = {}): Promise<string> {
  const answer = await put(changes);
  expect(answer.status).toBe(200);
  return new URL(answer.body.url).searchParams.get("auth") ?? "";
}

function unlock(auth: string, password = PASSWORD, now = NOON): Promise<Answer> {
  return call(UNLOCK, { key: null, body: { auth, password }, now });
}

/** Asks for the site's counts with a link or token, as a Bearer unless it is to stand in the query. */
function read(auth: string, { at = domain, now = NOON, query = false } = {}): Promise<Answer> {
  const path = `GET /api/v1/stats/aggregate?site_id=${at}&period=day`;
  return query ? call(`${path}&auth=${auth}`, { key: null, now }) : call(path, { key: auth, now });
}

describe("PUT /api/v1/sites/shared-links", () => {
  it("makes a link, and finds it again by its name", async () => {
    const made = await put({ site_id: `WWW.${domain}`, name: " Client " });
    expect(made).toMatchObject({
      status: 200,
      body: {
        name: "Client",
        url: expect.stringMatching(
          new RegExp(`^https://stats\\.test/share/${domain.replaceAll(".", "\\.")}\\?auth=ffl_[\\w-]{43}$`),
        ),
        has_password: false,
      },
    });
    expect((await put()).body).toEqual(made.body);
    expect((await put({ name: "Other" })).body.url).not.toBe(made.body.url);
  });

  it("makes one link when many ask at once", async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => put()));
    expect(new Set(answers.map(({ body }) => body.url)).size).toBe(1);
    expect((await call(`GET ${LINKS}?site_id=${domain}`)).body.shared_links).toHaveLength(1);
  });

  it("stores of a password a hash alone, and the same password again changes nothing", async () => {
    expect((await put({ password: PASSWORD })).body).toMatchObject({ has_password: true });
    const row = () => env.DB.prepare("SELECT * FROM shared_links ORDER BY id DESC LIMIT 1").first();
    const first = await row();
    expect(JSON.stringify(first)).not.toContain(PASSWORD);
    expect(first?.password_hash).toMatch(/^scrypt\$/);
    await put({ password: PASSWORD });
    await put();
    expect(await row()).toEqual(first);
    expect((await put({ password: "another horse" })).body).toMatchObject({ has_password: true });
    expect((await row())?.password_hash).not.toBe(first?.password_hash);
    expect((await put({ password: null })).body).toMatchObject({ has_password: false });
    expect(await row()).toEqual({ ...first, password_hash: null });
  });

  it("is done by the next attempt, whatever step fails of the first", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    for (const when of ["before", "after"] as const) {
      for (let step = 0, failed = true; failed; step++) {
        const { guard, steps } = failAt(step, when);
        const name = `${when} ${step}`;
        const first = await put({ name }, { env: guarded(guard) });
        failed = steps() > step;
        expect(first.status, name).toBe(failed ? 503 : 200);
        expect((await put({ name })).body).toMatchObject({ name, has_password: false });
      }
    }
  });

  it("answers 503 while the clerk is away, and sets no password", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const fail = () => Promise.reject(new Error("secret detail"));
    const CLERK = { getByName: () => ({ passwordHash: fail }) } as unknown as Env["CLERK"];
    expect(await put({ password: PASSWORD }, { env: { CLERK } })).toMatchObject({
      status: 503,
      body: { error: "clerk does not answer. Try again." },
    });
    expect((await call(`GET ${LINKS}?site_id=${domain}`)).body.shared_links).toEqual([]);
  });
});

describe("GET /api/v1/sites/shared-links", () => {
  it("lists the links of one site in the order of their making, page by page, without hashes", async () => {
    for (const name of ["b", "a", "c"]) await makeLink({ name, ...(name === "a" && { password: PASSWORD }) });
    const other = `other-${domain}`;
    await call("POST /api/v1/sites", { body: { domain: other } });
    await makeLink({ site_id: other });

    const first = await call(`GET ${LINKS}?site_id=${domain}&limit=2`);
    const second = await call(`GET ${LINKS}?site_id=${domain}&limit=2&after=${first.body.meta.after}`);
    expect(first.body.meta).toEqual({ after: expect.stringMatching(/^\d+$/), before: null, limit: 2 });
    expect(second.body.meta).toEqual({ after: null, before: null, limit: 2 });
    const url = expect.stringContaining(`/share/${domain}?auth=ffl_`);
    const created_at = "2026-11-22T12:00:00.000Z";
    expect([...first.body.shared_links, ...second.body.shared_links]).toEqual([
      { name: "b", url, has_password: false, created_at },
      { name: "a", url, has_password: true, created_at },
      { name: "c", url, has_password: false, created_at },
    ]);
  });
});

describe("DELETE /api/v1/sites/shared-links", () => {
  it.each(["body", "query"])(
    "ends a link named in the %s, at once in this isolate, though it was just used",
    async (where) => {
      const slug = await makeLink({ name: "A & B" });
      expect((await read(slug)).status).toBe(200);
      const named = { site_id: domain, name: "A & B" };
      const ask = () =>
        where === "body"
          ? call(`DELETE ${LINKS}`, { body: named })
          : call(`DELETE ${LINKS}?${new URLSearchParams(named)}`);
      expect(await ask()).toMatchObject({ status: 200, body: { deleted: true } });
      expect((await read(slug)).status).toBe(401);
      expect(await ask()).toMatchObject({
        status: 404,
        body: { error: "name: this site has no shared link of this name" },
      });
    },
  );

  it("deletes no other site's link of the same name", async () => {
    const slug = await makeLink();
    const other = `other-${domain}`;
    await call("POST /api/v1/sites", { body: { domain: other } });
    expect((await call(`DELETE ${LINKS}`, { body: { site_id: other, name: "Client" } })).status).toBe(404);
    expect((await read(slug)).status).toBe(200);
  });
});

it("lets a key of the scope sites manage the links of its own site alone", async () => {
  const other = `other-${domain}`;
  await call("POST /api/v1/sites", { body: { domain: other } });
  const { key } = await makeKey(["sites"], domain);
  expect((await put({}, { key })).status).toBe(200);
  expect((await put({ site_id: other }, { key, body: { site_id: other, name: "x" } })).status).toBe(403);
  expect((await call(`GET ${LINKS}?site_id=${other}`, { key })).status).toBe(403);
  expect((await call(`DELETE ${LINKS}?site_id=${other}&name=x`, { key })).status).toBe(403);
});

describe("a shared link", () => {
  it("reads its site's counts, as a Bearer or in the query, and no other site's", async () => {
    const slug = await makeLink();
    const other = `other-${domain}`;
    await call("POST /api/v1/sites", { body: { domain: other } });
    const owned = await call(`GET /api/v1/stats/aggregate?site_id=${domain}&period=day`);
    for (const query of [false, true]) {
      expect(await read(slug, { query })).toMatchObject({ status: 200, body: owned.body });
      expect((await read(slug, { query, at: other })).status).toBe(401);
    }
    expect((await call(`HEAD /api/stats/${domain}?auth=${slug}`, { key: null })).status).toBe(200);
  });

  it("does not count in the query where there is an Authorization header", async () => {
    const slug = await makeLink();
    const line = `GET /api/v1/stats/aggregate?site_id=${domain}&period=day&auth=`;
    expect((await call(`${line}${slug}`, { key: "wrong" })).status).toBe(401);
    expect((await call(`${line}wrong`, { key: ADMIN })).status).toBe(200);
    expect((await call(`${line}${slug}`, { key: null, headers: { Authorization: "" } })).status).toBe(401);
  });

  it("is the only thing that counts in the query: no key does", async () => {
    const { key } = await makeKey(["stats"]);
    for (const auth of [key, ADMIN]) expect((await read(auth, { query: true })).status).toBe(401);
  });

  it("is read from the query where reports are asked by an address, and nowhere else", async () => {
    const slug = await makeLink();
    expect((await call(`GET /api/v1/sites/${domain}?auth=${slug}`, { key: null })).status).toBe(401);
    expect((await call(`GET /api/v1/sites/${domain}`, { key: slug })).status).toBe(403);
  });

  it("is asked of D1 once a minute", async () => {
    const slug = await makeLink();
    const watch = failAt(-1, "before");
    const line = `GET /api/v1/stats/realtime/visitors?site_id=${domain}`;
    const steps = async (now: number) => {
      const before = watch.steps();
      await call(line, { key: slug, now, env: { DB: guarded(watch.guard).DB as D1Database } });
      return watch.steps() - before;
    };
    const first = await steps(NOON);
    expect(await steps(NOON + MINUTE - 1)).toBe(first - 1);
    expect(await steps(NOON + MINUTE)).toBe(first);
  });

  it("ends with its site", async () => {
    const slug = await makeLink();
    const { token } = (await unlock(await makeLink({ name: "locked", password: PASSWORD }))).body;
    expect([(await read(slug)).status, (await read(token)).status]).toEqual([200, 200]);
    expect((await call(`DELETE /api/v1/sites/${domain}`)).status).toBe(200);
    expect((await call("POST /api/v1/sites", { body: { domain } })).status).toBe(200);
    expect([(await read(slug)).status, (await read(token)).status]).toEqual([401, 401]);
    expect((await call(`GET ${LINKS}?site_id=${domain}`)).body.shared_links).toEqual([]);
    const links = "SELECT count(*) AS n FROM shared_links WHERE site_id NOT IN (SELECT id FROM sites)";
    expect(await env.DB.prepare(links).first()).toEqual({ n: 0 });
  });
});

describe("a shared link with a password", () => {
  it("opens by a token for a day, and not by itself", async () => {
    const slug = await makeLink({ password: PASSWORD });
    for (const query of [false, true]) {
      const locked = await read(slug, { query });
      expect(locked).toMatchObject({ status: 401, body: { error: expect.stringContaining("needs its password") } });
      expect(locked.headers.get("WWW-Authenticate")).toBe("Bearer");
    }
    const unlocked = await unlock(slug);
    expect(unlocked).toMatchObject({
      status: 200,
      body: { token: expect.stringMatching(/^ffu_/), expires_at: "2026-11-23T12:00:00.000Z" },
    });
    const { token } = unlocked.body;
    expect(token).not.toContain(slug);
    for (const query of [false, true]) {
      expect((await read(token, { query })).status).toBe(200);
      expect((await read(token, { query, now: NOON + DAY - 1 })).status).toBe(200);
      expect((await read(token, { query, now: NOON + DAY })).status).toBe(401);
    }
  });

  it.each<[string, object]>([
    ["another password", { password: "another horse" }],
    ["no password any more", { password: null }],
  ])("ends its tokens with %s, at once in this isolate", async (_, change) => {
    const slug = await makeLink({ password: PASSWORD });
    const { token } = (await unlock(slug)).body;
    expect((await read(token)).status).toBe(200);
    await put(change);
    expect((await read(token)).status).toBe(401);
    expect((await read(slug)).status).toBe("password" in change && change.password === null ? 200 : 401);
    expect((await unlock(slug)).status).toBe("password" in change && change.password === null ? 400 : 401);
  });

  it("keeps its tokens where the same password is set again", async () => {
    const { token } = (await unlock(await makeLink({ password: PASSWORD }))).body;
    await put({ password: PASSWORD });
    expect((await read(token)).status).toBe(200);
  });

  it("ends its tokens when it is deleted, and one of the same name does not revive them", async () => {
    const { token } = (await unlock(await makeLink({ password: PASSWORD }))).body;
    expect((await read(token)).status).toBe(200);
    await call(`DELETE ${LINKS}`, { body: { site_id: domain, name: "Client" } });
    expect((await read(token)).status).toBe(401);
    await makeLink({ password: PASSWORD });
    expect((await read(token)).status).toBe(401);
  });

  it("takes ten wrong passwords in 15 minutes, then not even the right one", async () => {
    const slug = await makeLink({ password: PASSWORD });
    const neighbour = await makeLink({ name: "neighbour", password: PASSWORD });
    const statuses = await Promise.all(Array.from({ length: 11 }, () => unlock(slug, "wrong horse")));
    expect(statuses.map(({ status }) => status).sort()).toEqual([...Array(10).fill(401), 429]);
    const shut = await unlock(slug, PASSWORD, NOON + MINUTE);
    expect(shut).toMatchObject({
      status: 429,
      body: { error: "password: too many wrong ones. Try again in 840 s." },
    });
    expect(shut.headers.get("Retry-After")).toBe("840");
    expect((await unlock(neighbour)).status).toBe(200);
    expect((await unlock(slug, PASSWORD, NOON + 15 * MINUTE)).status).toBe(200);
  });
});

describe("POST /api/v1/shared-links/unlock", () => {
  it.each([
    ["a link nobody made", `ffl_${"A".repeat(43)}`, 401, "auth: there is no such link"],
    ["an API key", `ff_${"A".repeat(43)}`, 401, "auth: there is no such link"],
    ["words", "hello", 401, "auth: there is no such link"],
  ])("refuses %s", async (_, auth, status, error) => {
    expect(await unlock(auth)).toMatchObject({ status, body: { error } });
  });

  it("says of a link without a password that it needs none", async () => {
    expect(await unlock(await makeLink())).toMatchObject({
      status: 400,
      body: { error: "auth: this link needs no password" },
    });
  });

  it("never shows the hash, whatever is asked", async () => {
    const slug = await makeLink({ password: PASSWORD });
    for (const answer of [
      await put(),
      await unlock(slug),
      await unlock(slug, "wrong horse"),
      await call(`GET ${LINKS}?site_id=${domain}`),
      await call(`GET /api/v1/sites/${domain}`),
      await read(slug),
    ]) {
      expect(JSON.stringify(answer.body)).not.toMatch(/scrypt|password_?hash/i);
    }
  });
});

describe("the address of a link", () => {
  const open = (path: string) => call(`GET ${path}`, { key: null });

  it("is the site's page, which reads its reports by the link", async () => {
    const { url } = (await put()).body;
    const { pathname, search } = new URL(url);
    const { status, headers } = await open(pathname + search);
    expect([status, headers.get("Content-Type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(headers.get("Referrer-Policy")).toBe("no-referrer");
    expect((await open(`/api/stats/${domain}${search}`)).status).toBe(200);
  });

  it.each(["/share/%2Fevil.test", "/share/evil.test%2F..", "/share/a%20b", "/share/%2e%2e%5c"])(
    "is none without a domain: %s",
    async (asked) => {
      expect((await open(asked)).status).toBe(404);
    },
  );
});
