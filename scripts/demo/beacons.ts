/** Sends visitors of now through the real collector, as the page's script in their browsers would. */

import type { Random } from "../../bench/traffic/random.ts";
import { StartError } from "../local/options.ts";
import type { Step, Visitor, Visits } from "./visits.ts";

export interface Target {
  /** Of Footfall, without a slash at its end. */
  url: string;
  /** The admin key, or one of the site. */
  key: string;
  domain: string;
}

/** One who sends beacons. */
export interface Sender {
  target: Target;
  visitor: Visitor;
  address: string;
  /** Objects to being counted by a header. */
  optsOut: boolean;
  isBot: boolean;
}

/** Of those who come, the share that is not counted. */
const BOTS = 0.09;
const OPT_OUTS = 0.03;
const BOT_AGENTS = [
  "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
  "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
  "Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
];

/** Somebody new: with an address of those that are set aside for tests (198.18.0.0/15, RFC 2544). */
export function newSender(target: Target, visits: Visits, random: Random): Sender {
  const part = (most: number) => Math.floor(random() * most);
  const isBot = random() < BOTS;
  return {
    target,
    visitor: visits.visitor(random),
    address: `198.${18 + part(2)}.${part(256)}.${1 + part(254)}`,
    optsOut: !isBot && random() < OPT_OUTS,
    isBot,
  };
}

/** Whether Footfall runs on this machine, where what Cloudflare says of a visitor can be said in its place. */
export function isLocal(url: string): boolean {
  return ["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname);
}

/**
 * Sends one step. Whether it was counted; not either if it was dropped.
 * @throws StartError where Footfall does not answer, Error where it does not take it
 */
export async function send(sender: Sender, step: Step): Promise<boolean> {
  const { target, visitor } = sender;
  const { browser, country, regionCode, language } = visitor;
  const { kind, name = kind, path, query, referrer, props, amount, engagedMs, scrollPercent } = step;
  const body = {
    n: name,
    d: target.domain,
    u: `https://${target.domain}${path}${query}`,
    w: visitor.width,
    ...(referrer && { r: referrer }),
    ...(props && { p: Object.fromEntries(props) }),
    ...(amount !== undefined && { $: { amount, currency: "EUR" } }),
    ...(kind === "engagement" && { e: engagedMs, sd: scrollPercent }),
  };
  const from: Record<string, string> = isLocal(target.url)
    ? { "CF-Connecting-IP": sender.address, "MF-CF-Blob": JSON.stringify({ country, regionCode }) }
    : // As a backend tells a visitor's address; where he is, is then not told.
      { "X-Forwarded-For": sender.address, Authorization: `Bearer ${target.key}` };
  const response = await post(`${target.url}/api/event`, {
    headers: {
      ...from,
      "Content-Type": "text/plain",
      "User-Agent": sender.isBot ? (BOT_AGENTS[sender.address.length % 3] ?? "") : browser.userAgent,
      "Accept-Language": language,
      ...(browser.brands && {
        "Sec-CH-UA": browser.brands,
        "Sec-CH-UA-Mobile": browser.mobile,
        "Sec-CH-UA-Platform": browser.platform,
      }),
      ...(sender.optsOut && { "Sec-GPC": "1" }),
    },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`A beacon was answered ${response.status}: ${text}`);
  return !response.headers.has("X-Footfall-Dropped");
}

async function post(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, method: "POST" });
  } catch {
    throw new StartError(`Footfall does not answer at ${url} any more.`);
  }
}
