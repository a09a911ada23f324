import { env } from "cloudflare:workers";
import type { Env } from "../../src/env.ts";
import type { TallyApi } from "../../src/hit.ts";
import { handle } from "../../src/router.ts";

export const ADMIN = "test-admin-key";
/** 2026-11-22, a Sunday, noon UTC. */
export const NOON = Date.UTC(2026, 10, 22, 12);

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into whatever JSON came back
  body: any;
}

/**
 * Sends `"GET /api/v1/sites"` through the router, as the admin unless told otherwise (`key: null`: nobody), and waits
 * for what it left to `waitUntil`.
 */
export async function call(
  line: string,
  options: {
    key?: string | null;
    body?: unknown;
    env?: Partial<Env>;
    now?: number;
    headers?: Record<string, string>;
    /** What the platform knows of the connection. */
    cf?: Record<string, string>;
  } = {},
): Promise<Answer> {
  const [method = "GET", path = "/"] = line.split(" ");
  const { key = ADMIN, body, now = NOON } = options;
  const headers = new Headers(options.headers);
  if (key !== null) headers.set("Authorization", `Bearer ${key}`);
  const raw = typeof body === "string" || body instanceof Uint8Array || body instanceof ReadableStream;
  const init: RequestInit<CfProperties> = { method, headers };
  if (options.cf) init.cf = options.cf as CfProperties;
  if (body !== undefined) init.body = raw ? (body as BodyInit) : JSON.stringify(body);
  const later: Promise<unknown>[] = [];
  const ctx = { waitUntil: (promise: Promise<unknown>) => void later.push(promise) };
  const request = new Request(`https://stats.test${path}`, init);
  const response = await handle(request, { ...env, ASSETS: fakeFiles(), ...options.env }, ctx, now);
  await Promise.all(later);
  // Not `text()`: it warns of pictures.
  const text = new TextDecoder().decode(await response.arrayBuffer());
  const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
  return { status: response.status, headers: response.headers, body: isJson && text ? JSON.parse(text) : text };
}

/** The static files, which the test pool has not: the dashboard's shell alone. */
export function fakeFiles(): NonNullable<Env["ASSETS"]> {
  const ETag = '"shell"';
  const serve = async (asked: Request) => {
    if (new URL(asked.url).pathname !== "/dashboard.html") return new Response(null, { status: 404 });
    if (asked.headers.get("If-None-Match") === ETag) return new Response(null, { status: 304, headers: { ETag } });
    return new Response("<!doctype html>", { headers: { ETag, "Content-Type": "text/html" } });
  };
  return { fetch: serve } as unknown as NonNullable<Env["ASSETS"]>;
}

/** Makes a key and returns it with its id. */
export async function makeKey(scopes: string[], site_id?: string): Promise<{ id: number; key: string }> {
  const answer = await call("POST /api/v1/keys", { body: { name: "test", scopes, site_id } });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return answer.body;
}

/** A TALLY binding that notes which objects were asked to do what. */
export function fakeTally(asked: string[] = [], guard: Guard = (run) => run()): Env["TALLY"] {
  const binding = {
    getByName: (name: string): Pick<TallyApi, "ping" | "erase"> => ({
      ping: async () => "ok",
      erase: () => guard(async () => void asked.push(`erase ${name}`)),
    }),
  };
  return binding as unknown as Env["TALLY"];
}

/** Runs one step of the outside world, or fails in its place. */
export type Guard = <T>(run: () => Promise<T>) => Promise<T>;

/** A guard that fails at one step, counted from 0: before the step took effect, or after it (its answer is lost). */
export function failAt(step: number, when: "before" | "after"): { guard: Guard; steps: () => number } {
  let steps = 0;
  const guard: Guard = async (run) => {
    const mine = steps++;
    if (mine === step && when === "before") throw new Error("Network connection lost.");
    const result = await run();
    if (mine === step) throw new Error("Network connection lost.");
    return result;
  };
  return { guard, steps: () => steps };
}

/** The real bindings with a guard before every call to D1, KV and the tallies. */
export function guarded(guard: Guard, asked: string[] = []): Partial<Env> {
  return {
    DB: guardedObject(env.DB, guard, ["batch"], { prepare: ["all", "raw", "run", "first"] }),
    KV: guardedObject(env.KV, guard, ["get", "put", "delete", "list"]),
    TALLY: fakeTally(asked, guard),
  };
}

const originals = new WeakMap<object, object>();
const original = (value: unknown): unknown => (value && originals.get(Object(value))) || value;

/** `target`, with `methods` guarded, and those of the statements that `prepare` and `bind` return. */
function guardedObject<T extends object>(
  target: T,
  guard: Guard,
  methods: string[],
  made: Record<string, string[]> = {},
): T {
  const proxy = new Proxy(target, {
    get(_, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...given: unknown[]) => {
        const call = () =>
          value.apply(
            target,
            given.map((one) => (Array.isArray(one) ? one.map(original) : one)),
          );
        if (methods.includes(String(name))) return guard(async () => call());
        const statement = made[String(name)];
        return statement ? guardedObject(call(), guard, statement, { bind: statement }) : call();
      };
    },
  });
  originals.set(proxy, target);
  return proxy;
}

/** How many rows every table has. */
export async function rowCounts(): Promise<unknown> {
  return env.DB.prepare(
    "SELECT (SELECT count(*) FROM sites) AS sites, (SELECT count(*) FROM api_keys) AS keys, (SELECT count(*) FROM counts) AS counts",
  ).first();
}

/** The names of all KV keys. */
export async function keyNames(): Promise<string[]> {
  return (await env.KV.list()).keys.map(({ name }) => name);
}
