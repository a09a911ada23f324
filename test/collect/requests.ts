/** What the tests of collecting send to its handlers, and what these log. */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, vi } from "vitest";
import { collectEvent } from "../../src/collect/collect.ts";
import type { Context } from "../../src/route.ts";
import type { Site } from "../../src/site.ts";
import { CHROME, type FakeWorld, site } from "./fakes.ts";

/** Whom the requests come from. */
export const ADDRESS = "203.0.113.77";
export const HEADERS = { "User-Agent": CHROME, "CF-Connecting-IP": ADDRESS, "Accept-Language": "lv,en;q=0.5" };

export type Sent = { method?: string; headers?: Record<string, string>; cf?: Record<string, unknown> };

let sites = 0;

/** A site of a domain of its own: what isolates know of sites outlives a test. */
export function ownSite(changes: Partial<Site> = {}): Site {
  return site({ domain: `site-${sites++}.example`, ...changes });
}

/** What the router would hand to a handler, in a fake world. */
export function contextOf(world: FakeWorld, url: string, params: Record<string, string> = {}): Context {
  return {
    env,
    ctx: { waitUntil: world.deps.waitUntil },
    params,
    url: new URL(url),
    credential: null,
    now: world.clock.at,
  };
}

/** Sends an event to a fake world: JSON, or the bytes given. */
export function post(
  world: FakeWorld,
  body: BodyInit | object,
  { headers = {}, cf = {} }: Sent = {},
): Promise<Response> {
  const url = "https://footfall.example/api/event";
  const raw = typeof body === "string" || body instanceof Uint8Array || body instanceof ReadableStream;
  const request = new Request(url, {
    method: "POST",
    headers: { ...HEADERS, ...headers },
    body: raw ? body : JSON.stringify(body),
    cf,
  });
  return collectEvent(request, contextOf(world, url), world.deps);
}

/** The lines that are logged, of the test that runs. To be called at the top of a file. */
export function useLog(): string[] {
  const logged: string[] = [];
  beforeEach(() => {
    logged.length = 0;
    vi.spyOn(console, "error").mockImplementation((...parts) => void logged.push(parts.join(" ")));
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
  return logged;
}
