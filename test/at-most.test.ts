import { expect, it } from "vitest";
import { atMost } from "../src/at-most.ts";

it("has no more calls under way than it may, and answers in order", async () => {
  let underWay = 0;
  let most = 0;
  const things = Array.from({ length: 20 }, (_, index) => index);
  const doubled = await atMost(3, things, async (thing) => {
    most = Math.max(most, ++underWay);
    for (let turn = 0; turn < thing % 4; turn++) await Promise.resolve();
    underWay--;
    return thing * 2;
  });
  expect(doubled).toEqual(things.map((thing) => thing * 2));
  expect(most).toBe(3);
});

it("rejects with the first call that does", async () => {
  await expect(
    atMost(2, [1, 2, 3], async (thing) => (thing === 2 ? Promise.reject(new Error("no")) : thing)),
  ).rejects.toThrow("no");
  expect(await atMost(2, [], async () => 1)).toEqual([]);
});
