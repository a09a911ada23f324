import { expect, it } from "vitest";
import { DAY_MS, HOUR_MS, localDayAt, MINUTE_MS } from "../../src/calendar.ts";
import { pendingZone, SETTLE_MS, withShards, withTimezone } from "../../src/manage/midnight.ts";
import { type Site, shardsAt } from "../../src/site.ts";

const NOON = Date.UTC(2026, 10, 22, 12);
const MIDNIGHT = Date.UTC(2026, 10, 23);

const site: Site = {
  id: 7,
  domain: "example.com",
  zones: [{ timezone: "Etc/UTC", fromDay: "1970-01-01", fromAt: 0 }],
  shardRules: [{ shards: 1, fromAt: 0 }],
  allowedHosts: [],
  excludedPaths: [],
  excludedCountries: [],
  linkKey: null,
  goals: [],
  isPublic: false,
  badge: false,
  minVisitors: 3,
  detailDays: 0,
  retentionMonths: 0,
};
const [utc] = site.zones;

it.each(["Europe/Riga", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu", "Australia/Lord_Howe"])(
  "hands over to %s at the next local midnight, with no instant in two days",
  (timezone) => {
    const { zones } = withTimezone(site, timezone, NOON);
    expect(zones).toEqual([utc, { timezone, fromDay: "2026-11-23", fromAt: MIDNIGHT }]);
    expect(pendingZone(zones, NOON)).toEqual(zones[1]);
    expect(pendingZone(zones, MIDNIGHT)).toBeNull();
    const before = localDayAt(zones, MIDNIGHT - 1);
    const after = localDayAt(zones, MIDNIGHT);
    expect([before.day, before.endsAt]).toEqual(["2026-11-22", MIDNIGHT]);
    expect(after.startsAt).toBe(MIDNIGHT);
    expect(after.day > before.day).toBe(true);
  },
);

it("replaces a timezone that is pending", () => {
  const first = { ...site, ...withTimezone(site, "Europe/Riga", NOON) };
  const { zones } = withTimezone(first, "Asia/Tokyo", NOON + HOUR_MS);
  expect(zones).toEqual([utc, { timezone: "Asia/Tokyo", fromDay: "2026-11-23", fromAt: MIDNIGHT }]);
});

it("keeps a pending timezone that is asked for again", () => {
  const first = { ...site, ...withTimezone(site, "Europe/Riga", NOON) };
  expect(withTimezone(first, "Europe/Riga", NOON + HOUR_MS).zones).toEqual(first.zones);
});

it("withdraws a pending timezone when the one in effect is asked for", () => {
  const first = { ...site, ...withTimezone(site, "Europe/Riga", NOON) };
  expect(withTimezone(first, "Etc/UTC", NOON + HOUR_MS).zones).toEqual([utc]);
});

it("takes the midnight after next where the next is too near to be known everywhere", () => {
  const { zones } = withTimezone(site, "Europe/Riga", MIDNIGHT - SETTLE_MS + 1);
  expect(zones[1]).toEqual({ timezone: "Europe/Riga", fromDay: "2026-11-24", fromAt: MIDNIGHT + DAY_MS });
});

it("does not withdraw a timezone whose midnight is that near, but follows it", () => {
  const first = { ...site, ...withTimezone(site, "Europe/Riga", NOON) };
  const { zones } = withTimezone(first, "Etc/UTC", MIDNIGHT - MINUTE_MS);
  // In Riga the 23rd began at 22:00 UTC; by its rule it lasts from midnight UTC to 22:00 UTC.
  expect(zones).toEqual([
    ...first.zones,
    { timezone: "Etc/UTC", fromDay: "2026-11-24", fromAt: MIDNIGHT + 22 * HOUR_MS },
  ]);
});

it("moves shards yet to come to a midnight of the new calendar", () => {
  const growing = { ...site, shardRules: withShards(site, 2, MIDNIGHT + DAY_MS, NOON) };
  const { zones, shardRules } = withTimezone(growing, "Asia/Tokyo", NOON);
  const [, rule] = shardRules;
  expect(rule?.shards).toBe(2);
  expect(rule?.fromAt).toBeGreaterThan(MIDNIGHT + DAY_MS);
  expect(localDayAt(zones, rule?.fromAt ?? 0).startsAt).toBe(rule?.fromAt);
});

it("adds shards from the midnight asked for on", () => {
  const rules = withShards(site, 4, MIDNIGHT, NOON);
  expect(rules).toEqual([
    { shards: 1, fromAt: 0 },
    { shards: 4, fromAt: MIDNIGHT },
  ]);
  expect([shardsAt(rules, MIDNIGHT - 1), shardsAt(rules, MIDNIGHT)]).toEqual([1, 4]);
});

it.each([
  ["an instant that is no midnight", MIDNIGHT - HOUR_MS, NOON, MIDNIGHT],
  ["a midnight that is past", MIDNIGHT - DAY_MS, NOON, MIDNIGHT],
  ["a midnight too near to be known everywhere", MIDNIGHT, MIDNIGHT - MINUTE_MS, MIDNIGHT + DAY_MS],
])("moves shards asked for at %s to the next that serves", (_, fromAt, now, expected) => {
  expect(withShards(site, 2, fromAt, now).at(-1)).toEqual({ shards: 2, fromAt: expected });
});

it("lets more shards take the place of fewer that would begin at the same midnight", () => {
  const growing = { ...site, shardRules: withShards(site, 2, MIDNIGHT, NOON) };
  expect(withShards(growing, 8, MIDNIGHT, NOON)).toEqual([
    { shards: 1, fromAt: 0 },
    { shards: 8, fromAt: MIDNIGHT },
  ]);
});

it("never makes shards fewer", () => {
  const grown = { ...site, shardRules: [{ shards: 4, fromAt: 0 }] };
  for (const shards of [1, 2, 4]) expect(withShards(grown, shards, MIDNIGHT, NOON)).toBe(grown.shardRules);
});
