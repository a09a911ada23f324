import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { siteByDomain } from "../../src/store/sites.ts";
import { call, failAt, fakeTally, guarded, keyNames, makeKey, rowCounts } from "./support.ts";

/** Whatever the step that fails, before or after it took effect: the caller hears 503, and asking again finishes it. */
const WHEN = ["before", "after"] as const;

beforeEach(async () => {
  // The router logs every one of these failures.
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  await env.DB.batch(["api_keys", "counts", "sites"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
  await Promise.all((await keyNames()).map((name) => env.KV.delete(name)));
});

/** Runs `attempt` with a failure at its first step, its second, … until no step is left to fail. */
async function atEveryStep(
  when: (typeof WHEN)[number],
  attempt: (bindings: ReturnType<typeof guarded>, step: number, failed: () => boolean) => Promise<void>,
): Promise<void> {
  for (let step = 0; step < 50; step++) {
    const { guard, steps } = failAt(step, when);
    const failed = () => steps() > step;
    await attempt(guarded(guard), step, failed);
    if (!failed()) {
      expect(step, "steps that could fail").toBeGreaterThan(0);
      return;
    }
  }
  throw new Error("there is no end of steps");
}

async function isWhole(domain: string): Promise<void> {
  const row = await siteByDomain(env.DB, domain);
  expect(row, domain).not.toBeNull();
  expect(await env.KV.get(`site:${domain}`, "json"), domain).toEqual(row);
}

describe.each(WHEN)("a step that fails %s it took effect", (when) => {
  it("leaves a site unmade, or made by the next attempt", async () => {
    await atEveryStep(when, async (bindings, step, failed) => {
      const body = { domain: `create-${step}.example.com` };
      const first = await call("POST /api/v1/sites", { body, env: bindings });
      expect(first.status, `step ${step}`).toBe(failed() ? 503 : 200);
      if (failed()) expect(first.headers.get("Retry-After")).toBe("30");
      const second = await call("POST /api/v1/sites", { body });
      expect([200, 409], `step ${step}`).toContain(second.status);
      await isWhole(body.domain);
    });
  });

  it("leaves a change undone, or done by the next attempt", async () => {
    await atEveryStep(when, async (bindings, step, failed) => {
      const line = `PUT /api/v1/sites/change-${step}.example.com`;
      await call("POST /api/v1/sites", { body: { domain: `change-${step}.example.com` } });
      const body = { allowed_hosts: ["x.example.com"], timezone: "Europe/Riga" };
      const first = await call(line, { body, env: bindings });
      // The reading back after the copy is made may fail: the change is published then.
      expect([200, ...(failed() ? [503] : [])], `step ${step}`).toContain(first.status);
      expect(await call(line, { body })).toMatchObject({ status: 200, body });
      await isWhole(`change-${step}.example.com`);
    });
  });

  it("leaves a link unmade, or made by the next attempt, with its key in KV before it is answered", async () => {
    await atEveryStep(when, async (bindings, step, failed) => {
      const domain = `link-${step}.example.com`;
      await call("POST /api/v1/sites", { body: { domain } });
      const body = { site_id: domain, url: "https://example.com/", name: "x" };
      const first = await call("POST /api/v1/links", { body, env: bindings });
      // The reading back after the copy is made may fail: the key is published then.
      expect([200, ...(failed() ? [503] : [])], `step ${step}`).toContain(first.status);
      if (first.status === 200) await isWhole(domain);
      const second = await call("POST /api/v1/links", { body });
      expect(second.status, `step ${step}`).toBe(200);
      if (first.status === 200) expect(second.body).toEqual(first.body);
      await isWhole(domain);
      expect((await siteByDomain(env.DB, domain))?.linkKey).toMatch(/^[\w-]{43}$/);
    });
  });

  it("leaves a goal unmade, or made by the next attempt, and a deletion likewise", async () => {
    await atEveryStep(when, async (bindings, step, failed) => {
      const site_id = `goal-${step}.example.com`;
      await call("POST /api/v1/sites", { body: { domain: site_id } });
      const body = { site_id, goal_type: "page", page_path: "/thanks" };
      const first = await call("PUT /api/v1/sites/goals", { body, env: bindings });
      // The reading back after the copy is made may fail: the goal is published then.
      expect([200, ...(failed() ? [503] : [])], `step ${step}`).toContain(first.status);
      expect(await call("PUT /api/v1/sites/goals", { body }), `step ${step}`).toMatchObject({ status: 200 });
      expect((await siteByDomain(env.DB, site_id))?.goals).toMatchObject([{ id: 1, name: "/thanks" }]);
      await isWhole(site_id);
    });
    await atEveryStep(when, async (bindings, step, failed) => {
      const site_id = `no-goal-${step}.example.com`;
      await call("POST /api/v1/sites", { body: { domain: site_id } });
      await call("PUT /api/v1/sites/goals", { body: { site_id, goal_type: "event", event_name: "Signup" } });
      const line = `DELETE /api/v1/sites/goals/1?site_id=${site_id}`;
      const first = await call(line, { env: bindings });
      expect([200, ...(failed() ? [503] : [])], `step ${step}`).toContain(first.status);
      expect([200, 404], `step ${step}`).toContain((await call(line)).status);
      expect((await siteByDomain(env.DB, site_id))?.goals).toEqual([]);
      await isWhole(site_id);
    });
  });

  it("leaves a deletion to be finished by the next attempt, with every tally erased", async () => {
    await atEveryStep(when, async (bindings, step, failed) => {
      const domain = `delete-${step}.example.com`;
      await call("POST /api/v1/sites", { body: { domain } });
      await makeKey(["stats"], domain);
      const id = (await siteByDomain(env.DB, domain))?.id;
      await env.DB.prepare("INSERT INTO counts VALUES (?, 'site', '2026-11-22', 0, 1, jsonb('{}'))").bind(id).run();
      await env.KV.put(`identity:${id}:2026-11-22`, "secret");
      const asked: string[] = [];
      const tally = fakeTally(asked);

      const first = await call(`DELETE /api/v1/sites/${domain}`, { env: bindings });
      expect(first.status, `step ${step}`).toBe(failed() ? 503 : 200);
      const second = await call(`DELETE /api/v1/sites/${domain}`, { env: { TALLY: tally } });
      // Gone already where only the last answer was lost.
      expect([200, 404], `step ${step}`).toContain(second.status);
      expect(await rowCounts(), `step ${step}`).toEqual({ sites: 0, keys: 0, counts: 0 });
      expect(await keyNames(), `step ${step}`).toEqual([]);
      if (second.status === 200) expect(asked).toEqual([`erase ${id}:0`]);
    });
  });
});

it("answers 503, not 401 and not 500, with D1 away, whatever is asked", async () => {
  const { key } = await makeKey(["sites"]);
  await call("DELETE /api/v1/keys/999999999");
  const { DB } = guarded(() => Promise.reject(new Error("D1_ERROR: over the daily limit: secret detail")));
  for (const line of [
    "GET /api/v1/sites",
    "GET /api/v1/sites/example.com",
    "PUT /api/v1/sites/example.com",
    "DELETE /api/v1/sites/example.com",
    "POST /api/v1/sites",
    "PUT /api/v1/sites/goals",
    "GET /api/v1/sites/goals?site_id=example.com",
    "DELETE /api/v1/sites/goals/1?site_id=example.com",
    "POST /api/v1/links",
    "POST /api/v1/keys",
    "GET /api/v1/keys",
    "DELETE /api/v1/keys/1",
  ]) {
    const bodies: Record<string, object> = {
      "PUT /api/v1/sites/example.com": {},
      "POST /api/v1/sites": { domain: "example.com" },
      "PUT /api/v1/sites/goals": { site_id: "example.com", goal_type: "event", event_name: "x" },
      "POST /api/v1/links": { site_id: "example.com", url: "https://example.com/", name: "x" },
      "POST /api/v1/keys": { name: "x", scopes: ["stats"] },
    };
    const body = bodies[line];
    const answer = await call(line, { body, env: { DB: DB as D1Database } });
    expect(answer, line).toMatchObject({ status: 503, body: { error: "D1 does not answer. Try again." } });
  }
  const answer = await call("GET /api/v1/sites", { key, env: { DB: DB as D1Database } });
  expect(answer.status).toBe(503);
});
