import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { claimedDomain, verifyLink } from "../../src/link-token.ts";
import { siteForLink } from "../../src/store/site-cache.ts";
import { siteByDomain } from "../../src/store/sites.ts";
import { call, guarded, makeKey, NOON } from "./support.ts";

const POST_LINK = "POST /api/v1/links";
const noKv = { get: () => Promise.reject(new Error("KV was asked")) };

let number = 0;

/** A site of its own, made and without links. */
async function makeSite(): Promise<string> {
  const domain = `links-${number++}.example.com`;
  expect((await call("POST /api/v1/sites", { body: { domain } })).status).toBe(200);
  return domain;
}

const about = (site_id: string, changes: object = {}) => ({
  site_id,
  url: "https://a.test/x",
  name: "Sale",
  ...changes,
});

async function keyOf(domain: string): Promise<string> {
  return (await siteByDomain(env.DB, domain))?.linkKey ?? "";
}

describe("POST /api/v1/links", () => {
  it("answers an address that says all of the link, signed under the site's key", async () => {
    const domain = await makeSite();
    const answer = await call(POST_LINK, { body: about(`WWW.${domain}.`, { name: " Spring sale " }) });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        url: expect.stringMatching(/^https:\/\/stats\.test\/r\/[\w-]+\.[\w-]{22}$/),
        site_id: domain,
        name: "Spring sale",
        target: "https://a.test/x",
      },
    });
    const token = answer.body.url.slice("https://stats.test/r/".length);
    expect(claimedDomain(token)).toBe(domain);
    expect(verifyLink(token, await keyOf(domain))).toEqual({ domain, url: "https://a.test/x", name: "Spring sale" });
  });

  it.each([
    ["https://example.com", "https://example.com/"],
    ["HTTP://EXAMPLE.com:80/a/../b", "http://example.com/b"],
    ["https://bücher.example/ä b?q=ü&x=\\#é", "https://xn--bcher-kva.example/%C3%A4%20b?q=%C3%BC&x=\\#%C3%A9"],
    ["https://example.com\\@evil.test/", "https://example.com/@evil.test/"],
    ["https://example.com/?next=//evil.test&to=javascript:1", "https://example.com/?next=//evil.test&to=javascript:1"],
    ["  https://example.com/%0d%0aX:1  ", "https://example.com/%0d%0aX:1"],
    ["http://[::1]:8080/", "http://[::1]:8080/"],
    [`https://a.test/${"a".repeat(1_985)}`, `https://a.test/${"a".repeat(1_985)}`],
  ])("keeps a target as browsers write it: %.70s", async (url, target) => {
    const domain = await makeSite();
    const answer = await call(POST_LINK, { body: about(domain, { url }) });
    expect(answer).toMatchObject({ status: 200, body: { target } });
    expect(verifyLink(answer.body.url.split("/r/")[1], await keyOf(domain))?.url).toBe(target);
  });

  it("makes the key with a site's first link, keeps it, and gives the same link the same address", async () => {
    const domain = await makeSite();
    expect(await siteByDomain(env.DB, domain)).toMatchObject({ linkKey: null });
    const first = await call(POST_LINK, { body: about(domain) });
    const key = await keyOf(domain);
    expect(key).toMatch(/^[\w-]{43}$/);
    expect((await call(POST_LINK, { body: about(domain) })).body).toEqual(first.body);
    expect((await call(POST_LINK, { body: about(domain, { name: "Other" }) })).body.url).not.toBe(first.body.url);
    expect(await keyOf(domain)).toBe(key);
    await call(`PUT /api/v1/sites/${domain}`, { body: { timezone: "Asia/Tokyo" } });
    expect(await keyOf(domain)).toBe(key);
  });

  it("gives a site one key when many ask at once", async () => {
    const domain = await makeSite();
    const answers = await Promise.all(Array.from({ length: 5 }, () => call(POST_LINK, { body: about(domain) })));
    expect(new Set(answers.map(({ body }) => body.url)).size).toBe(1);
    expect(await env.KV.get(`site:${domain}`, "json")).toEqual(await siteByDomain(env.DB, domain));
  });

  it("answers when KV has the key, and this isolate knows it", async () => {
    const domain = await makeSite();
    await call(POST_LINK, { body: about(domain) });
    const row = await siteByDomain(env.DB, domain);
    expect(await env.KV.get(`site:${domain}`, "json")).toEqual(row);
    expect(await siteForLink(noKv, domain, NOON)).toEqual(row);
  });

  it("copies the key to KV where KV has the site from before there were links", async () => {
    const domain = await makeSite();
    await call(POST_LINK, { body: about(domain) });
    const row = await siteByDomain(env.DB, domain);
    const { linkKey: _, ...old } = row ?? {};
    for (const copy of [JSON.stringify(old), null]) {
      if (copy === null) await env.KV.delete(`site:${domain}`);
      else await env.KV.put(`site:${domain}`, copy);
      expect((await call(POST_LINK, { body: about(domain) })).status).toBe(200);
      expect(await env.KV.get(`site:${domain}`, "json")).toEqual(row);
    }
  });

  it("reads twice and writes nothing for a link of a site that has a key", async () => {
    const domain = await makeSite();
    await call(POST_LINK, { body: about(domain) });
    let steps = 0;
    const counting = guarded(async (run) => {
      steps++;
      return run();
    });
    expect((await call(POST_LINK, { body: about(domain), env: counting })).status).toBe(200);
    // The row is read, and KV's copy.
    expect(steps).toBe(2);
  });

  it("never shows the key", async () => {
    const domain = await makeSite();
    const made = await call(POST_LINK, { body: about(domain) });
    const key = await keyOf(domain);
    const changed = await call(`PUT /api/v1/sites/${domain}`, { body: { excluded_paths: ["/x"] } });
    const answers = [
      made,
      changed,
      await call(`GET /api/v1/sites/${domain}`),
      await call("GET /api/v1/sites?limit=1000"),
      await call(`GET /api/stats/${domain}?period=day`),
      await call("GET /api/v1/keys"),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(200);
      expect(JSON.stringify(body)).not.toContain(key);
      expect(JSON.stringify(body)).not.toMatch(/link_?key/i);
    }
  });
});

describe("who may make links", () => {
  const keys: Record<string, string | null> = { "no key": null, "the admin key": "test-admin-key" };
  let own: string;

  beforeAll(async () => {
    own = await makeSite();
    const other = await makeSite();
    keys["a key of the site"] = (await makeKey(["sites"], own)).key;
    keys["a key of all sites"] = (await makeKey(["sites"])).key;
    keys["a key of another site"] = (await makeKey(["sites"], other)).key;
    keys["a key that reads counts"] = (await makeKey(["stats"], own)).key;
  });

  it.each([
    ["no key", 401, "Authorization: a valid key is required (Authorization: Bearer …)"],
    ["a key that reads counts", 403, 'This needs a key with the scope "sites".'],
    ["a key of another site", 403, "site_id: this key does not cover this site"],
    ["a key of the site", 200, undefined],
    ["a key of all sites", 200, undefined],
    ["the admin key", 200, undefined],
  ])("%s: %d", async (who, status, error) => {
    const answer = await call(POST_LINK, { body: about(own), key: keys[who] ?? null });
    expect([answer.status, answer.body.error]).toEqual([status, error]);
  });

  it.each(["unknown.example.com", "no_domain"])("a key of one site is told nothing of %s", async (name) => {
    const answer = await call(POST_LINK, { body: about(name), key: keys["a key of the site"] ?? null });
    expect(answer).toMatchObject({ status: 403, body: { error: "site_id: this key does not cover this site" } });
  });
});
