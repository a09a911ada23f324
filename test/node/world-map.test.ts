import { brotliCompressSync } from "node:zlib";
import { iso31661 } from "iso-3166/1.js";
import { expect, it } from "vitest";
import { countriesOf, worldSvg } from "../../scripts/dashboard/map.ts";

const svg = worldSvg();
const drawn = [...svg.matchAll(/data-country="(.*?)"/g)].map(([, code]) => code);

it("draws every country of the atlas once", () => {
  const known = new Set(countriesOf("countries-10m.json").map(({ code }) => code));
  expect([...known].filter((code) => !drawn.includes(code))).toEqual([]);
  expect(drawn).toHaveLength(new Set(drawn).size);
});

it("has a place for every code that addresses are registered under", () => {
  // Nobody lives in these.
  const empty = ["AQ", "BV"];
  const codes = iso31661.map(({ alpha2 }) => alpha2);
  expect([...codes, "XK"].filter((code) => !drawn.includes(code))).toEqual(empty);
});

it("is made of finite numbers, and light", () => {
  expect(svg).not.toMatch(/NaN|undefined|e-/);
  expect(brotliCompressSync(svg).length).toBeLessThan(30_000);
});
