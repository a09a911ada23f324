import { DIMENSIONS, type Dimension, type DimensionKind, type DimensionName, PAIRS } from "../dimensions.ts";

/** A dimension's place in the table of dimensions, by name. */
export const SLOT = Object.fromEntries(DIMENSIONS.map(({ name }, slot) => [name, slot])) as Record<
  DimensionName,
  number
>;

export const SLOTS: readonly Dimension[] = DIMENSIONS;

function slotsOf(kind: DimensionKind): number[] {
  return SLOTS.flatMap((dimension, slot) => (dimension.kind === kind ? [slot] : []));
}

/** Slots with one value a visit, in the order of a visit's tuple. */
export const VISIT_SLOTS = slotsOf("visit");
/** Slots with one value a visitor and day, in the order of a visitor's tuple. */
export const VISITOR_SLOTS = slotsOf("visitor");

/** The slot in whose table of values a slot's values are numbered. */
export const VALUES_SLOT: readonly number[] = SLOTS.map((dimension, slot) =>
  dimension.values === undefined ? slot : SLOT[dimension.values as DimensionName],
);

/** A pair by its slots. Its number is its place in `PAIRS`. */
export interface PairSlots {
  pair: number;
  a: number;
  b: number;
}

export const PAIR_SLOTS: readonly PairSlots[] = PAIRS.map(([a, b], pair) => ({ pair, a: SLOT[a], b: SLOT[b] }));

/** Kinds whose values a visit has from its start, so that visits, bounces and durations are counted on them. */
export function isVisitLevel(slot: number): boolean {
  const kind = SLOTS[slot]?.kind;
  return kind === "total" || kind === "hour" || kind === "visit" || kind === "visitor";
}
