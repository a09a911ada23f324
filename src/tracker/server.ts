/**
 * Events from a backend, on behalf of its visitors. For Node, Workers, Deno and Bun.
 *
 * @example
 * import { connect } from "footfall-tracker/server";
 * const { track } = connect({ api: "https://stats.example.com/api/event", key: process.env.FOOTFALL_KEY, domain: "example.com" });
 * await track("Purchase", { url: "https://example.com/cart", ip: request.socket.remoteAddress, headers: request.headers });
 */

import type { EventOptions } from "./options.ts";

export interface Connection {
  /** The URL of Footfall's `/api/event`. */
  api: string;
  /** An API key of the site, required: without one the address that the backend tells would not be believed. */
  key: string | undefined;
  /** The site. */
  domain: string;
  /** Instead of the global `fetch`. */
  fetch?: typeof fetch;
  /** Waits before a repetition; for tests. */
  wait?: (ms: number) => Promise<unknown>;
}

/** A request's headers, as a `Headers` object or as Node has them. */
export type RequestHeaders = Headers | Record<string, string | readonly string[] | undefined>;

export interface ServerEvent extends Omit<EventOptions, "callback" | "u"> {
  /** The page where it happened. */
  url: string;
  /** The visitor's address, required: as the backend's own connection or trusted proxy says. */
  ip: string | undefined;
  /** The visitor's request headers. The User-Agent is required; language, opt-outs and `Sec-CH-UA` are passed on, too. */
  headers: RequestHeaders;
  /** Where the visitor came from. */
  referrer?: string;
  /** Names the event, so that one sent twice within ten minutes counts once. Default: random, for this call's own repetitions. */
  id?: string;
}

/** What became of an event. */
export interface ServerAnswer {
  /** False: it was dropped, see `dropped`. True with `pending`: it was taken, and is not on disk yet. */
  counted: boolean;
  pending: boolean;
  /** `opt_out`, `bot` … */
  dropped: string | null;
}

/** What of a visitor's headers is passed on: who he is to be counted as, and whether he wants to be. */
const PASSED_ON = [
  "User-Agent",
  "Accept-Language",
  "Sec-GPC",
  "DNT",
  "Sec-CH-UA",
  "Sec-CH-UA-Mobile",
  "Sec-CH-UA-Platform",
  "Sec-CH-UA-Platform-Version",
];

const PAUSES_MS = [250, 1_000];
const PATIENCE_MS = 10_000;

/** A connection to one site. */
export function connect({ api, key, domain, fetch: send = fetch, wait = pause }: Connection) {
  if (!key) throw new TypeError("key: an API key of the site is required");

  /**
   * Sends an event of a visitor. Repeated twice where Footfall does not answer or is away; never counted twice.
   * @throws TypeError naming what is missing; Error where Footfall refuses it (with the field and the rule) or stays
   * away. Where the key or the address is not believed, the event was counted all the same, of the backend itself.
   */
  async function track(name: string, event: ServerEvent): Promise<ServerAnswer> {
    if (!event?.headers) throw new TypeError("headers: the visitor's request headers are required");
    const { url, ip, headers, referrer, id = crypto.randomUUID(), props, revenue, interactive } = event;
    if (!ip) throw new TypeError("ip: the visitor's address is required");
    const passed = new Headers({ Authorization: `Bearer ${key}`, "X-Forwarded-For": ip, "Idempotency-Key": id });
    for (const header of PASSED_ON) {
      const value = read(headers, header);
      if (value) passed.set(header, value);
    }
    if (!passed.has("User-Agent")) throw new TypeError("headers: the visitor's User-Agent is required");
    const body = JSON.stringify({ name, url, domain, referrer, props, revenue, interactive });
    for (let attempt = 0; ; attempt++) {
      const last = attempt === PAUSES_MS.length;
      try {
        const signal = AbortSignal.timeout(PATIENCE_MS);
        const answer = await send(api, { method: "POST", headers: passed, body, signal });
        if (answer.status < 500 || last) return await understood(answer);
        await answer.body?.cancel();
      } catch (error) {
        if (error instanceof Refused) throw error;
        if (last) throw new Error("Footfall does not answer", { cause: error });
      }
      await wait(PAUSES_MS[attempt] ?? 0);
    }
  }

  return { track };
}

class Refused extends Error {}

async function understood(answer: Response): Promise<ServerAnswer> {
  if (!answer.ok) throw new Refused(`Footfall answered ${answer.status}: ${await answer.text()}`);
  if (answer.headers.get("X-Footfall-Forwarded") === "ignored") {
    throw new Refused("key or ip: no key of this site, or no address; the backend itself was counted as the visitor");
  }
  await answer.body?.cancel();
  const dropped = answer.headers.get("X-Footfall-Dropped");
  return { counted: dropped === null, pending: answer.headers.has("X-Footfall-Pending"), dropped };
}

function read(headers: RequestHeaders, name: string): string | null {
  // Whichever implementation of `Headers` it is.
  if (isHeaders(headers)) return headers.get(name);
  const value = headers[name] ?? headers[name.toLowerCase()];
  return typeof value === "string" ? value : (value?.join(", ") ?? null);
}

function isHeaders(headers: RequestHeaders): headers is Headers {
  return typeof headers.get === "function";
}

function pause(ms: number): Promise<unknown> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
