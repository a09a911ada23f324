import { describe, expect, it } from "vitest";
import { daysShown, sparklinePath } from "../../src/dashboard/parts/sparkline-path.ts";

describe("a sparkline", () => {
  it.each([
    [[0, 5, 10], "M0 24L50 12L100 0"],
    [[0, 0], "M0 24L100 24"],
    [[3], "M0 0L100 0"],
  ])("goes through %j", (values, path) => {
    expect(sparklinePath(values)).toBe(path);
  });

  it.each([
    [
      [3, 4, 1],
      [3, 4],
    ],
    [
      [0, 0, 1],
      [0, 0, 1],
    ],
    [
      [0, 0, 0],
      [0, 0, 0],
    ],
    [[1], [1]],
  ])("of %j ends with the last whole day: %j", (visitors, shown) => {
    expect(daysShown(visitors)).toEqual(shown);
  });
});
