import { env, exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { Env } from "../src/env.ts";
import { state } from "../src/health.ts";
import { call } from "./manage/support.ts";

const NOT_MIGRATED = expect.stringContaining("wrangler d1 migrations apply");
const lost = () => Promise.reject(new Error("Network connection lost. secret detail"));

/** A binding whose every call fails. */
function away<T>(): T {
  const statement = { bind: () => statement, all: lost, raw: lost, run: lost, first: lost };
  return { prepare: () => statement, batch: lost, get: lost, getByName: () => ({ ping: lost }) } as T;
}

it("answers whoever asks that D1, KV and a tally answer", async () => {
  const response = await exports.default.fetch(new Request("http://localhost/health"));
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: "ok", d1: "ok", kv: "ok", tally: "ok" });
  expect(response.headers.get("Cache-Control")).toBe("no-store");
});

it.each<[string, Partial<Env>]>([
  ["d1", { DB: away() }],
  ["kv", { KV: away() }],
  ["tally", { TALLY: away() }],
])("answers 503 and names %s when it is away, without its message", async (part, bindings) => {
  const { status, body } = await call("GET /health", { key: null, env: bindings });
  expect(status).toBe(503);
  expect(body).toEqual({ status: "error", d1: "ok", kv: "ok", tally: "ok", [part]: "does not answer" });
});

it("does not wait for ever", async () => {
  expect(await state(() => new Promise(() => undefined), 20)).toBe("does not answer within 0.02 s");
});

it("says how to mend a database without tables, or with old ones", async () => {
  await env.DB.exec("DROP VIEW totals; ALTER TABLE sites DROP COLUMN excluded_paths");
  expect((await call("GET /health", { key: null })).body).toMatchObject({ status: "error", d1: NOT_MIGRATED });
  await env.DB.exec("DROP TABLE counts");
  expect((await call("GET /health", { key: null })).body).toMatchObject({ status: "error", d1: NOT_MIGRATED });
});
