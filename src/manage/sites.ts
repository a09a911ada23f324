/**
 * The Sites API: `POST|GET /api/v1/sites`, `GET|PUT|DELETE /api/v1/sites/:domain`. D1 is the truth; every change is
 * copied to KV for the beacon path. All that fails half-way is finished by the same request again.
 */

import { z } from "zod";
import { forgetKeysOf } from "../auth.ts";
import { isTimezone } from "../calendar.ts";
import { clerkStub } from "../clerk/stub.ts";
import type { Env } from "../env.ts";
import { check, json, pageField, readBody, refusal, retryLater, textField } from "../http.ts";
import { logFailure } from "../log.ts";
import { forgetCaller } from "../meter/rate.ts";
import { DETAIL_DAYS, FOR_EVER, LEAST, MOST, RETENTION_MONTHS } from "../retention.ts";
import type { Context } from "../route.ts";
import { everyShard, MIN_VISITORS, type Site } from "../site.ts";
import { eraseKeys, eraseRows } from "../store/erase.ts";
import { forgetSite, rememberSite } from "../store/site-cache.ts";
import {
  insertSite,
  publishedSite,
  publishSite,
  type SiteChanges,
  siteByDomain,
  unpublishSite,
  updateSite,
} from "../store/sites.ts";
import { from } from "../store/unavailable.ts";
import { tallyStub } from "../tally/stub.ts";
import { DOMAIN_RULE, domainOf, hostOf } from "./domain.ts";
import { pendingZone, withTimezone } from "./midnight.ts";
import { publish } from "./publish.ts";
import { coveredSites, managedSite, needsAllSites } from "./site-access.ts";
import { pinnedSnippet, snippet } from "./snippet.ts";

const domainField = named(textField(1_000), domainOf, DOMAIN_RULE);
const timezoneField = textField(100).refine(isTimezone, 'must be a timezone of the tz database, such as "Europe/Riga"');

const MIN_VISITORS_RULE = "must be a whole number from 0 to 1000";

/** What an owner may set, each with its rules. Stored as checked here. */
const settings = {
  timezone: timezoneField.optional().describe("Of the tz database. Default: `Etc/UTC`."),
  allowed_hosts: list(
    named(textField(1_000), hostPattern, 'must be a host, or "*." and a host, without port and path'),
  ).describe("Hosts whose pages count, `*.example.org` for subdomains. Default: the domain and its subdomains."),
  excluded_paths: list(textField(500).regex(/^[/*]/, 'must begin with "/" or "*"')).describe(
    "Not counted. `*`: anything within a segment; `**`: anything.",
  ),
  excluded_countries: list(
    textField(2)
      .toUpperCase()
      .regex(/^([A-Z]{2}|T1)$/, "must be an ISO 3166-1 code of two letters"),
  ).describe("Not counted. ISO 3166-1; `T1` is Tor."),
  public: z.boolean("must be true or false").optional().describe("Everyone may read its counts."),
  badge: z.boolean("must be true or false").optional().describe("Any page may show its counts by `/badge/…`."),
  min_visitors: z
    .int(MIN_VISITORS_RULE)
    .min(0, MIN_VISITORS_RULE)
    .max(1000, MIN_VISITORS_RULE)
    .optional()
    .describe("Values of fewer visitors are not shown apart to readers without a key. Default: 3."),
  detail_days: keptFor("detailDays").describe(
    `Counts of two dimensions together are kept for today and so many days before; 0: for ever, else ${LEAST.detailDays} or more. Default: ${DETAIL_DAYS}.`,
  ),
  retention_months: keptFor("retentionMonths").describe(
    `All counts are kept for so many months, this one among them; 0: for ever, else ${LEAST.retentionMonths} or more. Default: ${RETENTION_MONTHS}.`,
  ),
};
export const newSite = z.strictObject({ domain: domainField, ...settings });
// `domain` is known only to say why it is refused.
export const changedSite = z.strictObject({
  domain: z.never({ error: "cannot be changed yet: make a new site instead" }).optional(),
  ...settings,
});
export const page = pageField(domainField);

/**
 * `POST /api/v1/sites {domain, timezone?, allowed_hosts?, excluded_paths?, excluded_countries?, public?, badge?,
 * min_visitors?, detail_days?, retention_months?}` → 200 and the site.
 * 409 where the domain is taken. Needs a credential for all sites.
 */
export async function createSite(request: Request, context: Context): Promise<Response> {
  const refused = needsAllSites(context);
  if (refused) return refused;
  const body = await readBody(request, newSite);
  if (body instanceof Response) return body;

  const { env, ctx, now } = context;
  const { domain, timezone = "Etc/UTC" } = body;
  const site = await insertSite(
    env.DB,
    {
      domain,
      zones: [{ timezone, fromDay: "1970-01-01", fromAt: 0 }],
      shardRules: [{ shards: 1, fromAt: 0 }],
      allowedHosts: body.allowed_hosts ?? [],
      excludedPaths: body.excluded_paths ?? [],
      excludedCountries: body.excluded_countries ?? [],
      isPublic: body.public ?? false,
      badge: body.badge ?? false,
      minVisitors: body.min_visitors ?? MIN_VISITORS,
      detailDays: body.detail_days ?? DETAIL_DAYS,
      retentionMonths: body.retention_months ?? RETENTION_MONTHS,
    },
    now,
  );
  if (!site) {
    await republishIfMissing(env, domain, now);
    return refusal(409, "domain: a site of this name exists already");
  }
  try {
    await publishSite(env.KV, site);
  } catch {
    // A site that beacons cannot find must not look as if it were there. The copy may be there, its answer lost.
    await unpublishSite(env.KV, domain).catch(() => undefined);
    await eraseRows(env.DB, site.id);
    return retryLater("The site was not made: KV does not take its settings. Try again.");
  }
  rememberSite(site, now);
  // An object lives where it was first called from: near its owner is a better guess than near the first visitor.
  ctx.waitUntil(
    tallyStub(env, site.id, 0)
      .ping()
      .catch(() => undefined),
  );
  return json(shown(site, context));
}

/** A site whose making was cut short has a row and no copy: asking for it again finishes it. */
async function republishIfMissing(env: Env, domain: string, now: number): Promise<void> {
  const site = await siteByDomain(env.DB, domain);
  if (site && !(await publishedSite(env.KV, domain))) await publish(env, site, now);
}

/** `GET /api/v1/sites?limit&after` → `{sites: […], meta: {after, before, limit}}`; `after` is null on the last page. */
export async function getSites(_request: Request, context: Context): Promise<Response> {
  const query = check(Object.fromEntries(context.url.searchParams), page);
  if (query instanceof Response) return query;
  const { sites, after } = await coveredSites(context, query);
  const meta = { after, before: null, limit: query.limit };
  return json({ sites: sites.map((site) => shown(site, context)), meta });
}

/** `GET /api/v1/sites/:domain` → the site. */
export async function getSite(_request: Request, context: Context): Promise<Response> {
  const site = await managedSite(context);
  return site instanceof Response ? site : json(shown(site, context));
}

/**
 * `PUT /api/v1/sites/:domain` with any of the settings → the site. What is not named stays. A new timezone takes
 * effect at the site's next local midnight (`timezone_effective_from`).
 */
export async function putSite(request: Request, context: Context): Promise<Response> {
  const body = await readBody(request, changedSite);
  if (body instanceof Response) return body;
  const { env, now } = context;
  // Again where the tally or another owner changed the rules meanwhile.
  for (let attempt = 0; attempt < 5; attempt++) {
    const site = await managedSite(context);
    if (site instanceof Response) return site;
    // Only what is named is written: another change at the same moment keeps its own.
    const changes: SiteChanges = {
      ...(body.timezone !== undefined && withTimezone(site, body.timezone, now)),
      ...(body.allowed_hosts && { allowedHosts: body.allowed_hosts }),
      ...(body.excluded_paths && { excludedPaths: body.excluded_paths }),
      ...(body.excluded_countries && { excludedCountries: body.excluded_countries }),
      ...(body.public !== undefined && { isPublic: body.public }),
      ...(body.badge !== undefined && { badge: body.badge }),
      ...(body.min_visitors !== undefined && { minVisitors: body.min_visitors }),
      ...(body.detail_days !== undefined && { detailDays: body.detail_days }),
      ...(body.retention_months !== undefined && { retentionMonths: body.retention_months }),
    };
    const changed = Object.keys(changes).length === 0 ? site : await updateSite(env.DB, site, changes);
    if (!changed) continue;
    await publish(env, changed, now);
    return json(shown(changed, context));
  }
  return retryLater("The site is being changed by others at the same time. Try again.");
}

/**
 * `DELETE /api/v1/sites/:domain` → `{"deleted": true}`: erases all that was counted, the site's keys and links, and the
 * site.
 * The row goes last: while it is there, the same request again finishes what failed. Needs a credential for all sites.
 */
export async function deleteSite(_request: Request, context: Context): Promise<Response> {
  const refused = needsAllSites(context);
  if (refused) return refused;
  const site = await managedSite(context);
  if (site instanceof Response) return site;
  const { env, ctx, now } = context;
  await from("tally", () =>
    Promise.all(everyShard(site.shardRules).map((shard) => tallyStub(env, site.id, shard).erase())),
  );
  await unpublishSite(env.KV, site.domain);
  await eraseKeys(env.KV, `identity:${site.id}:`);
  await eraseRows(env.DB, site.id);
  forgetSite(site.domain, now);
  forgetKeysOf(site.id);
  ctx.waitUntil(forgetHelpers(env, site.id));
  return json({ deleted: true });
}

/** What rests in the objects that help a site is an upload of an hour and two numbers: the deletion waits for none. */
async function forgetHelpers(env: Env, id: number): Promise<void> {
  const clerk = async () => clerkStub(env, id).erase();
  await Promise.all([
    clerk().catch((error: unknown) => logFailure("clerk", { site: id }, error)),
    forgetCaller(env, { kind: "public", id }),
    forgetCaller(env, { kind: "badge", id }),
  ]);
}

/** A site as its owner sees it. */
function shown(site: Site, { url, now }: Context) {
  const pending = pendingZone(site.zones, now);
  return {
    domain: site.domain,
    timezone: site.zones.at(-1)?.timezone,
    ...(pending ? { timezone_effective_from: pending.fromDay } : {}),
    allowed_hosts: site.allowedHosts,
    excluded_paths: site.excludedPaths,
    excluded_countries: site.excludedCountries,
    public: site.isPublic,
    badge: site.badge,
    min_visitors: site.minVisitors,
    detail_days: site.detailDays,
    retention_months: site.retentionMonths,
    snippet: snippet(url.origin, site.domain),
    pinned_snippet: pinnedSnippet(url.origin, site.domain),
  };
}

/** A length of time for which counts are kept, or 0. */
function keptFor(setting: keyof typeof LEAST) {
  const rule = `must be 0, or a whole number from ${LEAST[setting]} to ${MOST[setting]}`;
  return z
    .int(rule)
    .min(FOR_EVER, rule)
    .max(MOST[setting], rule)
    .refine((length) => length === FOR_EVER || length >= LEAST[setting], rule)
    .optional();
}

/** `*.example.com` or a host. */
function hostPattern(text: string): string | null {
  const wildcard = text.startsWith("*.");
  const host = hostOf(wildcard ? text.slice(2) : text);
  return host && (wildcard ? `*.${host}` : host);
}

/** A text field written in its one form; `rule` says what it must be. */
function named(field: z.ZodType<string, string>, form: (text: string) => string | null, rule: string) {
  return field.transform((text, broken) => {
    const written = form(text);
    if (written !== null) return written;
    broken.addIssue({ code: "custom", message: rule });
    return z.NEVER;
  });
}

/** An optional list without repetitions. */
function list(entry: z.ZodType<string, string>) {
  return z
    .array(entry)
    .max(100)
    .transform((entries) => [...new Set(entries)])
    .optional();
}
