/**
 * Requests of pages, mails, readers and backends in; hits to the tallies, and answers out. The only folder that may see
 * an IP address or a full User-Agent: neither leaves it, be it in a hit, a log line, an error, a URL or an object's
 * name. It knows HTTP and site settings, but neither visits nor counts nor D1.
 */

import { keyAllowsSite } from "../auth.ts";
import type { DropReason } from "../drops.ts";
import type { Outcome } from "../hit.ts";
import { LIMITS } from "../limits.ts";
import { claimedDomain, type Link, verifyLink } from "../link-token.ts";
import { logFailure } from "../log.ts";
import type { Context } from "../route.ts";
import { siteForLink } from "../store/site-cache.ts";
import { tallyStub } from "../tally/stub.ts";
import { accepted, gif, invalid, linkUnavailable, noLink, preflight, redirect, unavailable } from "./answers.ts";
import type { Beacon } from "./beacon.ts";
import { readBeaconBody } from "./body.ts";
import { clickOf } from "./click.ts";
import { systemClock } from "./deps.ts";
import { parseEvent } from "./event.ts";
import { parsePixel } from "./pixel.ts";
import { type CollectDeps, Memory, receive } from "./receive.ts";

/** One for each isolate, made by its first request: workerd gives no randomness before. */
let memory: Memory | undefined;

function depsOf({ env, ctx }: Context): CollectDeps {
  memory ??= new Memory();
  return {
    kv: env.KV,
    tally: (siteId, shard) => tallyStub(env, siteId, shard),
    clock: systemClock,
    waitUntil: (work) => ctx.waitUntil(work),
    memory,
    authorize: (request, siteId) => keyAllowsSite(request, env, siteId),
  };
}

/** `POST /api/event`: a 202 without `X-Footfall-Pending` says that the hit is durable, or dropped. */
export async function collectEvent(
  request: Request,
  context: Context,
  deps: CollectDeps = depsOf(context),
): Promise<Response> {
  try {
    const body = await readBeaconBody(request);
    if ("fault" in body) return invalid({ request: [body.fault] });
    const parsed = parseEvent(body.text);
    if ("errors" in parsed) return invalid(parsed.errors);
    let drops: DropReason[] = [];
    let forwardedIgnored = false;
    const count = async (): Promise<Outcome[]> => {
      const reception = await receive(parsed.beacon, request, context.now, deps);
      ({ drops, forwardedIgnored } = reception);
      return reception.admitted > 0 ? reception.record() : [];
    };
    const outcomes = await inTime(count(), deps);
    if (!outcomes) return accepted({ drops, allDropped: false, pending: true, forwardedIgnored });
    const allDrops = [...drops, ...outcomes.filter((outcome) => outcome !== "counted")];
    const allDropped = outcomes.every((outcome) => outcome !== "counted");
    return accepted({ drops: allDrops, allDropped, pending: false, forwardedIgnored });
  } catch (error) {
    logFailure("an event was not taken", {}, error);
    return unavailable();
  }
}

/** `GET /pixel.gif`: answers at once, always with the image. */
export async function collectPixel(
  request: Request,
  context: Context,
  deps: CollectDeps = depsOf(context),
): Promise<Response> {
  // Whoever asks for the headers alone looks whether the image is there.
  if (request.method === "HEAD") return gif();
  try {
    const { headers } = request;
    const parsed = parsePixel(context.url.search, headers.get("User-Agent") ?? "", headers.get("Referer"));
    if ("errors" in parsed) return gif({ errors: parsed.errors });
    return gif({ drops: await countAside(parsed.beacon, request, context.now, deps) });
  } catch (error) {
    logFailure("a pixel was not counted", {}, error);
    return gif({ errors: { request: ["could not be counted now"] } });
  }
}

/**
 * `GET /r/:token`: answers at once with 302 to where the link leads, and counts a click. 404 for what is no link of a
 * site, 503 where that cannot be told; never a redirect to what was not signed by the site's link key.
 */
export async function collectClick(
  request: Request,
  context: Context,
  deps: CollectDeps = depsOf(context),
): Promise<Response> {
  let link: Link | null;
  try {
    const found = await inTime(lookUp(context.params.token ?? "", context.now, deps), deps);
    if (!found) return linkUnavailable();
    link = found.link;
  } catch (error) {
    logFailure("a link could not be looked up", {}, error);
    return linkUnavailable();
  }
  if (!link) return noLink();
  // Whoever asks for the headers alone looks where the link leads, and does not go there.
  if (request.method === "HEAD") return redirect(link.url);
  try {
    return redirect(link.url, await countAside(clickOf(link), request, context.now, deps));
  } catch (error) {
    logFailure("a click was not counted", {}, error);
    return redirect(link.url);
  }
}

/** What a token says, if its site's link key signed it. D1 is not asked: its outage stops no link. */
async function lookUp(token: string, now: number, { kv }: CollectDeps): Promise<{ link: Link | null }> {
  const domain = claimedDomain(token);
  const site = domain === null ? null : await siteForLink(kv, domain, now);
  return { link: site?.linkKey ? verifyLink(token, site.linkKey) : null };
}

/**
 * Screens a beacon, and leaves its hits to be recorded while the sender has his answer.
 * @returns why sites do not count it, as far as that is known in time
 */
async function countAside(beacon: Beacon, request: Request, now: number, deps: CollectDeps): Promise<DropReason[]> {
  const screen = async (): Promise<DropReason[]> => {
    const { drops, admitted, record } = await receive(beacon, request, now, deps);
    if (admitted > 0) deps.waitUntil(record().catch(() => {}));
    return drops;
  };
  // Settings and keys are at hand mostly; where they are not, no page waits for them.
  return (await inTime(screen(), deps)) ?? [];
}

/** What comes of work, or null where it takes longer than a sender should wait; the work goes on then. */
async function inTime<T>(work: Promise<T>, { clock, waitUntil }: CollectDeps): Promise<T | null> {
  // Goes on, too, when the sender hangs up.
  waitUntil(work.catch(() => {}));
  const timer = clock.timer(LIMITS.acknowledgeMs);
  try {
    return await Promise.race([work, timer.elapsed.then(() => null)]);
  } finally {
    timer.cancel();
  }
}

export { preflight };
