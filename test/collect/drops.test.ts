import { describe, expect, it } from "vitest";
import { Drops } from "../../src/collect/drops.ts";

describe("drops of an isolate", () => {
  it("are counted by site and reason, and taken out once", () => {
    const drops = new Drops();
    for (const reason of ["bot", "opt_out", "bot"] as const) drops.add(7, reason, 0);
    drops.add(8, "bot", 0);
    const counts = [
      { reason: "bot", count: 2 },
      { reason: "opt_out", count: 1 },
    ];
    expect(drops.take(7, 0)?.counts).toEqual(counts);
    expect(drops.take(7, 0)).toBeUndefined();
    expect(drops.take(8, 0)?.counts).toEqual([{ reason: "bot", count: 1 }]);
    expect(drops.take(9, 0)).toBeUndefined();
  });

  it("are sent alone when none went for 10 s", () => {
    const drops = new Drops();
    expect(drops.add(7, "bot", 1_000)).toBe(true);
    drops.take(7, 1_000);
    expect(drops.add(7, "bot", 1_001)).toBe(false);
    expect(drops.add(8, "bot", 1_001)).toBe(true);
    expect(drops.add(7, "bot", 10_999)).toBe(false);
    expect(drops.add(7, "bot", 11_000)).toBe(true);
  });

  it("have another id each time they are taken, and are added up when put back", () => {
    const drops = new Drops();
    drops.add(7, "bot", 0);
    const first = drops.take(7, 0);
    if (!first) throw new Error("nothing was taken");
    expect(first.id).toMatch(/^[0-9a-f]{32}$/);
    drops.add(7, "bot", 1);
    drops.putBack(7, first);
    const second = drops.take(7, 2);
    expect(second?.counts).toEqual([{ reason: "bot", count: 2 }]);
    expect(second?.id).not.toBe(first.id);
  });

  it("are kept of at most 1,000 sites", () => {
    const drops = new Drops();
    for (let siteId = 1; siteId <= 1_001; siteId++) drops.add(siteId, "bot", 0);
    expect(drops.take(1, 0)).toBeUndefined();
    expect(drops.take(2, 0)).toBeDefined();
    expect(drops.take(1_001, 0)).toBeDefined();
  });
});
