import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { authenticate, keyAllowsSite } from "../src/auth.ts";
import { MINUTE_MS } from "../src/calendar.ts";
import { siteByDomain } from "../src/store/sites.ts";
import { Unavailable } from "../src/store/unavailable.ts";
import { ADMIN, call, failAt, guarded, makeKey, NOON } from "./manage/support.ts";

const away = { ...env, ...guarded(async () => Promise.reject(new Error("Network connection lost."))) };
const asking = (authorization?: string) =>
  new Request("https://stats.test/", authorization === undefined ? {} : { headers: { Authorization: authorization } });

it.each([
  [""],
  ["Bearer"],
  ["Bearer "],
  [ADMIN],
  [`Basic ${ADMIN}`],
  [`Bearer ${ADMIN}x`],
  [`Bearer ${ADMIN.slice(0, -1)}`],
  [`Bearer ${ADMIN} ${ADMIN}`],
  [`Bearer  ff_${"A".repeat(43)}`],
  [`Bearer ff_${"A".repeat(5_000)}`],
  ["Bearer ff_' OR 1=1 --"],
  [`Bearer ffl_${"A".repeat(43)}`],
  [`Bearer ffu_1.9999999999.${"A".repeat(43)}`],
])("knows nobody by %j", async (authorization) => {
  expect(await authenticate(asking(authorization), env)).toBeNull();
});

it("takes whoever brings nothing for the public, which may read and has no site", async () => {
  expect(await authenticate(asking(), away)).toEqual({ kind: "public", id: 0, scopes: ["stats"], siteId: null });
});

it("knows the admin by the admin key, also while D1 is away", async () => {
  for (const scheme of ["Bearer", "bearer", "BEARER "]) {
    expect(await authenticate(asking(`${scheme} ${ADMIN}`), away)).toMatchObject({ kind: "admin", siteId: null });
  }
});

it.each([[""], [undefined]])("has no admin where the admin key is %j", async (ADMIN_KEY) => {
  const { ADMIN_KEY: _, ...bare } = env;
  const without = ADMIN_KEY === undefined ? bare : { ...bare, ADMIN_KEY };
  for (const token of ["", "undefined", ADMIN]) {
    expect(await authenticate(asking(`Bearer ${token}`), without)).toBeNull();
  }
});

it("asks D1 about a key once a minute", async () => {
  const { id, key } = await makeKey(["stats"]);
  const watch = failAt(-1, "before");
  const watched = { ...env, ...guarded(watch.guard) };
  const request = asking(`Bearer ${key}`);
  const expected = { kind: "key", id, scopes: ["stats"], siteId: null };
  expect(await authenticate(request, watched, NOON)).toEqual(expected);
  expect(await authenticate(request, watched, NOON + MINUTE_MS - 1)).toEqual(expected);
  expect(watch.steps()).toBe(1);
  expect(await authenticate(request, watched, NOON + MINUTE_MS)).toEqual(expected);
  expect(watch.steps()).toBe(2);
});

it("does not take an outage of D1 for a wrong key", async () => {
  const request = asking(`Bearer ff_${"B".repeat(43)}`);
  await expect(authenticate(request, away)).rejects.toBeInstanceOf(Unavailable);
});

it("forgets a key that is deleted while D1 still answers for it", async () => {
  const { id, key } = await makeKey(["stats"]);
  let arrived: () => void = () => undefined;
  let release: () => void = () => undefined;
  const waiting = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const slow = guarded(async (run) => {
    const result = await run();
    arrived();
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    return result;
  });
  const early = authenticate(asking(`Bearer ${key}`), { ...env, ...slow });
  await waiting;
  await call(`DELETE /api/v1/keys/${id}`);
  release();
  await early;
  expect(await authenticate(asking(`Bearer ${key}`), env)).toBeNull();
});

it("tells the beacon path which sites a key covers", async () => {
  for (const domain of ["a.example.com", "b.example.com"]) await call("POST /api/v1/sites", { body: { domain } });
  const a = (await siteByDomain(env.DB, "a.example.com"))?.id ?? 0;
  const b = (await siteByDomain(env.DB, "b.example.com"))?.id ?? 0;
  const one = `Bearer ${(await makeKey(["stats"], "a.example.com")).key}`;
  const all = `Bearer ${(await makeKey(["stats"])).key}`;
  expect(await keyAllowsSite(asking(one), env, a)).toBe(true);
  expect(await keyAllowsSite(asking(one), env, b)).toBe(false);
  expect(await keyAllowsSite(asking(all), env, b)).toBe(true);
  expect(await keyAllowsSite(asking(`Bearer ${ADMIN}`), env, b)).toBe(true);
  expect(await keyAllowsSite(asking(), env, a)).toBe(false);
  expect(await keyAllowsSite(asking("Bearer wrong"), env, a)).toBe(false);
});

it("does not take a shared link for a backend's key", async () => {
  await call("POST /api/v1/sites", { body: { domain: "c.example.com" } });
  const body = { site_id: "c.example.com", name: "x" };
  const { url } = (await call("PUT /api/v1/sites/shared-links", { body })).body;
  const link = asking(`Bearer ${new URL(url).searchParams.get("auth")}`);
  const id = (await siteByDomain(env.DB, "c.example.com"))?.id ?? 0;
  expect(await authenticate(link, env)).toEqual({
    kind: "link",
    id: expect.any(Number),
    scopes: ["stats"],
    siteId: id,
  });
  expect(await keyAllowsSite(link, env, id)).toBe(false);
});

it("does not believe an unknown key on the beacon path while D1 is away, and does not fail", async () => {
  expect(await keyAllowsSite(asking(`Bearer ff_${"C".repeat(43)}`), away, 1)).toBe(false);
});

it("goes on believing a backend's key on the beacon path while D1 is away, but answers no request of its owner", async () => {
  const request = asking(`Bearer ${(await makeKey(["stats"])).key}`);
  expect(await keyAllowsSite(request, env, 1, NOON)).toBe(true);
  expect(await keyAllowsSite(request, away, 1, NOON + 60 * MINUTE_MS)).toBe(true);
  await expect(authenticate(request, away, NOON + 60 * MINUTE_MS)).rejects.toBeInstanceOf(Unavailable);
});
