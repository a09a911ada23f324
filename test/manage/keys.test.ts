import { env } from "cloudflare:workers";
import { createHash } from "node:crypto";
import { beforeEach, expect, it } from "vitest";
import { call, makeKey } from "./support.ts";

beforeEach(async () => {
  await env.DB.batch(["api_keys", "sites"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
  await call("POST /api/v1/sites", { body: { domain: "example.com" } });
});

it("makes a key, shows it once, and stores its SHA-256 alone", async () => {
  const { status, body } = await call("POST /api/v1/keys", {
    body: { name: "Grafana", site_id: "www.Example.com", scopes: ["stats", "stats"] },
  });
  expect(status).toBe(200);
  expect(body).toEqual({
    id: expect.any(Number),
    name: "Grafana",
    site_id: "example.com",
    scopes: ["stats"],
    key: expect.stringMatching(/^ff_[A-Za-z0-9_-]{43}$/),
  });
  const row = await env.DB.prepare("SELECT * FROM api_keys").first();
  expect(row?.hash).toBe(createHash("sha256").update(body.key).digest("hex"));
  expect(JSON.stringify(row)).not.toContain(body.key);

  const list = await call("GET /api/v1/keys");
  const { key, ...shown } = body;
  expect(list.body).toEqual({
    keys: [{ ...shown, created_at: "2026-11-22T12:00:00.000Z" }],
    meta: { after: null, before: null, limit: 100 },
  });
});

it.each([[null], [undefined]])("makes a key of every site for site_id %s", async (site_id) => {
  const { body } = await call("POST /api/v1/keys", { body: { name: "all", site_id, scopes: ["stats", "sites"] } });
  expect(body).toMatchObject({ site_id: null, scopes: ["stats", "sites"] });
});

it("never makes the same key twice", async () => {
  const keys = await Promise.all(Array.from({ length: 20 }, () => makeKey(["stats"])));
  expect(new Set(keys.map(({ key }) => key)).size).toBe(20);
});

it("tells a key that it takes the admin's", async () => {
  const { key } = await makeKey(["stats", "sites"]);
  expect(await call("GET /api/v1/keys", { key })).toMatchObject({
    status: 403,
    body: { error: "This needs the admin key." },
  });
});

it("lists the keys of one site alone, page by page as well", async () => {
  await call("POST /api/v1/sites", { body: { domain: "other.example.com" } });
  const ids: number[] = [];
  for (const site of ["example.com", undefined, "other.example.com", "example.com", "example.com"]) {
    const { id } = await makeKey(["stats"], site);
    if (site === "example.com") ids.push(id);
  }
  const first = await call("GET /api/v1/keys?site_id=www.Example.com&limit=2");
  expect(first.body.keys.map((key: { id: number }) => key.id)).toEqual(ids.slice(0, 2));
  const second = await call(`GET /api/v1/keys?site_id=example.com&limit=2&after=${first.body.meta.after}`);
  expect(second.body.keys).toEqual([
    {
      id: ids[2],
      name: "test",
      site_id: "example.com",
      scopes: ["stats"],
      created_at: "2026-11-22T12:00:00.000Z",
    },
  ]);
  expect(second.body.meta.after).toBeNull();
  expect(await call("GET /api/v1/keys?site_id=none.example.com")).toMatchObject({
    status: 400,
    body: { error: "site_id: no site of this name is set up here" },
  });
});

it("lists keys page by page", async () => {
  const ids: number[] = [];
  for (let i = 0; i < 3; i++) ids.push((await makeKey(["stats"])).id);
  const first = await call("GET /api/v1/keys?limit=2");
  expect(first.body.keys.map((key: { id: number }) => key.id)).toEqual(ids.slice(0, 2));
  const second = await call(`GET /api/v1/keys?limit=2&after=${first.body.meta.after}`);
  expect(second.body.keys.map((key: { id: number }) => key.id)).toEqual(ids.slice(2));
  expect(second.body.meta.after).toBeNull();
});

it("stops a deleted key at once in this isolate, though it was just used", async () => {
  const { id, key } = await makeKey(["sites"]);
  expect((await call("GET /api/v1/sites", { key })).status).toBe(200);
  expect(await call(`DELETE /api/v1/keys/${id}`)).toMatchObject({ status: 200, body: { deleted: true } });
  expect((await call("GET /api/v1/sites", { key })).status).toBe(401);
  expect((await call(`DELETE /api/v1/keys/${id}`)).status).toBe(404);
});

it("lets no key make, see or delete keys", async () => {
  const { id, key } = await makeKey(["stats", "sites"]);
  for (const line of ["POST /api/v1/keys", "GET /api/v1/keys", `DELETE /api/v1/keys/${id}`]) {
    expect(await call(line, { key }), line).toMatchObject({ status: 403 });
  }
});
