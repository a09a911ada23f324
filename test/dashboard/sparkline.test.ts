import { describe, expect, it } from "vitest";
import { sparklinePath } from "../../src/dashboard/parts/sparkline-path.ts";

describe("a sparkline", () => {
  it.each([
    [[0, 5, 10], "M0 24L50 12L100 0"],
    [[0, 0], "M0 24L100 24"],
    [[3], "M0 0L100 0"],
  ])("goes through %j", (values, path) => {
    expect(sparklinePath(values)).toBe(path);
  });
});
