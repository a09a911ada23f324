import { describe, expect, it } from "vitest";
import { buildScript } from "../../scripts/tracker/assets.ts";
import { sizesOf } from "../../scripts/tracker/bundle.ts";

describe("the script", () => {
  it("takes at most 1,000 bytes on the way to a visitor, the full one at most 1,500", async () => {
    const [script, full] = await Promise.all([buildScript("script"), buildScript("script.full")]);
    const sizes = { "script.js": sizesOf(script), "script.full.js": sizesOf(full) };
    console.table(sizes);
    expect(sizes["script.js"].brotli).toBeLessThanOrEqual(1_000);
    expect(sizes["script.full.js"].brotli).toBeLessThanOrEqual(1_500);
  });
});
