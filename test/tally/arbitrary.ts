import { createHash } from "node:crypto";
import fc from "fast-check";
import { addDays, HOUR_MS, hourOf, localDayAt, MINUTE_MS, type ZoneRule } from "../../src/calendar.ts";
import type { Hit } from "../../src/hit.ts";
import { LIMITS } from "../../src/limits.ts";

const hex = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 32);

/** One step of a random life of a site: time passes, then something arrives. */
export interface Step {
  /** How far the clock moves before it. */
  passesMs: number;
  /** The hit happened this much earlier. */
  lateMs: number;
  person: number;
  kind: Hit["kind"];
  page: number;
  goals: string[];
  attribution: number;
  setup: number;
  event: number;
  interactive: boolean;
  revenue: Hit["revenue"];
  prop: number;
  visitless: boolean;
  engagedMs: number;
  scrollPercent: number | undefined;
  /** Sent again: 0 not, 1 at once, 2 with the next step. */
  repeats: number;
}

const passes = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 5 * MINUTE_MS }) },
  { weight: 3, arbitrary: fc.integer({ min: 25 * MINUTE_MS, max: 35 * MINUTE_MS }) },
  // To the millisecond around the end of a visit, and around its end as the clock sees it.
  { weight: 1, arbitrary: fc.constantFrom(-1, 0, 1).map((ms) => LIMITS.visitGapMs + ms) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 0, 1).map((ms) => LIMITS.visitGapMs + LIMITS.latenessMs + ms) },
  { weight: 2, arbitrary: fc.integer({ min: HOUR_MS, max: 9 * HOUR_MS }) },
);

/** Random steps over a handful of people, pages and attributions, so that everything meets everything. */
export const step: fc.Arbitrary<Step> = fc.record({
  passesMs: passes,
  lateMs: fc.oneof(
    { weight: 3, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 50_000 }) },
  ),
  person: fc.integer({ min: 0, max: 3 }),
  kind: fc.constantFrom<Hit["kind"]>("pageview", "pageview", "pageview", "event", "engagement"),
  page: fc.integer({ min: 0, max: 4 }),
  goals: fc.subarray(["/*", "/**"]),
  attribution: fc.integer({ min: 0, max: 7 }),
  setup: fc.integer({ min: 0, max: 3 }),
  event: fc.integer({ min: 0, max: 2 }),
  interactive: fc.boolean(),
  revenue: fc.option(
    fc.record({ thousandths: fc.integer({ min: -5000, max: 5000 }), currency: fc.constantFrom("EUR", "JPY") }),
    { nil: undefined },
  ),
  prop: fc.integer({ min: 0, max: 3 }),
  visitless: fc.constantFrom(false, false, false, true),
  engagedMs: fc.integer({ min: 0, max: 100_000 }),
  scrollPercent: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
  repeats: fc.constantFrom(0, 0, 0, 0, 1, 2),
});

export const timezone = fc.constantFrom(
  "UTC",
  "Europe/Riga",
  "America/New_York",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
  "Africa/Cairo",
);

/** Instants near which clocks change somewhere, and an ordinary one. */
export const start = fc
  .tuple(
    fc.constantFrom("2026-10-24T20:00:00Z", "2026-10-31T20:00:00Z", "2026-03-07T22:00:00Z", "2026-11-22T18:00:00Z"),
    fc.integer({ min: 0, max: 12 * HOUR_MS }),
  )
  .map(([date, ms]) => Date.parse(date) + ms);

/** The hit that a step describes. */
export function hitOf(step: Step, index: number, now: number, zones: readonly ZoneRule[]): Hit {
  const at = now - step.lateMs;
  const day = localDayAt(zones, at);
  const early = at < day.startsAt + LIMITS.overMidnightMs;
  const source = ["", "Google", "Mastodon", "Newsletter"][step.attribution % 4] ?? "";
  const hit: Hit = {
    id: hex(`hit ${index}`),
    kind: step.kind,
    at,
    day,
    hour: hourOf(day, at),
    visitor: hex(`${day.day} ${step.person}`),
    ...(early ? { previousVisitor: hex(`${addDays(day.day, -1)} ${step.person}`) } : {}),
    page: `example.com/${step.page}`,
    source,
    channel: source === "" ? "Direct" : step.attribution > 3 ? "Paid Search" : "Referral",
    referrer: source && `${source}.example/`,
    utmSource: step.attribution > 3 ? source : "",
    utmMedium: step.attribution > 5 ? "cpc" : "",
    utmCampaign: step.attribution > 4 ? `spring ${step.attribution % 2}` : "",
    utmContent: "",
    utmTerm: step.attribution === 7 ? "shoes" : "",
    country: ["LV", "LV", "DE", ""][step.setup] ?? "",
    region: ["LV-RIX", "LV-002", "DE-BY", ""][step.setup] ?? "",
    browser: step.setup > 1 ? "Chrome" : "Firefox",
    browserVersion: String(140 + step.setup),
    os: step.setup > 2 ? "Windows" : "Linux",
    osVersion: step.setup > 2 ? "11" : "",
    device: step.setup === 1 ? "Mobile" : "Desktop",
    screen: "",
    language: step.setup > 1 ? "de" : "lv",
  };
  if (step.kind === "event") {
    hit.event = {
      name: ["Signup", "Outbound Link: Click", "__proto__"][step.event] ?? "",
      interactive: step.interactive,
    };
    if (step.visitless) hit.visitless = true;
    if (step.revenue) hit.revenue = step.revenue;
  }
  if (step.kind === "pageview" && step.goals.length > 0) hit.goals = step.goals;
  if (step.kind !== "engagement" && step.prop) hit.props = [[step.prop % 2 ? "plan" : "__proto__", String(step.prop)]];
  if (step.kind === "engagement") {
    hit.engagement = { engagedMs: step.engagedMs };
    if (step.scrollPercent !== undefined) hit.engagement.scrollPercent = step.scrollPercent;
  }
  return hit;
}
