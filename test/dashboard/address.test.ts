import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addressOf,
  CHART_METRICS,
  DEFAULT_VIEW,
  FILTER_OPERATORS,
  PERIODS,
  type Place,
  placeOf,
} from "../../src/dashboard/address.ts";
import { COMPARISONS, INTERVALS } from "../../src/report/summary-answer.ts";

const text = fc.string({ unit: fc.constantFrom(..."ab,\\ /?&=+#%\"'é😀.:") });
const some = fc.string({ unit: fc.constantFrom(..."ab,\\ /?&=+#%é😀.:"), minLength: 1 });
const view = fc.record({
  period: fc.constantFrom(...PERIODS),
  date: fc.option(fc.constantFrom("2026-11-22", "2026-11-01,2026-11-22")),
  compare: fc.constantFrom(...COMPARISONS),
  compareDate: fc.option(fc.constant("2025-11-01,2025-11-22")),
  interval: fc.option(fc.constantFrom(...INTERVALS)),
  metric: fc.constantFrom(...CHART_METRICS),
  filters: fc.array(
    fc.record({
      operator: fc.constantFrom(...FILTER_OPERATORS),
      dimension: fc.constantFrom("visit:source", "event:props:a,b"),
      values: fc.array(text, { minLength: 1, maxLength: 3 }),
    }),
    { maxLength: 2 },
  ),
  tabs: fc.dictionary(fc.constantFrom("sources", "pages"), some, { noNullPrototype: true }),
  list: fc.option(
    fc.record(
      {
        dimension: some,
        search: text,
        page: fc.integer({ min: 1, max: 900 }),
        sort: fc.record({ by: some, direction: fc.constantFrom("asc" as const, "desc" as const) }),
      },
      { requiredKeys: ["dimension", "search", "page"] },
    ),
  ),
});
const domain = fc.constantFrom("example.com", "localhost", "xn--bcher-kva.example");
const place: fc.Arbitrary<Place> = fc.oneof(
  fc.constant<Place>({ kind: "sites" }),
  domain.map((domain): Place => ({ kind: "settings", domain })),
  fc.record({
    kind: fc.constant("site" as const),
    domain,
    view: view.map((view) => ({ ...view, compareDate: view.compare === "custom" ? view.compareDate : null })),
    auth: fc.constantFrom(null, "", "ffl_abc-_"),
    embed: fc.boolean(),
  }),
);

const at = (address: string) => placeOf(new URL(address, "https://stats.example"));

describe("an address", () => {
  it("names a place in full", () => {
    fc.assert(
      fc.property(place, (place) => {
        expect(at(addressOf(place))).toEqual(place);
      }),
    );
  });

  it("says nothing of what is as by default", () => {
    const site: Place = { kind: "site", domain: "example.com", view: DEFAULT_VIEW, auth: null, embed: false };
    expect(addressOf(site)).toBe("/example.com");
  });

  it.each([
    ["/example.com?period=nonsense", DEFAULT_VIEW],
    ["/example.com?f=is&f=nonsense,visit:source,x&f=is,visit:source", DEFAULT_VIEW],
    [
      "/example.com?list=event:page&page=-3",
      { ...DEFAULT_VIEW, list: { dimension: "event:page", search: "", page: 1 } },
    ],
    [
      "/example.com?list=event:page&sort=nonsense",
      { ...DEFAULT_VIEW, list: { dimension: "event:page", search: "", page: 1 } },
    ],
    ["/example.com?tab=nonsense&metric=nonsense&interval=second", DEFAULT_VIEW],
  ])("that is wrong in part shows the rest: %s", (address, view) => {
    expect(at(address)).toMatchObject({ view });
  });

  it("reads well", () => {
    const filters = [{ operator: "is" as const, dimension: "visit:source", values: ["Hacker News", "a,b"] }];
    const place: Place = {
      kind: "site",
      domain: "example.com",
      view: { ...DEFAULT_VIEW, period: "30d", filters },
      auth: null,
      embed: false,
    };
    expect(addressOf(place)).toBe("/example.com?period=30d&f=is,visit:source,Hacker+News,a%5C,b");
  });
});
