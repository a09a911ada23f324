import { expect, it } from "vitest";
import { Guesses } from "../../src/clerk/guesses.ts";

const T = Date.UTC(2026, 10, 22, 12);
const MINUTE = 60_000;

function after(wrong: number, everyMs = 0): Guesses {
  const guesses = new Guesses();
  for (let n = 0; n < wrong; n++) guesses.countWrong(1, T + n * everyMs);
  return guesses;
}

it("takes ten wrong guesses, and none from then on until 15 minutes after the first", () => {
  expect(after(9).shutUntil(1, T)).toBeNull();
  const shut = after(10, MINUTE);
  expect(shut.shutUntil(1, T + 9 * MINUTE)).toBe(T + 15 * MINUTE);
  expect(shut.shutUntil(1, T + 15 * MINUTE - 1)).toBe(T + 15 * MINUTE);
  expect(shut.shutUntil(1, T + 15 * MINUTE)).toBeNull();
});

it("counts anew in the next window", () => {
  const guesses = after(10);
  for (let n = 0; n < 9; n++) guesses.countWrong(1, T + 15 * MINUTE);
  expect(guesses.shutUntil(1, T + 15 * MINUTE)).toBeNull();
  guesses.countWrong(1, T + 15 * MINUTE);
  expect(guesses.shutUntil(1, T + 15 * MINUTE)).toBe(T + 30 * MINUTE);
});

it("counts each link by itself", () => {
  expect(after(10).shutUntil(2, T)).toBeNull();
});
