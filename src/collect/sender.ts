import { LIMITS } from "../limits.ts";
import { type Agent, type Agents, NO_AGENT } from "./agent.ts";

/** What a request tells of its sender beside the beacon. The full User-Agent ends with the request. */
export interface Sender {
  userAgent: string;
  agent: Agent;
  /** `Sec-GPC: 1` or `DNT: 1` */
  optsOut: boolean;
  /** Fetched ahead or prerendered. */
  prefetches: boolean;
  /** ISO 3166-1 alpha-2, `T1` for Tor; blank if unknown. */
  country: string;
  /** ISO 3166-2 */
  region: string;
  /** ISO 639, lower case */
  language: string;
}

/** Reads the headers and what the platform knows of the connection: country and region, never the city. */
export function senderOf(request: Request, agents: Agents): Sender {
  const { headers } = request;
  const userAgent = (headers.get("User-Agent") ?? "").slice(0, LIMITS.userAgentChars);
  const hint = (name: string) => (headers.get(name) ?? "").slice(0, 300);
  const agent = agents.of({
    userAgent,
    brands: hint("Sec-CH-UA"),
    mobile: hint("Sec-CH-UA-Mobile"),
    platform: hint("Sec-CH-UA-Platform"),
    platformVersion: hint("Sec-CH-UA-Platform-Version"),
  });
  const verifiedBot = isVerifiedBot(request.cf);
  return {
    userAgent,
    agent: verifiedBot ? { ...agent, bot: true } : agent,
    optsOut: headers.get("Sec-GPC")?.trim() === "1" || headers.get("DNT")?.trim() === "1",
    prefetches: isPrefetch(headers),
    ...placeOf(request.cf),
    language: languageOf(headers.get("Accept-Language") ?? ""),
  };
}

/** A sender of whom only the machine in between is known: a backend, a mail service's proxy. */
export function withoutPlace(sender: Sender): Sender {
  return { ...sender, country: "", region: "" };
}

/** What is known of the reader of a mail whose images a service fetches: nothing. */
export function mailReader(sender: Sender): Sender {
  return { ...withoutPlace(sender), agent: NO_AGENT, language: "" };
}

function isPrefetch(headers: Headers): boolean {
  const purpose = headers.get("Sec-Purpose") ?? headers.get("Purpose") ?? headers.get("X-Purpose");
  if (purpose && /prefetch|prerender|preview/i.test(purpose)) return true;
  return headers.get("X-Moz")?.toLowerCase() === "prefetch";
}

/**
 * The first language of an `Accept-Language` header, without its country; blank for `*` and what is none.
 * @example languageOf("en-GB,en;q=0.9") // "en"
 */
export function languageOf(header: string): string {
  return /^\s*([a-z]{2,3})(?=[-_,;\s]|$)/i.exec(header)?.[1]?.toLowerCase() ?? "";
}

/** Country and region of `request.cf`. Both are absent where the address is in no register. */
export function placeOf(cf: unknown): Pick<Sender, "country" | "region"> {
  const country = field(cf, "country").toUpperCase();
  // Cloudflare says XX where it does not know.
  if (!/^[A-Z][A-Z0-9]$/.test(country) || country === "XX") return { country: "", region: "" };
  const region = field(cf, "regionCode").toUpperCase();
  return { country, region: /^[A-Z0-9]{1,3}$/.test(region) ? `${country}-${region}` : "" };
}

function isVerifiedBot(cf: unknown): boolean {
  return isObject(cf) && isObject(cf.botManagement) && cf.botManagement.verifiedBot === true;
}

function field(cf: unknown, name: string): string {
  const value = isObject(cf) ? cf[name] : undefined;
  return typeof value === "string" ? value : "";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
