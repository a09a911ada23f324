import { expect, it } from "vitest";
import { Known } from "../src/known.ts";

const KEPT = { keptMs: 60, most: 3 };

/** Counts how often it was asked. */
function source<T>(value: T | null): { asked: number; ask: () => Promise<T | null> } {
  const counted = {
    asked: 0,
    ask: async () => {
      counted.asked++;
      return value;
    },
  };
  return counted;
}

it("forgets the oldest where there are too many, and before them the names of nothing", async () => {
  const known = new Known<string>(KEPT);
  const there = source("x");
  const nothing = source<string>(null);
  await known.find("a", 0, there.ask);
  await known.find("made up", 0, nothing.ask);
  await known.find("b", 0, there.ask);
  await known.find("c", 0, there.ask);
  expect(there.asked).toBe(3);
  for (const name of ["a", "b", "c"]) await known.find(name, 1, there.ask);
  expect(there.asked).toBe(3);
  await known.find("made up", 1, nothing.ask);
  expect(nothing.asked).toBe(2);
  // For it the oldest gave way.
  await known.find("a", 1, there.ask);
  expect(there.asked).toBe(4);
});

it("keeps nothing of a name that may stand for something in a moment", async () => {
  const known = new Known<string>(KEPT);
  expect(await known.find("7", 0, async () => null, { keepNone: false })).toBeNull();
  expect(await known.find("7", 0, async () => "made meanwhile", { keepNone: false })).toBe("made meanwhile");
});

it("does not keep what was asked before it was forgotten", async () => {
  const known = new Known<string>(KEPT);
  let answer: (value: string) => void = () => undefined;
  const early = known.find("a", 0, () => new Promise((resolve) => (answer = resolve)));
  known.forget(() => true);
  answer("deleted");
  expect(await early).toBe("deleted");
  expect(await known.find("a", 0, async () => null)).toBeNull();
});

it("serves on with what it knew where the source fails, if told to", async () => {
  const known = new Known<string>(KEPT);
  const fail = () => Promise.reject(new Error("away"));
  await known.find("a", 0, async () => "x");
  expect(await known.find("a", 60, fail, { staleOnError: true })).toBe("x");
  await expect(known.find("a", 60, fail)).rejects.toThrow("away");
  await expect(known.find("b", 60, fail, { staleOnError: true })).rejects.toThrow("away");
});
