/**
 * What `POST /api/v2/query` takes, as zod schemas: validation, the JSON schema and the OpenAPI document come from them.
 */

import { z } from "zod";
import { MOST_CONDITIONS } from "./filters.ts";
import { DATE_RANGE_RULE } from "./period.ts";
import { METRICS } from "./query.ts";

/** Values of one condition. */
const MOST_VALUES = 1_000;
const VALUE_CHARS = 2_000;
const DIMENSION_CHARS = 400;
const MOST_DIMENSIONS = 3;
/** How deep filters may be joined. */
export const DEEPEST_FILTER = 5;

export const OPERATORS = ["is", "is_not", "contains", "contains_not", "matches", "matches_not"] as const;

const instant = z.iso.datetime({ offset: true });

const dateRange = z
  .union([
    z.string().regex(/^(day|24h|\d{1,4}d|\d{1,4}mo|month|year|all)$/, DATE_RANGE_RULE),
    z.tuple([z.iso.date(), z.iso.date()]),
    z.tuple([instant, instant]),
  ])
  .describe(
    "Days in the site's timezone. `Nd`: the N days before today; `Nmo`: the N whole months before this one; `24h`: the last 24 hours. Two instants, as `2026-11-22T12:00:00+02:00`, begin and end with whole hours.",
  );

const dimension = z
  .string()
  .max(DIMENSION_CHARS)
  .describe("`visit:source`, `event:page`, `event:props:<name>`, `time:day`, …");

const condition = z.tuple([
  z.enum(OPERATORS),
  dimension,
  z
    .array(z.union([z.string().max(VALUE_CHARS), z.number()]))
    .min(1)
    .max(MOST_VALUES),
]);
const modifiers = z.strictObject({ case_sensitive: z.boolean().optional() });

export type FilterInput =
  | z.infer<typeof condition>
  | [...z.infer<typeof condition>, z.infer<typeof modifiers>]
  | ["and" | "or", FilterInput[]]
  | ["not", FilterInput];

export const filter: z.ZodType<FilterInput> = z
  .lazy(() =>
    z.union([
      condition,
      z.tuple([...condition.def.items, modifiers]),
      z.tuple([z.enum(["and", "or"]), z.array(filter).min(1).max(MOST_CONDITIONS)]),
      z.tuple([z.literal("not"), filter]),
    ]),
  )
  .meta({ id: "Filter" });

export const COMPARISON_MODES = ["previous_period", "year_over_year", "custom"] as const;

export const V2_QUERY = z.strictObject({
  site_id: z.string().max(1_000).describe("The site's domain."),
  metrics: z.array(z.enum(METRICS)).min(1).max(METRICS.length),
  date_range: dateRange,
  dimensions: z.array(dimension).max(MOST_DIMENSIONS).default([]),
  filters: z
    .array(filter)
    .max(MOST_CONDITIONS)
    .default([])
    .describe(
      'All of them must hold. Each: `[operator, dimension, [values]]`, and `{"case_sensitive": false}` behind it for ' +
        'either case of letters; `["and", [filters]]`, `["or", [filters]]` or `["not", filter]`.',
    ),
  order_by: z
    .array(z.tuple([z.string().max(DIMENSION_CHARS), z.enum(["asc", "desc"])]))
    .max(10)
    .default([]),
  include: z
    .strictObject({
      imports: z.boolean().optional(),
      time_labels: z.boolean().optional(),
      total_rows: z.boolean().optional(),
      trim_relative_date_range: z.boolean().optional(),
      comparisons: z.strictObject({ mode: z.enum(COMPARISON_MODES), date_range: dateRange.optional() }).optional(),
    })
    .default({}),
  pagination: z
    .strictObject({
      limit: z.int().min(1).max(10_000).default(10_000),
      offset: z.int().min(0).max(1_000_000).default(0),
    })
    .default({ limit: 10_000, offset: 0 }),
});

export type V2Query = z.infer<typeof V2_QUERY>;
