import { Buffer } from "node:buffer";
import type { DropReason } from "../drops.ts";
import type { FieldErrors } from "./beacon.ts";

/** A beacon is dropped: why, one reason a site. */
export const DROPPED = "X-Footfall-Dropped";
/** The same, as Plausible says it; only where no site counted the beacon. */
const PLAUSIBLE_DROPPED = "x-plausible-dropped";
/** The hit is on its way, but was not acknowledged yet. A 202 without it is an acknowledgement. */
const PENDING = "X-Footfall-Pending";
/** A backend's `X-Forwarded-For` was not believed: the key that it brought is none of the site's. */
const FORWARDED = "X-Footfall-Forwarded";
/** What is wrong with a pixel's query. */
const ERROR = "X-Footfall-Error";

const CORS = { "Access-Control-Allow-Origin": "*" };
const EXPOSED = { ...CORS, "Access-Control-Expose-Headers": `${DROPPED}, ${PLAUSIBLE_DROPPED}, ${PENDING}` };

/** How a beacon fared. */
export interface Fate {
  drops: readonly DropReason[];
  /** No site counted it. */
  allDropped: boolean;
  /** Not acknowledged yet. */
  pending: boolean;
  /** The visitor's address that a backend told was not believed. */
  forwardedIgnored: boolean;
}

/** The answer to a valid event: 202 `ok`, whatever became of it. */
export function accepted({ drops, allDropped, pending, forwardedIgnored }: Fate): Response {
  const headers: Record<string, string> = { ...(drops.length > 0 || pending ? EXPOSED : CORS) };
  if (drops.length > 0) headers[DROPPED] = drops.join(", ");
  if (allDropped) headers[PLAUSIBLE_DROPPED] = "1";
  if (pending) headers[PENDING] = "1";
  if (forwardedIgnored) headers[FORWARDED] = "ignored";
  return new Response("ok", { status: 202, headers });
}

/** 400 with each wrong field and the rules it broke. */
export function invalid(errors: FieldErrors): Response {
  return Response.json({ errors }, { status: 400, headers: CORS });
}

/** 503: the beacon was not taken; the sender may repeat it. */
export function unavailable(): Response {
  return new Response("Not counted: please send it again later.", {
    status: 503,
    headers: { ...CORS, "Retry-After": "5" },
  });
}

/** A link is followed by a person: each time anew, and not for search engines. */
const LINK = { "Cache-Control": "no-store", "X-Robots-Tag": "noindex" };

/** 302 to where a link leads, whatever became of the click. */
export function redirect(url: string, drops: readonly DropReason[] = []): Response {
  const headers: Record<string, string> = { ...LINK, Location: url };
  if (drops.length > 0) headers[DROPPED] = drops.join(", ");
  return new Response(null, { status: 302, headers });
}

/** 404: this is no link that was made here for a site that is still there. */
export function noLink(): Response {
  const text = "This link does not work: it is not complete, or was changed, or the site that made it is gone.\n";
  return new Response(text, { status: 404, headers: LINK });
}

/** 503: where the link leads cannot be told now. */
export function linkUnavailable(): Response {
  const text = "This link cannot be followed right now. Please try it again in a few seconds.\n";
  return new Response(text, { status: 503, headers: { ...LINK, "Retry-After": "5" } });
}

/** The answer to a CORS preflight, which browsers send before JSON of another type than `text/plain`. */
export function preflight(): Response {
  return new Response(null, {
    status: 204,
    headers: {
      ...CORS,
      "Access-Control-Allow-Methods": "POST, OPTIONS",
      "Access-Control-Allow-Headers": "Content-Type, Authorization, Idempotency-Key",
      "Access-Control-Max-Age": "86400",
    },
  });
}

/** A transparent image of 1 × 1: GIF89a header, palette of two colours, transparency, one pixel. */
const GIF = Buffer.from(
  "474946383961010001008000000000" + "00ffffff21f90401000000002c00000000010001000002024401003b",
  "hex",
);

/** The image, always: also for what is dropped or wrong. */
export function gif(extra: { drops?: readonly DropReason[]; errors?: FieldErrors } = {}): Response {
  const headers: Record<string, string> = {
    ...CORS,
    "Content-Type": "image/gif",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "cross-origin",
  };
  if (extra.drops && extra.drops.length > 0) headers[DROPPED] = extra.drops.join(", ");
  if (extra.errors) {
    headers[ERROR] = Object.entries(extra.errors)
      .map(([field, rules]) => `${field} ${rules.join(", ")}`)
      .join("; ");
  }
  return new Response(GIF, { headers });
}
