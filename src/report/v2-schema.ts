/**
 * What `POST /api/v2/query` takes, as zod schemas: validation, the JSON schema and the OpenAPI document come from them.
 */

import { z } from "zod";
import { MOST_CONDITIONS } from "./filters.ts";
import { DATE_RANGE_RULE } from "./period.ts";
import { PROPERTIES } from "./properties.ts";
import { METRICS, TIME_DIMENSIONS } from "./query.ts";

/** Values of one condition. */
const MOST_VALUES = 1_000;
const VALUE_CHARS = 2_000;
const DIMENSION_CHARS = 400;
const MOST_DIMENSIONS = 3;
/** How deep filters may be joined. */
export const DEEPEST_FILTER = 5;

export const OPERATORS = ["is", "is_not", "contains", "contains_not", "matches", "matches_not"] as const;

const BETWEEN = [
  ["2026-11-01", "2026-11-15"],
  ["2026-11-22T12:00:00+02:00", "2026-11-22T17:59:59+02:00"],
];

const instant = z.iso.datetime({ offset: true });

const dateRange = z
  .union([
    z.string().regex(/^(day|24h|\d{1,4}d|\d{1,4}mo|month|year|all)$/, DATE_RANGE_RULE),
    z.tuple([z.iso.date(), z.iso.date()]),
    z.tuple([instant, instant]),
  ])
  .meta({
    description:
      "Days in the site's timezone: `day` (today), `24h` (the last 24 hours), `7d`, `28d`, `91d` or any `Nd` (the N days " +
      "before today), `month` and `year` (those of today, whole), `6mo`, `12mo` or any `Nmo` (the N whole months before " +
      "this one), `all`; two dates, the first and the last; or two instants, as `2026-11-22T12:00:00+02:00`, which begin " +
      "and end with whole hours.",
    examples: ["day", "24h", "7d", "28d", "30d", "91d", "month", "6mo", "12mo", "year", "all", ...BETWEEN],
  });

const PROPERTY_NAMES = [...PROPERTIES.map(({ name }) => name), "event:props:<name>"];
const quoted = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(", ");

const dimension = z
  .string()
  .max(DIMENSION_CHARS)
  .meta({
    id: "Dimension",
    description: "A property of hits, visits or visitors, or (to break down by) a time.",
    examples: [...PROPERTY_NAMES, ...TIME_DIMENSIONS],
  });

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

/** A list of filters, all of which must hold. */
export const FILTERS = z.array(filter).max(MOST_CONDITIONS);

export const COMPARISON_MODES = ["previous_period", "year_over_year", "custom"] as const;

export const V2_QUERY = z.strictObject({
  site_id: z.string().max(1_000).describe("The site's domain."),
  metrics: z
    .array(z.enum(METRICS))
    .min(1)
    .max(METRICS.length)
    .describe(
      "`conversion_rate` needs `event:goal` as dimension or filter, `group_conversion_rate` as filter; `total_revenue` and " +
        "`average_revenue` need `event:goal` or `event:name`, and nothing else; `scroll_depth` and `time_on_page` a page.",
    ),
  date_range: dateRange,
  dimensions: z
    .array(dimension)
    .max(MOST_DIMENSIONS)
    .default([])
    .describe(`Of ${quoted(PROPERTY_NAMES)}, and at most one of ${quoted(TIME_DIMENSIONS)}.`),
  filters: FILTERS.default([]).describe(
    `All of them must hold. Each: \`[operator, dimension, [values]]\`, the operator one of ${quoted(OPERATORS)}; and ` +
      '`{"case_sensitive": false}` behind it for either case of letters. Joined: `["and", [filters]]`, ' +
      '`["or", [filters]]`, `["not", filter]`.',
  ),
  order_by: z
    .array(z.tuple([z.string().max(DIMENSION_CHARS), z.enum(["asc", "desc"])]))
    .max(10)
    .default([])
    .describe(
      'Each `[metric or dimension, "asc" or "desc"]`, of those asked for. Default: by time, then by the first metric, ' +
        "the greatest first.",
    ),
  include: z
    .strictObject({
      imports: z.boolean().optional().describe("Whether imported days count. Default: true."),
      time_labels: z.boolean().optional().describe("`meta.time_labels`: every time of the range."),
      total_rows: z.boolean().optional().describe("`meta.total_rows`: how many rows there are on all pages."),
      trim_relative_date_range: z.boolean().optional().describe("Ends a named range now."),
      comparisons: z.strictObject({ mode: z.enum(COMPARISON_MODES), date_range: dateRange.optional() }).optional(),
    })
    .default({})
    .describe(
      "`imports`: whether imported days count (default: true). `time_labels`, `total_rows`: name every time of the range, " +
        "and the number of all rows, in `meta`. `trim_relative_date_range`: end a named range now. `comparisons`: with " +
        `the mode ${quoted(COMPARISON_MODES)}; custom ones have a \`date_range\`.`,
    ),
  pagination: z
    .strictObject({
      limit: z.int().min(1).max(10_000).default(10_000),
      offset: z.int().min(0).max(1_000_000).default(0),
    })
    .default({ limit: 10_000, offset: 0 }),
});

export type V2Query = z.infer<typeof V2_QUERY>;
