/** What the faces of the reports (v1, v2, summary) share: who is asked, parameters, and how failures are answered. */

import { z } from "zod";
import { hourOf, localDayAt, MINUTE_MS } from "../calendar.ts";
import type { Env } from "../env.ts";
import type { TallyApi } from "../hit.ts";
import { check, json, refusal, retryLater } from "../http.ts";
import { audience, siteForCredential } from "../manage/site-access.ts";
import { type Caller, chargedFor } from "../meter/rate.ts";
import type { Context, Credential } from "../route.ts";
import type { Site } from "../site.ts";
import { Unavailable } from "../store/unavailable.ts";
import { tallyStub } from "../tally/stub.ts";
import type { Counts } from "./gather.ts";
import { type LocalNow, PERIODS, type Range, rangeBefore, toTheSameHour, untilNow } from "./period.ts";
import { type Part, Refusal } from "./query.ts";

/** Calls of a tally that tell of its counts. */
export type ReadCall = "open" | "live" | "pulse";

/** What reports reach out to. */
export interface Access {
  /** The site of a domain, if the credential covers it; else the answer to stop with. */
  siteFor: (context: Context, domain: string) => Promise<Site | Response>;
  tally: (env: Env, siteId: number, shard: number) => Pick<TallyApi, ReadCall>;
  wait: (ms: number) => Promise<void>;
}

export const ACCESS: Access = {
  siteFor: siteForCredential,
  tally: tallyStub,
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** Where the counts of a site are to be had, and what of them whoever asks may see. */
export function countsOf(site: Site, { env, ctx, credential, now }: Context, { tally, wait }: Access): Counts {
  const { minVisitors, isOwner } = audience(credential, site);
  const later = (work: Promise<unknown>) => ctx.waitUntil(work);
  const caller = chargedCaller(credential, site);
  return {
    site,
    db: env.DB,
    tally: (siteId, shard) => tally(env, siteId, shard),
    wait,
    now,
    minVisitors,
    isOwners: isOwner,
    later,
    spent: caller ? chargedFor(env, caller, now, later) : () => undefined,
  };
}

/** Who pays for the rows that his questions make D1 look at: whoever is no owner. Without a credential it is a badge. */
export function chargedCaller(credential: Credential | null, site: Site): Caller | null {
  if (credential === null) return { kind: "badge", id: site.id };
  if (credential.kind === "link") return { kind: "link", id: credential.id };
  return credential.kind === "public" ? { kind: "public", id: site.id } : null;
}

/** What is now at a site. */
export function localNow({ zones }: Site, now: number): LocalNow {
  const day = localDayAt(zones, now);
  const hour = hourOf(day, now);
  const yesterday = localDayAt(zones, day.startsAt - 1);
  return {
    today: day.day,
    hour,
    minute: Math.floor((now - day.startsAt) / MINUTE_MS) - hour * 60,
    hoursYesterday: hourOf(yesterday, yesterday.endsAt - 1) + 1,
  };
}

/** A range as far as it is over, and what came as long before it: the last day to the same hour. */
export function withPrevious(range: Range, now: LocalNow): { range: Range; before: Range } {
  const soFar = untilNow(range, now);
  return { range: soFar, before: toTheSameHour(rangeBefore(soFar), soFar, now) };
}

/** Parameters that name a range of days. */
export const periodFields = {
  period: z.enum(PERIODS).optional(),
  date: z.string().optional().describe("`YYYY-MM-DD`; with `custom` two of them, a comma between. Default: today."),
};

/**
 * The parameters of a URL that a schema knows; others are ignored.
 * @returns them as the schema gives them, or the 400 to answer
 */
export function parametersOf<T extends object>(url: URL, schema: z.ZodObject & z.ZodType<T>): T | Response {
  const given: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const [value, again] = url.searchParams.getAll(name);
    if (again !== undefined) return refusal(400, `${name}: must not be given twice`);
    if (value !== undefined) given[name] = value;
  }
  return check<T>(given, schema);
}

/** A report as JSON: of the owner's, and old in a moment. */
export function reportJson(value: unknown): Response {
  return json(value, 200, { "Cache-Control": "private, no-store" });
}

/** What v1's parameters call the parts of a question that have another name there. */
const PARAMETER_OF: Partial<Record<Part, string>> = { dimensions: "property", date_range: "date", pagination: "page" };

/** The rule broken, behind the name of the parameter that breaks it. */
function parameterText({ part, rule }: Refusal): string {
  return `${PARAMETER_OF[part] ?? part}: ${rule}`;
}

/**
 * Answers a query that cannot be answered with 400, and a part that is away with 503.
 * @param textOf how this face says what is wrong
 */
export async function answering(
  produce: () => Promise<Response>,
  textOf: (refused: Refusal) => string = parameterText,
): Promise<Response> {
  try {
    return await produce();
  } catch (error) {
    if (error instanceof Refusal) return refusal(400, textOf(error));
    if (error instanceof Unavailable) return retryLater(error.message);
    throw error;
  }
}
