/** What the faces of the reports (v1, summary) share: who is asked, parameters, and how failures are answered. */

import { z } from "zod";
import type { Env } from "../env.ts";
import type { TallyApi } from "../hit.ts";
import { check, json, refusal, retryLater } from "../http.ts";
import { siteForCredential } from "../manage/site-access.ts";
import type { Context } from "../route.ts";
import type { Site } from "../site.ts";
import { Unavailable } from "../store/unavailable.ts";
import { tallyStub } from "../tally/stub.ts";
import type { Counts } from "./gather.ts";
import { PERIODS } from "./period.ts";
import { Refusal } from "./query.ts";

/** What reports reach out to. */
export interface Access {
  /** The site of a domain, if the credential covers it; else the answer to stop with. */
  siteFor: (context: Context, domain: string) => Promise<Site | Response>;
  tally: (env: Env, siteId: number, shard: number) => Pick<TallyApi, "open" | "live">;
  wait: (ms: number) => Promise<void>;
}

export const ACCESS: Access = {
  siteFor: siteForCredential,
  tally: tallyStub,
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/** Where the counts of a site are to be had. */
export function countsOf(site: Site, { env, now }: Context, { tally, wait }: Access): Counts {
  return { site, db: env.DB, tally: (siteId, shard) => tally(env, siteId, shard), wait, now };
}

/** Parameters that name a range of days. */
export const periodFields = { period: z.enum(PERIODS).optional(), date: z.string().optional() };

/**
 * The parameters of a URL that a schema knows; others are ignored.
 * @throws Refusal where one is given twice
 * @returns them as the schema gives them, or the 400 to answer
 */
export function parametersOf<T extends object>(url: URL, schema: z.ZodObject & z.ZodType<T>): T | Response {
  const given: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const [value, again] = url.searchParams.getAll(name);
    if (again !== undefined) throw new Refusal(`${name}: must not be given twice`);
    if (value !== undefined) given[name] = value;
  }
  return check<T>(given, schema);
}

/** A report as JSON: of the owner's, and old in a moment. */
export function reportJson(value: unknown): Response {
  return json(value, 200, { "Cache-Control": "private, no-store" });
}

/** Answers a query that cannot be answered with 400, and a part that is away with 503. */
export async function answering(produce: () => Promise<Response>): Promise<Response> {
  try {
    return await produce();
  } catch (error) {
    if (error instanceof Refusal) return refusal(400, error.message);
    if (error instanceof Unavailable) return retryLater(error.message);
    throw error;
  }
}
