/**
 * Reads of `counts`: turns a read into SQL that sums where the rows are, so that an answer is as long as the report and
 * not as its data. All reads of a report are one round trip.
 */

import { OTHER, PART } from "../dimensions.ts";
import type { Label } from "../report/labels.ts";
import { FORMS } from "../report/metrics.ts";
import type { Pattern } from "../report/pattern.ts";
import type { Metric } from "../report/query.ts";
import { type Field, type LabelFilter, noFields, type Read, type Row, type Source } from "../report/read.ts";
import { from } from "./unavailable.ts";

/** A read of D1, whose rows will be added to others of these labels: those must be among the answers, however small. */
export type CountsRead = Read & { alsoLabels: readonly string[] };

/** Past this a list of labels is not sent to D1 (2 MB a value); all labels are read instead. */
const LONGEST_LIST_CHARS = 500_000;

type StoredRow = Record<Field, number> & { bucket: string; label: string; first: string | null; last: string | null };

/**
 * The rows of each read.
 * @param answered `day:writer` of what must be left out
 * @throws Unavailable while D1 is away
 */
export async function readCounts(
  db: D1Database,
  siteId: number,
  reads: readonly CountsRead[],
  answered: readonly string[],
): Promise<Row[][]> {
  const leftOut = JSON.stringify(answered);
  const statements = reads.map((read) => {
    const { sql, values } = statementOf(read, siteId, leftOut);
    return db.prepare(sql).bind(...values);
  });
  const results = await from("D1", () => db.batch<StoredRow>(statements));
  return results.map(({ results: rows }, index) => rows.map((row) => rowOf(row, reads[index]?.fields ?? [])));
}

function rowOf({ bucket, label, first, last, ...sums }: StoredRow, names: readonly Field[]): Row {
  const fields = noFields();
  for (const name of names) fields[name] = sums[name];
  return { bucket, label, first, last, fields };
}

/** Collects the values of a statement: `bind(value)` is the placeholder to write in its place. */
type Bind = (value: string | number) => string;

function statementOf(read: CountsRead, siteId: number, leftOut: string): { sql: string; values: (string | number)[] } {
  const values: (string | number)[] = [];
  const bind: Bind = (value) => `?${values.push(value)}`;
  const { fields, bucket } = read;
  // The first source tells which values there are; of the others, only those that feed a field are read.
  const sources = read.sources
    .filter(({ columns, completes }) => !completes || fields.some((field) => columns[field] !== undefined))
    .map((source) => ({ ...source, isThis: isOfSource(source, bind) }));
  const columns = new Set(sources.flatMap((source) => fields.flatMap((field) => source.columns[field] ?? [])));

  const [only] = sources;
  // A column that is the same in every row would only make them longer to sort.
  const dimension = sources.length === 1 && typeof only?.from === "string" ? bind(only.from) : "counts.dimension";

  // Over several days the values are summed first: labels and filters are worked out once a value, not once a day.
  const bySum = bucket === "all" && read.from !== read.to;
  const column = (column: number) => (bySum ? `sum(data ->> ${column})` : `data ->> ${column}`);
  const cells = `
    SELECT bucket, dimension, value ${[...columns].map((number) => `, ${column(number)} AS c${number}`).join("")}
    FROM (
      SELECT ${BUCKETS[bucket]} AS bucket, ${dimension} AS dimension, cell.key AS value, cell.value AS data
      FROM counts CROSS JOIN jsonb_each(counts.data) AS cell
      WHERE counts.site_id = ${bind(siteId)}
        AND (${sources.map(({ isThis }) => isThis).join(" OR ")})
        AND counts.period BETWEEN ${bind(read.from)} AND ${bind(read.to)}
        -- days; months have rows of their own
        AND length(counts.period) = 10
        AND counts.period || ':' || counts.writer NOT IN (SELECT value FROM json_each(${bind(leftOut)}))
    )
    ${bySum ? `GROUP BY value${dimension === "counts.dimension" ? ", dimension" : ""}` : ""}`;
  const labelled = [
    `${read.label ? labelSql(read.label, sources, bind) : "''"} AS label`,
    `${caseOf(sources, ({ completes }) => (completes ? "NULL" : `dimension || ${TAB} || value`))} AS stored`,
    ...fields.map((field) => `${caseOf(sources, (source) => columnSql(source, field))} AS ${field}`),
    ...read.filters.map((filter, index) => `${labelSql(filter.label, sources, bind)} AS filtered${index}`),
  ];
  const conditions = read.filters.map((filter, index) => filterSql(filter, `filtered${index}`, bind));
  const grouped = `
    SELECT bucket, label, min(stored) AS "first", max(stored) AS "last"
      ${fields.map((field) => `, sum(${field}) AS ${field}`).join("")}
    FROM (SELECT bucket, ${labelled.join(", ")} FROM (${cells}))
    ${conditions.length > 0 ? `WHERE ${conditions.join(" AND ")}` : ""}
    GROUP BY bucket, label
    ${read.label ? `HAVING ${fields.map((field) => `sum(${field})`).join(" + ")} > 0` : ""}`;
  return { sql: topSql(read, grouped, bind), values };
}

const BUCKETS: Record<Read["bucket"], string> = {
  all: "''",
  day: "counts.period",
  month: "substr(counts.period, 1, 7) || '-01'",
};

const TAB = `char(${PART.charCodeAt(0)})`;

/** Whether a stored row is of a source. */
function isOfSource({ from }: Source, bind: Bind): string {
  if (typeof from === "string") return `dimension = ${bind(from)}`;
  // event:<event>:<property>, the event without a colon; ';' is what follows ':'.
  return `(dimension > 'event:' AND dimension < 'event;'
    AND substr(dimension, 7 + instr(substr(dimension, 7), ':')) = ${bind(from.property)})`;
}

/** An expression that depends on the source of a row. */
function caseOf<S extends { isThis: string }>(sources: readonly S[], expression: (source: S) => string): string {
  const [only, second] = sources;
  if (only && !second) return expression(only);
  return `CASE ${sources.map((source) => `WHEN ${source.isThis} THEN ${expression(source)}`).join(" ")} END`;
}

function columnSql({ columns }: Source, field: Field): string {
  const column = columns[field];
  // Zeros at the end are not stored.
  return column === undefined ? "0" : `coalesce(c${column}, 0)`;
}

/** `labelOf` of src/report/labels.ts, in SQL. */
function labelSql(label: Label, sources: readonly (Source & { isThis: string })[], bind: Bind): string {
  const blank = bind(label.blank);
  const value = valueSql(label, blank);
  const shown = `CASE value WHEN '${OTHER}' THEN value ELSE coalesce(nullif(${value}, ''), ${blank}) END`;
  return caseOf(sources, ({ as }) => (as === undefined ? shown : bind(as)));
}

function valueSql({ rule }: Label, blank: string): string {
  const first = `substr(value, 1, instr(value || ${TAB}, ${TAB}) - 1)`;
  const second = `substr(value, instr(value || ${TAB}, ${TAB}) + 1)`;
  switch (rule) {
    case "whole":
      return "value";
    case "path":
      return "substr(value, max(instr(value, '/'), 1))";
    case "host":
      return "substr(value, 1, instr(value || '/', '/') - 1)";
    case "first":
      return first;
    case "second":
      return second;
    case "joined":
      return `CASE WHEN value NOT IN ('', ${TAB})
        THEN coalesce(nullif(${first}, ''), ${blank}) || ' ' || coalesce(nullif(${second}, ''), ${blank}) END`;
  }
}

function filterSql({ negate, values }: LabelFilter, label: string, bind: Bind): string {
  const exact = values.filter((value) => value.length === 1).map(([text]) => text);
  const tests = values.filter((value) => value.length > 1).map((value) => `(${patternSql(value, label, bind)})`);
  if (exact.length > 0) tests.unshift(`${label} IN (SELECT value FROM json_each(${bind(JSON.stringify(exact))}))`);
  return `${negate ? "NOT " : ""}(${tests.join(" OR ")})`;
}

/**
 * `fits` of src/report/pattern.ts, in SQL, for a pattern with a wildcard. LIKE and GLOB would not do: D1 bounds their
 * patterns to 50 bytes, and they go back and forth. The text grows twofold with each inner piece, so that these must
 * be few (src/report/filters.ts bounds them).
 */
function patternSql(pattern: Pattern, label: string, bind: Bind): string {
  const first = pattern[0] ?? "";
  const last = pattern.at(-1) ?? "";
  // SQLite counts characters, not units of UTF-16.
  const [firstLength, lastLength] = [[...first].length, [...last].length];
  const tests = [`length(${label}) >= ${firstLength + lastLength}`];
  if (first) tests.push(`substr(${label}, 1, ${firstLength}) = ${bind(first)}`);
  if (last) tests.push(`substr(${label}, -${lastLength}) = ${bind(last)}`);
  let rest = `substr(${label}, ${firstLength + 1}, length(${label}) - ${firstLength + lastLength})`;
  for (const piece of pattern.slice(1, -1)) {
    const place = `instr(${rest}, ${bind(piece)})`;
    tests.push(`${place} > 0`);
    rest = `substr(${rest}, ${place} + ${[...piece].length})`;
  }
  return tests.join(" AND ");
}

/**
 * Keeps the greatest labels, as many as can matter: of `count` labels that are greatest in sum, each is among
 * `alsoLabels`, or else its sum is what is stored, and then fewer than `count` others outside `alsoLabels` are greater.
 */
function topSql({ top, alsoLabels, bucket }: CountsRead, grouped: string, bind: Bind): string {
  const also = JSON.stringify(alsoLabels);
  if (!top || bucket !== "all" || also.length > LONGEST_LIST_CHARS) return grouped;
  return `
    SELECT * FROM (
      SELECT *, row_number() OVER (ORDER BY ${rankSql(top.metric)} DESC, label) AS place FROM (${grouped})
    )
    WHERE place <= ${bind(top.count + alsoLabels.length)} OR label IN (SELECT value FROM json_each(${bind(also)}))`;
}

/** `rawValue` of src/report/metrics.ts, in SQL. NULL, the ratio over nothing, comes last. */
function rankSql(metric: Metric): string {
  const form = FORMS[metric];
  if ("sum" in form) return `(${form.sum.join(" + ")})`;
  const [above, below] = form.over;
  return `CASE WHEN ${below} > 0 THEN ${above} * 1.0 / ${below} END`;
}
