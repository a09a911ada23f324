import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { goalsOfPage } from "../../src/collect/page-goals.ts";
import { matchesPath } from "../../src/collect/path-pattern.ts";
import type { Goal } from "../../src/goals.ts";
import { fakeWorld } from "./fakes.ts";
import { ownSite, post } from "./requests.ts";

let ids = 1;
const goal = (type: Goal["type"], name: string): Goal => ({ id: ids++, type, name, currency: null, createdAt: 0 });
const GOALS = [
  goal("event", "/thanks"),
  goal("page", "/thanks"),
  goal("page", "/blog/**"),
  goal("page", "/blog/*"),
  goal("page", "/café"),
  goal("page", "/app#/done"),
];

describe("a path", () => {
  it("meets the goals whose patterns it matches, one after the other, by one list of goals and by another", () => {
    const pattern = fc.array(fc.constantFrom("/", "a", "b", "*", "**"), { maxLength: 6 }).map((all) => all.join(""));
    const path = fc.string({ unit: fc.constantFrom("/", "a", "b"), maxLength: 8 });
    fc.assert(
      fc.property(
        fc.array(pattern, { maxLength: 5 }),
        fc.array(path, { minLength: 1, maxLength: 5 }),
        (names, paths) => {
          const goals = names.map((name) => goal("page", name));
          for (const one of paths) {
            const met = names.filter((name) => matchesPath(name, one));
            expect(goalsOfPage(goals, one)).toEqual(met.length > 0 ? met : null);
          }
        },
      ),
    );
  });
});

describe("a page view", () => {
  const hitOf = async (u: string, changes: object = {}) => {
    const one = ownSite({ goals: GOALS });
    const world = fakeWorld(one);
    const body = { n: "pageview", u: `https://www.${one.domain}${u}`, d: one.domain, ...changes };
    expect((await post(world, body)).status).toBe(202);
    return world.tally.hits[0];
  };

  it.each([
    ["/thanks?order=7#top", ["/thanks"]],
    ["/blog/a", ["/blog/**", "/blog/*"]],
    ["/blog/a/b", ["/blog/**"]],
    ["/caf%C3%A9", ["/café"]],
  ])("of %s carries the goals it meets: %j", async (u, goals) => {
    expect((await hitOf(u))?.goals).toEqual(goals);
  });

  it("meets goals by its route where the site routes by the fragment", async () => {
    expect((await hitOf("/app#/done", { h: 1 }))?.goals).toEqual(["/app#/done"]);
    expect(await hitOf("/app#/done")).not.toHaveProperty("goals");
  });

  it.each([
    ["another page", "/thanks/", {}],
    ["an event", "/thanks", { n: "/thanks" }],
    ["an engagement", "/thanks", { n: "engagement", e: 5 }],
  ])("alone does: %s has none", async (_, u, changes) => {
    const hit = await hitOf(u, changes);
    expect(hit?.page).toContain("/thanks");
    expect(hit).not.toHaveProperty("goals");
  });

  it("meets the goals of each site it is counted for", async () => {
    const a = ownSite({ goals: [goal("page", "/x")] });
    const b = ownSite({ allowedHosts: ["*.example"], goals: [goal("page", "/*")] });
    const world = fakeWorld(a, b);
    await post(world, { n: "pageview", u: `https://${a.domain}/x`, d: `${a.domain},${b.domain}` });
    expect(world.tally.hits.map(({ goals }) => goals)).toEqual([["/x"], ["/*"]]);
  });

  it("of a site that was published before there were goals has none", async () => {
    const { goals: _, ...old } = ownSite();
    const world = fakeWorld();
    world.kv.set(`site:${old.domain}`, JSON.stringify(old));
    await post(world, { n: "pageview", u: `https://${old.domain}/thanks` });
    expect(world.tally.hits).toHaveLength(1);
    expect(world.tally.hits[0]).not.toHaveProperty("goals");
  });
});
