import fc from "fast-check";

/** What may happen to a tally between, or in the middle of, two hits. */
export type Event =
  | { type: "hit"; visitor: number; loses: boolean }
  | { type: "burst"; visitor: number }
  /** A hit that was sent before is sent again with its id, whatever the answer was. */
  | { type: "again"; which: number }
  | { type: "pass"; minutes: number }
  | { type: "alarm" }
  | { type: "evict" }
  | { type: "abort" }
  /** The object dies while D1 is at work on its batch, which takes effect or does not; a hit comes in between. */
  | { type: "abort during"; minutes: number; applies: boolean }
  | { type: "journal"; breaks: boolean }
  | { type: "checkpoint breaks" }
  | { type: "kv"; state: "well" | "away" | "unwritable" }
  | { type: "db"; state: DatabaseState }
  | { type: "db restored"; to: number }
  | { type: "late batch"; which: number }
  | { type: "report" };

/** `lost`: batches take effect and their answers are lost. */
export type DatabaseState = "well" | "away" | "lost" | "over quota";

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      type: fc.constant("hit" as const),
      visitor: fc.nat({ max: 2 }),
      loses: fc.constantFrom(false, false, false, true),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("burst" as const), visitor: fc.nat({ max: 2 }) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("again" as const), which: fc.nat({ max: 5 }) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("pass" as const),
      minutes: fc.constantFrom(0.01, 1, 8, 11, 31, 65, 400, 800, 1500),
    }),
  },
  { weight: 6, arbitrary: fc.constant({ type: "alarm" as const }) },
  { weight: 3, arbitrary: fc.constant({ type: "evict" as const }) },
  { weight: 2, arbitrary: fc.constant({ type: "abort" as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("abort during" as const),
      minutes: fc.constantFrom(11, 400, 1500),
      applies: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("journal" as const), breaks: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ type: "checkpoint breaks" as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("kv" as const),
      state: fc.constantFrom("well" as const, "well" as const, "away" as const, "unwritable" as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("db" as const),
      state: fc.constantFrom<DatabaseState>("well", "well", "away", "lost", "over quota"),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("db restored" as const), to: fc.nat({ max: 3 }) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("late batch" as const), which: fc.nat({ max: 5 }) }) },
  { weight: 3, arbitrary: fc.constant({ type: "report" as const }) },
);

export const schedule = fc.array(event, { minLength: 5, maxLength: 30 });
