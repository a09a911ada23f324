/**
 * Goals: `PUT|GET|DELETE /api/v1/sites/goals`, `DELETE /api/v1/sites/goals/:id`. They are settings of a site: one row in
 * D1, copied to KV whole. All that fails half-way is finished by the same request again.
 */

import { z } from "zod";
import { isCurrency } from "../currency.ts";
import { PAGEVIEW } from "../dimensions.ts";
import type { Env } from "../env.ts";
import { type Goal, goalLabel } from "../goals.ts";
import { check, json, pageField, readBody, refusal, retryLater, textField } from "../http.ts";
import { LIMITS } from "../limits.ts";
import type { Context } from "../route.ts";
import type { Site } from "../site.ts";
import { addGoal, updateSite } from "../store/sites.ts";
import { publish, publishIfChanged } from "./publish.ts";
import { managedSite } from "./site-access.ts";

const siteField = textField(1_000);
const eventField = textField(LIMITS.apiBytes)
  // As beacons are checked: a character of two units of UTF-16 is one.
  .refine(
    (name) => [...name].length <= LIMITS.eventNameChars,
    `must be at most ${LIMITS.eventNameChars} characters long`,
  )
  .refine(
    (name) => name !== PAGEVIEW && name !== "engagement",
    'must be a custom event, not "pageview" or "engagement"',
  );
const pathField = textField(LIMITS.pathChars)
  .startsWith("/", 'must begin with "/"')
  .refine(
    (path) => (path.match(/\*+/g) ?? []).length <= LIMITS.goalWildcards,
    `must have at most ${LIMITS.goalWildcards} wildcards`,
  );
const currencyField = textField(100)
  .toUpperCase()
  .refine(isCurrency, 'must be the code of a currency in ISO 4217, such as "EUR"');
/** A field of the other type: answers name it with null, and may be sent back as they came. */
const ofOtherType = z.null("must be left out, or null, with this goal_type").optional();

export const wantedGoal = z.discriminatedUnion(
  "goal_type",
  [
    z.strictObject({
      site_id: siteField,
      goal_type: z.literal("event"),
      event_name: eventField,
      page_path: ofOtherType,
      currency: currencyField.nullish(),
    }),
    z.strictObject({
      site_id: siteField,
      goal_type: z.literal("page"),
      page_path: pathField,
      event_name: ofOtherType,
      currency: ofOtherType,
    }),
  ],
  { error: ({ code }) => (code === "invalid_union" ? "must be one of event, page" : undefined) },
);

/** Ids are strings in answers; a number is taken as well. */
const idField = z
  .preprocess(
    (id) => (typeof id === "number" ? String(id) : id),
    z
      .string()
      .regex(/^\d{1,15}$/, "must be a whole number")
      .transform(Number),
  )
  .meta({ means: { type: ["string", "integer"] } });
export const ofSite = z.strictObject({ site_id: siteField });
export const ofGoal = z.strictObject({ site_id: siteField, goal_id: idField });
export const page = pageField(idField).extend({ site_id: siteField });

/**
 * `PUT /api/v1/sites/goals {site_id, goal_type: "event", event_name, currency?}` or `{site_id, goal_type: "page",
 * page_path}` → the goal, found or made. Another `currency` changes the goal's, null takes it away.
 */
export async function putGoal(request: Request, context: Context): Promise<Response> {
  const body = await readBody(request, wantedGoal);
  if (body instanceof Response) return body;
  const { env, now } = context;
  const type = body.goal_type;
  const name = body.goal_type === "event" ? body.event_name : body.page_path;
  const isWanted = (goal: Goal) => goal.type === type && goal.name === name;
  // Again where somebody changed the site meanwhile.
  for (let attempt = 0; attempt < 5; attempt++) {
    const site = await managedSite(context, body.site_id, "site_id");
    if (site instanceof Response) return site;
    const found = site.goals.find(isWanted);
    if (!found && site.goals.length >= LIMITS.goals) {
      return refusal(400, `goals: must be at most ${LIMITS.goals} of one site`);
    }
    const changed = found
      ? await withCurrency(env, site, found, body.currency)
      : await addGoal(env.DB, site, { type, name, currency: body.currency ?? null, createdAt: now });
    const goal = changed?.goals.find(isWanted);
    if (!changed || !goal) continue;
    if (changed === site) await publishIfChanged(env, site, now);
    else await publish(env, changed, now);
    return json(shown(changed, goal));
  }
  return othersAreChanging();
}

/** The site with a goal's currency as asked for (undefined: as it is); null where the site changed meanwhile. */
async function withCurrency(
  env: Pick<Env, "DB">,
  site: Site,
  goal: Goal,
  currency: string | null | undefined,
): Promise<Site | null> {
  if (currency === undefined || currency === goal.currency) return site;
  const goals = site.goals.map((other) => (other === goal ? { ...goal, currency } : other));
  return updateSite(env.DB, site, { goals });
}

/** `GET /api/v1/sites/goals?site_id&limit&after` → `{goals: […], meta: {after, before, limit}}`, the oldest first. */
export async function getGoals(_request: Request, context: Context): Promise<Response> {
  const query = check(Object.fromEntries(context.url.searchParams), page);
  if (query instanceof Response) return query;
  const site = await managedSite(context, query.site_id, "site_id");
  if (site instanceof Response) return site;
  const { limit, after = 0 } = query;
  const rest = site.goals.filter(({ id }) => id > after);
  const goals = rest.slice(0, limit).map((goal) => shown(site, goal));
  const meta = { after: rest.length > limit ? (goals.at(-1)?.id ?? null) : null, before: null, limit };
  return json({ goals, meta });
}

/** `DELETE /api/v1/sites/goals/:id`, with the site in the query or the body → `{"deleted": true}`. Its counts stay. */
export async function deleteGoal(request: Request, context: Context): Promise<Response> {
  const { url, params } = context;
  const site_id = url.searchParams.get("site_id");
  const asked = site_id === null ? await readBody(request, ofSite) : check({ site_id }, ofSite);
  if (asked instanceof Response) return asked;
  const named = check({ ...asked, goal_id: params.id }, ofGoal);
  return named instanceof Response ? named : removeGoal(named, context);
}

/** `DELETE /api/v1/sites/goals {site_id, goal_id}` → `{"deleted": true}`. */
export async function deleteNamedGoal(request: Request, context: Context): Promise<Response> {
  const named = await readBody(request, ofGoal);
  return named instanceof Response ? named : removeGoal(named, context);
}

async function removeGoal({ site_id, goal_id }: z.infer<typeof ofGoal>, context: Context): Promise<Response> {
  const { env, now } = context;
  for (let attempt = 0; attempt < 5; attempt++) {
    const site = await managedSite(context, site_id, "site_id");
    if (site instanceof Response) return site;
    const goals = site.goals.filter(({ id }) => id !== goal_id);
    if (goals.length === site.goals.length) {
      // It may have been deleted by a request that could not publish.
      await publishIfChanged(env, site, now);
      return refusal(404, "goal_id: this site has no such goal");
    }
    const changed = await updateSite(env.DB, site, { goals });
    if (!changed) continue;
    await publish(env, changed, now);
    return json({ deleted: true });
  }
  return othersAreChanging();
}

function othersAreChanging(): Response {
  return retryLater("The site is being changed by others at the same time. Try again.");
}

/** A goal as its owner sees it. */
function shown({ domain }: Site, goal: Goal) {
  const { id, type, name, currency } = goal;
  return {
    id: String(id),
    domain,
    goal_type: type,
    display_name: goalLabel(goal),
    event_name: type === "event" ? name : null,
    page_path: type === "page" ? name : null,
    currency,
  };
}
