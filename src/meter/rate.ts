/**
 * How often a caller may ask: each key and the badges of each site so many requests an hour, each shared link and the
 * public of each site ten times as many. The admin key may always. What strangers ask costs more for the rows that D1 looked
 * at: they may not spend the owner's quota (5 million rows a day on the free plan) by the hundred thousand a request.
 */

import type { Env } from "../env.ts";
import { refusal, retryLater } from "../http.ts";
import { LIMITS } from "../limits.ts";
import { logFailure } from "../log.ts";
import type { Credential } from "../route.ts";
import type { MeterApi } from "./meter.ts";

type RateEnv = Pick<Env, "METER" | "API_REQUESTS_PER_HOUR">;

/** `id`: of the key, of the link, of the site. */
export interface Caller {
  kind: Exclude<Credential["kind"], "admin"> | "badge";
  id: number;
}

const LETTERS = { key: "k", link: "l", public: "p", badge: "b" } as const;

/** The meter of tries to sign in. */
const TRIES = "s:0";

/** A meter that takes longer is one that is away. */
const PATIENCE_MS = 1_000;

/** Callers that are over their limit, and until when: they are not asked about again. In order of their refusal. */
const refusedUntil = new Map<string, number>();
const REFUSED_MOST = 1_000;

/**
 * Behind a key is one program, behind a link or a public site many readers, each of whose pages asks some 90 times an hour
 * while it is looked at.
 */
const READERS = 10;

/** Rows of D1 that cost as much as a request of a key. Readers together may make D1 look at no more than a key's limit of these. */
const ROWS_PER_REQUEST = 2_000;

/** Of how many readers a caller is. */
function readersOf({ kind }: Caller): number {
  return kind === "link" || kind === "public" ? READERS : 1;
}

/**
 * Counts a request. While the meter is away requests are let through: it guards against excess, not against strangers.
 * @returns the 429 to answer, or null to go on
 */
export async function overRate(env: RateEnv, caller: Caller, now: number): Promise<Response | null> {
  const { kind, id } = caller;
  const limit = requestsPerHour(env.API_REQUESTS_PER_HOUR) * readersOf(caller);
  if (limit === 0) return null;
  const retryAt = await counted(env, `${LETTERS[kind]}:${id}`, limit, now);
  return typeof retryAt === "number" ? tooMany("Too many requests", limit, retryAt, now) : null;
}

/**
 * Counts a try to sign in with an admin key that might be guessed. All tries count together: an address is not looked at
 * outside of `collect/`, and would be easily changed. So strangers can keep an owner from signing in with a short admin
 * key for an hour, but with no other. While the meter is away none is let through: it is what guards here.
 * @returns the 429 or 503 to answer, or null to go on
 */
export async function overTries(env: RateEnv, now: number): Promise<Response | null> {
  const limit = LIMITS.adminKeyTries;
  const retryAt = await counted(env, TRIES, limit, now);
  if (retryAt === undefined) return retryLater("meter does not answer. Try again.");
  return retryAt === null ? null : tooMany("key: too many tries", limit, retryAt, now);
}

/** Counts one with a meter, but for one that is known to be over its limit. Answers as `ask` does. */
async function counted(env: RateEnv, name: string, limit: number, now: number) {
  const known = refusedUntil.get(name) ?? 0;
  if (known > now) return known;
  const retryAt = await ask(env, name, limit, now, 1);
  if (typeof retryAt === "number") remember(name, retryAt);
  return retryAt;
}

function tooMany(what: string, limit: number, retryAt: number, now: number): Response {
  const seconds = Math.max(1, Math.ceil((retryAt - now) / 1000));
  return refusal(429, `${what}: at most ${limit} an hour. Try again in ${seconds} s.`, { "Retry-After": `${seconds}` });
}

/**
 * What is to be told of the rows that D1 looked at for a caller: counts them as requests, after the answer.
 * @param later takes work that goes on after the answer
 */
export function chargedFor(
  env: RateEnv,
  caller: Caller,
  now: number,
  later: (work: Promise<unknown>) => void,
): (rowsRead: number) => void {
  const { kind, id } = caller;
  const limit = requestsPerHour(env.API_REQUESTS_PER_HOUR) * readersOf(caller);
  const rowsOfOne = ROWS_PER_REQUEST / readersOf(caller);
  let rows = 0;
  return (rowsRead) => {
    // A question may be several of D1: what is left of one counts with the next.
    rows += rowsRead;
    const cost = Math.floor(rows / rowsOfOne);
    rows -= cost * rowsOfOne;
    if (limit > 0 && cost > 0) later(ask(env, `${LETTERS[kind]}:${id}`, limit, now, cost));
  };
}

/** Forgets a caller that is no more. Never rejects: what is left of it is a number of an hour. */
export async function forgetCaller(env: RateEnv, { kind, id }: Caller): Promise<void> {
  try {
    await meterOf(env, `${LETTERS[kind]}:${id}`).erase();
  } catch (error) {
    logFailure("meter", {}, error);
  }
}

/** What the variable says, a number or its digits; the default where it is unset or says something else. */
export function requestsPerHour(variable: string | number | undefined): number {
  return /^\d{1,9}$/.test(`${variable}`) ? Number(variable) : LIMITS.apiRequestsPerHour;
}

/** As `take` of the meter; undefined where it does not answer. */
async function ask(env: RateEnv, name: string, limit: number, now: number, cost: number) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("late")), PATIENCE_MS);
    });
    return await Promise.race([meterOf(env, name).take(limit, now, cost), late]);
  } catch (error) {
    logFailure("meter", {}, error);
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/** The cast is that of `tallyStub`, for its reason. */
function meterOf(env: RateEnv, name: string): MeterApi {
  return env.METER.getByName(name) as unknown as MeterApi;
}

function remember(name: string, until: number): void {
  refusedUntil.delete(name);
  if (refusedUntil.size >= REFUSED_MOST) {
    const [oldest = ""] = refusedUntil.keys();
    refusedUntil.delete(oldest);
  }
  refusedUntil.set(name, until);
}
