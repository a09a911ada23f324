import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inThousandths } from "../../src/collect/revenue.ts";
import { fakeWorld } from "./fakes.ts";
import { ownSite, post } from "./requests.ts";

describe("an amount", () => {
  it.each([
    [10.5, 10_500],
    [-3, -3_000],
    [0, 0],
    [-0, 0],
    [1.005, 1_005],
    [0.1 + 0.2, 300],
    // Halves go away from zero, and 1.0005 * 1000 is 1000.4999999999999.
    [1.0005, 1_001],
    [-1.0005, -1_001],
    [1.0004, 1_000],
    [-0.0001, 0],
    [1e-300, 0],
    [1e12, 1e15],
    [-1e12, -1e15],
    [123456789012.345, 123456789012345],
    [1e12 + 0.01, null],
    [1e300, null],
    [-Number.MAX_VALUE, null],
  ])("%d is %d thousandths", (amount, thousandths) => {
    expect(inThousandths({ amount, currency: "EUR" })).toEqual(
      thousandths === null ? null : { thousandths, currency: "EUR" },
    );
  });

  it("of whole thousandths is kept as it is written", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e15, max: 1e15 }), (thousandths) => {
        const written = `${thousandths < 0 ? "-" : ""}${String(Math.abs(thousandths)).padStart(4, "0")}`;
        const amount = Number(written.replace(/(\d{3})$/, ".$1"));
        expect(inThousandths({ amount, currency: "KWD" })?.thousandths).toBe(thousandths);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("what a beacon brought", () => {
  const sent = async (changes: object) => {
    const one = ownSite();
    const world = fakeWorld(one);
    const answer = await post(world, { n: "Purchase", u: `https://${one.domain}/a`, d: one.domain, ...changes });
    expect(answer.status).toBe(202);
    return world.tally.hits[0];
  };

  it.each([
    [{ $: { amount: "12.34", currency: "eur" } }, { thousandths: 12_340, currency: "EUR" }],
    [{ revenue: '{"amount":-5,"currency":"JPY"}' }, { thousandths: -5_000, currency: "JPY" }],
    [{ $: { amount: 0, currency: "EUR" } }, { thousandths: 0, currency: "EUR" }],
    [{ $: { amount: 1e13, currency: "EUR" } }, undefined],
    [{ $: { amount: 5, currency: "XQX" } }, undefined],
    [{}, undefined],
    // A page view brings nothing.
    [{ n: "pageview", $: { amount: 5, currency: "EUR" } }, undefined],
    [{ n: "engagement", e: 1, $: { amount: 5, currency: "EUR" } }, undefined],
  ])("%j is in the hit as %j", async (changes, revenue) => {
    const hit = await sent(changes);
    expect(hit?.revenue).toEqual(revenue);
    if (!revenue) expect(hit).not.toHaveProperty("revenue");
  });
});
