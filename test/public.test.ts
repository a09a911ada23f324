import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { audience } from "../src/manage/site-access.ts";
import { ROUTES } from "../src/router.ts";
import { siteByDomain } from "../src/store/sites.ts";
import { call, guarded, makeKey } from "./manage/support.ts";

/** Who may read what without a key, against the whole router. */

const OPEN = "open.example.com";
const CLOSED = "closed.example.com";
const reports = (domain: string): string[] => [
  `GET /api/stats/${domain}`,
  `GET /api/stats/${domain}/realtime`,
  ...["aggregate", "timeseries", "breakdown", "timeseries.csv", "breakdown.csv", "realtime/visitors"].map(
    (face) => `GET /api/v1/stats/${face}?site_id=${domain}&property=event:page`,
  ),
];

beforeAll(async () => {
  await call("POST /api/v1/sites", { body: { domain: OPEN, public: true } });
  await call("POST /api/v1/sites", { body: { domain: CLOSED } });
});

it("walks every report that is asked by an address", () => {
  const asked = ROUTES.filter(({ access, method }) => access === "stats" && method === "GET");
  // The export of all counts is no report, a ZIP of all reports is not for everyone, and only keys have sites.
  const others = asked.filter(({ path }) => path.endsWith("/export.zip") || path === "/api/stats");
  expect(reports(OPEN)).toHaveLength(asked.length - others.length);
});

describe("a public site", () => {
  it.each(reports(OPEN))("is read by everyone as by its owner: %s", async (line) => {
    const owner = await call(line);
    expect(owner.status).toBe(200);
    // But for being told who he is.
    const { viewer, ...told } = Object(owner.body);
    const body = viewer ? { ...told, viewer: { owner: false, manages: false } } : owner.body;
    expect(await call(line, { key: null })).toMatchObject({ status: 200, body });
  });

  it.each(reports(OPEN))("is not read with a wrong key: %s", async (line) => {
    const { key } = await makeKey(["stats"], CLOSED);
    const separator = line.includes("?") ? "&" : "?";
    for (const wrong of ["wrong", `ff_${"A".repeat(43)}`, key]) {
      expect((await call(line, { key: wrong })).status).toBe(401);
      expect((await call(`${line}${separator}auth=${wrong}`, { key: null })).status).toBe(401);
    }
    expect((await call(line, { key: null, headers: { Authorization: "" } })).status).toBe(401);
  });

  it("is managed by nobody without a key", async () => {
    for (const line of [`GET /api/v1/sites/${OPEN}`, "GET /api/v1/sites", `DELETE /api/v1/sites/${OPEN}`]) {
      expect((await call(line, { key: null })).status, line).toBe(401);
    }
  });

  it("is exported by its owner alone: not by the public, and by no link", async () => {
    const line = `GET /api/v1/sites/${OPEN}/export.zip`;
    const { body } = await call("PUT /api/v1/sites/shared-links", { body: { site_id: OPEN, name: "link" } });
    const auth = new URL(body.url).searchParams.get("auth") ?? "";
    expect((await call(`GET /api/stats/${OPEN}`, { key: auth })).status).toBe(200);
    const refused = { status: 403, body: { error: "An export needs a key." } };
    expect(await call(line, { key: null })).toMatchObject(refused);
    expect(await call(line, { key: auth })).toMatchObject(refused);
    expect(await call(`${line}?auth=${auth}`, { key: null })).toMatchObject(refused);
    expect((await call(line, { key: (await makeKey(["stats"], OPEN)).key })).status).toBe(200);
  });

  it("is closed at once when its owner says so", async () => {
    const [line = ""] = reports(OPEN);
    await call(`PUT /api/v1/sites/${OPEN}`, { body: { public: false } });
    expect((await call(line, { key: null })).status).toBe(401);
    await call(`PUT /api/v1/sites/${OPEN}`, { body: { public: true } });
    expect((await call(line, { key: null })).status).toBe(200);
  });
});

it.each(reports(CLOSED))("tells nobody whether a site is there that is not public: %s", async (line) => {
  const closed = await call(line, { key: null });
  const missing = await call(line.replace(CLOSED, "nothing.example.com"), { key: null });
  expect(closed).toMatchObject({ status: 401, body: { error: expect.stringContaining("a valid key is required") } });
  expect([missing.status, missing.body, [...missing.headers]]).toEqual([
    closed.status,
    closed.body,
    [...closed.headers],
  ]);
});

it("goes on telling a public site from others by its published copy while D1 is away", async () => {
  const { DB } = guarded(() => Promise.reject(new Error("Network connection lost.")));
  const bindings = { DB: DB as D1Database };
  const read = (domain: string) =>
    call(`GET /api/v1/stats/realtime/visitors?site_id=${domain}`, { key: null, env: bindings });
  expect((await read(OPEN)).status).toBe(200);
  expect((await read(CLOSED)).status).toBe(401);
});

it("gives small values to the owner's keys, and to nobody else but where he says so", async () => {
  const site = await siteByDomain(env.DB, OPEN);
  if (!site) throw new Error("no site");
  const of = (kind: "admin" | "key" | "link" | "public") => ({ kind, id: 1, scopes: ["stats"] as const, siteId: null });
  for (const [minVisitors, others] of [
    [3, 3],
    [0, 0],
    [1000, 1000],
  ] as const) {
    const asked = { ...site, minVisitors };
    expect(audience(of("admin"), asked)).toEqual({ minVisitors: 0, isOwner: true });
    expect(audience(of("key"), asked)).toEqual({ minVisitors: 0, isOwner: true });
    for (const credential of [of("link"), of("public"), null]) {
      expect(audience(credential, asked)).toEqual({ minVisitors: others, isOwner: false });
    }
  }
});
