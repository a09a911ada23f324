import { beforeAll, describe, expect, it } from "vitest";
import { DROP_REASONS } from "../../src/drops.ts";
import { live } from "../../src/report/live.ts";
import { type FakeTally, openDay, siteOf, store, UNTOUCHED_D1, world } from "./fakes.ts";

const TODAY = "2026-11-22";
const site = siteOf(1, { shards: 2 });
const minute = (at: string, visitors: number, pageviews: number) => ({ at: Date.parse(at), visitors, pageviews });

const TALLIES: FakeTally[] = [
  {
    days: [
      openDay("2026-11-21", { site: { "": [50, 50, 50] } }),
      openDay(TODAY, { site: { "": [2, 3, 7, 1, 100, 1] }, dropped: { bot: [0, 0, 0, 0, 0, 2] } }),
    ],
    live: { visitors: 2, minutes: [minute("2026-11-22T09:58Z", 2, 3), minute("2026-11-22T09:59Z", 1, 1)] },
  },
  {
    days: [openDay(TODAY, { site: { "": [1, 1, 1] }, dropped: { bot: [0, 0, 0, 0, 0, 1], rate: [0, 0, 0, 0, 0, 5] } })],
    live: { visitors: 1, minutes: [minute("2026-11-22T09:59Z", 1, 2)] },
  },
];

async function ask(at = world(site, TALLIES)) {
  const context = at.context("/api/stats/example.com/realtime", { domain: "example.com" });
  const response = await live(new Request(context.url), context, at.access);
  return { status: response.status, body: await response.json() };
}

beforeAll(async () => {
  await store(site, TODAY, "site", { "": [1, 1, 1] }, 0);
  await store(site, TODAY, "site", { "": [100, 100, 100] }, 1);
});

describe("what happens now", () => {
  it("is of all shards together, in one call of each and without D1", async () => {
    const at = world(site, TALLIES, { db: UNTOUCHED_D1 });
    expect(await ask(at)).toEqual({
      status: 200,
      body: {
        visitors: 3,
        minutes: [
          { at: "2026-11-22T09:58:00.000Z", visitors: 2, pageviews: 3 },
          { at: "2026-11-22T09:59:00.000Z", visitors: 2, pageviews: 3 },
        ],
        today: {
          visitors: 3,
          pageviews: 8,
          events: 9,
          drops: [
            { reason: "rate", text: DROP_REASONS.rate, count: 5 },
            { reason: "bot", text: DROP_REASONS.bot, count: 3 },
          ],
        },
      },
    });
    expect(at.calls.map(({ shard, dimensions }) => [shard, dimensions])).toEqual([
      [0, "pulse"],
      [1, "pulse"],
    ]);
  });

  it("takes of D1 what a tally that has nothing of today handed over", async () => {
    const { body } = await ask(world(site, [TALLIES[0] ?? {}]));
    expect(body).toMatchObject({ visitors: 2, today: { visitors: 102, pageviews: 107 } });
  });

  it("asks a tally that fails again, and is 503 where one is silent", async () => {
    let failures = 2;
    const failing = { ...TALLIES[0], before: () => void (failures-- > 0 && fail()) };
    const fail = () => {
      throw new Error("object was reset");
    };
    expect((await ask(world(site, [failing, TALLIES[1] ?? {}]))).status).toBe(200);
    expect((await ask(world(site, [{ before: fail }, TALLIES[1] ?? {}]))).status).toBe(503);
  });
});
