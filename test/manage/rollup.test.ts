import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { rollUpMonths } from "../../src/manage/rollup.ts";
import wranglerToml from "../../wrangler.toml?raw";
import { failAt, type Guard, guarded } from "./support.ts";

/** After the close of October 2026. */
const NOW = Date.parse("2026-11-03T00:17:00Z");

beforeEach(async () => {
  await env.DB.batch(["counts", "months", "sites"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
});
afterEach(() => void vi.restoreAllMocks());

/** A site that has counted on the first of each month of 2025 up to and with this one. */
async function siteWith(id: number, months: number): Promise<void> {
  const day = env.DB.prepare("INSERT INTO counts VALUES (?, 'site', ?, 0, 1, jsonb('{\"\":[1]}'))");
  await env.DB.batch([
    env.DB.prepare("INSERT INTO sites (id, domain, zones, shard_rules, created_at) VALUES (?, ?, '[]', '[]', 0)").bind(
      id,
      `${id}.example`,
    ),
    ...Array.from({ length: months }, (_, n) => day.bind(id, `2025-${String(n + 1).padStart(2, "0")}-01`)),
  ]);
}

async function listed(): Promise<number> {
  return (await env.DB.prepare("SELECT count(*) AS n FROM months").first<number>("n")) ?? 0;
}

it("is what the Worker does on its schedule", async () => {
  await siteWith(1, 2);
  expect(wranglerToml).toMatch(/\[triggers\]\ncrons = \["\d+ \* \* \* \*"\]/);
  const worker = exports.default as unknown as { scheduled(options: object): Promise<unknown> };
  await worker.scheduled({});
  expect(await listed()).toBe(2);
});

it("asks D1 at most 50 times in a run, and goes on in the next", async () => {
  for (const id of [1, 2, 3]) await siteWith(id, 12);
  let asked = 0;
  const DB = new Proxy(env.DB, {
    get(db, name) {
      if (name === "prepare") asked++;
      const value = Reflect.get(db, name, db);
      return typeof value === "function" ? value.bind(db) : value;
    },
  });
  const after: number[] = [];
  for (let run = 0; run < 4; run++) {
    asked = 0;
    await rollUpMonths({ DB }, () => NOW);
    expect(asked).toBeLessThanOrEqual(50);
    after.push(await listed());
  }
  expect(after).toEqual([13, 26, 36, 36]);
});

it("begins no month after a minute", async () => {
  await siteWith(1, 12);
  let clock = NOW;
  const slow: Guard = (run) => {
    clock += 25_000;
    return run();
  };
  await rollUpMonths({ DB: guarded(slow).DB as D1Database }, () => clock);
  expect(await listed()).toBe(1);
});

it("leaves a month that fails to the next run, does the others, and logs one line", async () => {
  await siteWith(1, 3);
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  // The list, then two calls a month: the first look into the second month.
  const { guard } = failAt(3, "before");
  await rollUpMonths({ DB: guarded(guard).DB as D1Database }, () => NOW);
  expect(await listed()).toBe(2);
  expect(log.mock.calls.flat().map((line) => JSON.parse(line))).toEqual([
    { what: "months could not be rolled up", done: 2, failed: 1, error: "Unavailable" },
  ]);
  await rollUpMonths(env, () => NOW);
  expect(await listed()).toBe(3);
  expect(log).toHaveBeenCalledOnce();
});

it("logs one line and ends where D1 is away", async () => {
  await siteWith(1, 3);
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  const away: Guard = () => Promise.reject(new Error("Network connection lost."));
  await rollUpMonths({ DB: guarded(away).DB as D1Database }, () => NOW);
  expect(await listed()).toBe(0);
  expect(log).toHaveBeenCalledOnce();
});
