/** One read as one statement of SQL. */

import { type DimensionName, numberedAs, pairName, valuesName } from "../dimensions.ts";
import { COLUMN } from "../metrics.ts";
import type { Field, Read, Source, Where } from "../report/read.ts";
import { unanswered } from "./answers.ts";
import { type Bind, conditionsOnKey, isNamed, labelSql, splitWhere, TAB, termsOf, whereSql } from "./label-sql.ts";

/** A read of D1, whose rows will be added to others of these labels: those must be among the answers, however small. */
export type CountsRead = Read & {
  alsoLabels: readonly (readonly string[])[];
  /** Whole months of the range whose rows may stand for their days, `2026-10`; in D1 they do if they are there. */
  months: readonly string[];
};

/** Past this a list of labels is not sent to D1 (2 MB a value); all labels are read instead. */
const LONGEST_LIST_CHARS = 500_000;

/** Rows that count: a site's own, and those of imports that are done. */
export const COUNTING = counting("?1");

/** The same of a site that is named in SQL. */
export function counting(siteId: string): string {
  return `(counts.writer >= 0
  OR -counts.writer IN (SELECT id FROM imports WHERE imports.site_id = ${siteId} AND imports.state = 'done'))`;
}

/** Where there may be an answer already, by which nothing needs to be read. */
export interface Guard {
  key: string;
  /** ms since 1970 */
  since: number;
}

/** The statement of a read, and the values to bind. `leftOut`: a list, in JSON, of `day:writer`. */
export function statementOf(
  read: CountsRead,
  siteId: number,
  leftOut: string,
  guard: Guard | null,
): { sql: string; values: (string | number)[] } {
  return new Statement(read, siteId, leftOut, guard).build();
}

/** The keys and columns of a source's cells, in SQL. */
interface Cells {
  tables: string;
  conditions: string[];
  dimension: string;
  keys: readonly [string, string];
  column: (column: number) => string;
}

class Statement {
  readonly #read: CountsRead;
  readonly #siteId: number;
  readonly #leftOut: string;
  /** Where there may be an answer already, by which nothing needs to be read. */
  readonly #guard: { key: string; since: number } | null;
  readonly #values: (string | number)[] = [];
  readonly #places = new Map<string | number, string>();
  readonly #with: string[] = [];

  constructor(read: CountsRead, siteId: number, leftOut: string, guard: { key: string; since: number } | null) {
    this.#read = read;
    this.#siteId = siteId;
    this.#leftOut = leftOut;
    this.#guard = guard;
    // ?1, as COUNTING has it.
    this.#bind(siteId);
  }

  build(): { sql: string; values: (string | number)[] } {
    const { fields, groups, sources, bucket } = this.#read;
    // The first sources tell which values there are; of those that complete them, only what feeds a field is read.
    const needed = sources.filter(
      ({ columns, completes }) => !completes || fields.some((field) => columns[field] !== undefined),
    );
    this.#periods();
    const cells = needed.map((source) => this.#labelled(source)).join(" UNION ALL ");
    const names = groups.map((_, index) => `g${index}`);
    const grouped = `
      SELECT bucket ${names.map((name) => `, ${name}`).join("")}, min(stored) AS "first", max(stored) AS "last"
        ${fields.map((field) => `, ${sumOf(field)}(${field}) AS ${field}`).join("")}
      FROM (${cells})
      GROUP BY ${["bucket", ...names].join()}
      ${names.length > 0 && fields.length > 0 ? `HAVING ${fields.map((field) => `${sumOf(field)}(${field})`).join(" + ")} > 0` : ""}`;
    const top = bucket === "all" ? this.#top(grouped, names) : grouped;
    return { sql: this.#with.length > 0 ? `WITH RECURSIVE ${this.#with.join()} ${top}` : top, values: this.#values };
  }

  /** The placeholder of a value; equal values share one, as there may be 100. */
  readonly #bind: Bind = (value) => {
    let place = this.#places.get(value);
    if (!place) {
      place = `?${this.#values.push(value)}`;
      this.#places.set(value, place);
    }
    return place;
  };

  /** Where months have rows of their own, the periods that make up the range: those months, and all other days. */
  #periods(): void {
    const { months, from: first, to } = this.#read;
    if (months.length === 0) return;
    const site = this.#bind(this.#siteId);
    this.#with.push(
      `rolled(month) AS MATERIALIZED (
         SELECT month FROM months
         WHERE site_id = ${site} AND valid AND month IN (SELECT value FROM json_each(${this.#bind(JSON.stringify(months))}))
       )`,
      `days(day) AS (
         SELECT ${this.#bind(first)} ${this.#guard ? `WHERE ${this.#unanswered(this.#guard)}` : ""}
         UNION ALL SELECT date(day, '+1 day') FROM days WHERE day < ${this.#bind(to)}
       )`,
      `periods(period) AS MATERIALIZED (
         SELECT day FROM days WHERE substr(day, 1, 7) NOT IN (SELECT month FROM rolled)
         UNION ALL SELECT month FROM rolled
       )`,
    );
  }

  /** The cells of a source as bucket, labels of groups, stored value and fields, without those that conditions refuse. */
  #labelled(source: Source): string {
    const { bucket, fields, groups, where, hourTerm, hours, identity, from: first, to } = this.#read;
    const cells = this.#cells(source);
    const columns = [...new Set(fields.flatMap((field) => source.columns[field] ?? []))];
    const hourKey = this.#rawKey(source, cells, hourTerm);
    const { outer, rest } = splitWhere(where, source);
    const conditions = [...cells.conditions];
    if (outer) {
      const labelOf = (term: number) => labelSql(source.terms[term], cells.keys, this.#bind);
      conditions.push(whereSql(outer, labelOf, this.#bind));
    }
    if (hours) {
      conditions.push(
        `(counts.period > ${this.#bind(first)} OR CAST(${hourKey} AS INTEGER) >= ${this.#bind(hours.from)})`,
        `(counts.period < ${this.#bind(to)} OR CAST(${hourKey} AS INTEGER) <= ${this.#bind(hours.to)})`,
      );
    }
    const bucketSql = bucket === "hour" ? `counts.period || ' ' || ${hourKey}` : BUCKETS[bucket];
    // Over several days the values are summed first: labels and conditions are worked out once a value, not once a day.
    const sums = bucket === "all" && first !== to;
    const raw = `
      SELECT ${bucketSql} AS bucket, ${cells.dimension} AS dimension, ${cells.keys[0]} AS k0, ${cells.keys[1]} AS k1
        ${columns.map((column) => `, ${sums ? `${column < COLUMN.newVisitors ? "sum" : "total"}(${cells.column(column)})` : cells.column(column)} AS c${column}`).join("")}
      FROM ${cells.tables}
      WHERE ${conditions.join(" AND ")}
      ${sums ? "GROUP BY 2, 3, 4" : ""}`;
    const named = rest === null ? groups : [...groups, ...termsOf(rest)];
    const terms = [...new Set(named)];
    const withTerms = `
      SELECT *${terms.map((term) => `, ${labelSql(source.terms[term], ["k0", "k1"], this.#bind)} AS t${term}`).join("")}
      FROM (${raw})`;
    const kept = terms.flatMap((term) => (isNamed(source.terms[term]) ? [`t${term} IS NOT NULL`] : []));
    if (rest) kept.push(whereSql(rest, (term) => `t${term}`, this.#bind));
    const stored = source.completes ? "NULL" : identity === null ? `dimension || ${TAB} || k0` : `k${identity}`;
    return `
      SELECT bucket ${groups.map((term, index) => `, t${term} AS g${index}`).join("")}, ${stored} AS stored
        ${fields.map((field) => `, ${columnSql(source, field)} AS ${field}`).join("")}
      FROM (${withTerms})
      ${kept.length > 0 ? `WHERE ${kept.join(" AND ")}` : ""}`;
  }

  #cells(source: Source): Cells {
    const { at } = source;
    if ("pair" in at) return this.#pairCells(at.pair, source);
    const single = (dimension: string): string => `counts.dimension = ${dimension}`;
    if ("names" in at) {
      this.#eventDimensions();
      // Rows' keys alone are looked at.
      return {
        tables: `event_dimensions CROSS JOIN ${this.#counts()}`,
        conditions: [
          ...this.#rows(),
          single("event_dimensions.name"),
          // event:(other) is of properties beyond the bound.
          "instr(substr(counts.dimension, 7), ':') > 0",
        ],
        dimension: "counts.dimension",
        keys: [PROPERTY_OF_DIMENSION, EVENT_OF_DIMENSION],
        column: () => "0",
      };
    }
    const column = (column: number) => `cell.value ->> ${column}`;
    if ("single" in at) {
      const dimension = this.#bind(at.single);
      return {
        tables: `${this.#counts()} CROSS JOIN jsonb_each(counts.data) AS cell`,
        conditions: [...this.#rows(), single(dimension)],
        dimension,
        keys: ["cell.key", "''"],
        column,
      };
    }
    return {
      tables: `${this.#propertyDimensions(at.property)} CROSS JOIN ${this.#counts()} CROSS JOIN jsonb_each(counts.data) AS cell`,
      conditions: [...this.#rows(), single("property_dimensions.name")],
      dimension: "counts.dimension",
      keys: ["cell.key", EVENT_OF_DIMENSION],
      column,
    };
  }

  /** The stored dimensions of all properties, found by leaps through the primary key instead of through all their rows. */
  #eventDimensions(): void {
    const site = this.#bind(this.#siteId);
    const next = (after: string) =>
      `SELECT min(dimension) FROM counts WHERE site_id = ${site} AND dimension > ${after} AND dimension < 'event;'`;
    this.#with.push(
      `event_dimensions(name) AS (
         SELECT (${next("'event:'")}) ${this.#guard ? `WHERE ${this.#unanswered(this.#guard)}` : ""} UNION ALL
         SELECT (${next("event_dimensions.name")}) FROM event_dimensions WHERE name IS NOT NULL
       )`,
    );
  }

  /** The stored dimensions of a property. */
  #propertyDimensions(property: string): string {
    this.#eventDimensions();
    this.#with.push(
      // event:<event>:<property>, the event without a colon
      `property_dimensions(name) AS MATERIALIZED (
         SELECT name FROM event_dimensions
         WHERE instr(substr(name, 7), ':') > 0 AND substr(name, 7 + instr(substr(name, 7), ':')) = ${this.#bind(property)}
       )`,
    );
    return "property_dimensions";
  }

  #pairCells(pair: readonly [DimensionName, DimensionName], source: Source): Cells {
    const tables = [this.#counts(), "jsonb_each(counts.data) AS o", "jsonb_each(o.value) AS i"];
    const keys = pair.map((dimension, index) => {
      const raw = index === 0 ? "o.key" : "i.key";
      if (!isNumbered(dimension)) return raw;
      this.#names(pair.every(isNumbered) ? null : conditionsOnKey(this.#read.where, source, index), source);
      return `n${index}.text`;
    }) as [string, string];
    const joins = pair.map((dimension, index) =>
      isNumbered(dimension)
        ? `JOIN page_names AS n${index}
             ON n${index}.place = counts.period || ':' || counts.writer || ':' || ${index === 0 ? "o" : "i"}.key`
        : "",
    );
    return {
      tables: `${tables.join(" CROSS JOIN ")} ${joins.join(" ")}`,
      conditions: [...this.#rows(), `counts.dimension = ${this.#bind(pairName(...pair))}`],
      dimension: "''",
      keys,
      column: pairColumnSql,
    };
  }

  /**
   * The pages' names by number, as each day and writer numbers them anew; only those that conditions let pass, so that
   * the cells of one page are not looked for among all.
   */
  #names(where: Where | null, { terms }: Source): void {
    if (this.#with.some((part) => part.startsWith("page_names"))) return;
    const names: readonly [string, string] = ["v.value", "v.value"];
    const labelOf = (term: number) => labelSql(terms[term], names, this.#bind);
    const passing = where ? [whereSql(where, labelOf, this.#bind)] : [];
    // One text to look up, by an index that SQLite makes for the statement: with numbers beside it, it made none.
    this.#with.push(`page_names(place, text) AS MATERIALIZED (
      SELECT counts.period || ':' || counts.writer || ':' || v.key, v.value
      FROM ${this.#counts()} CROSS JOIN json_each(counts.data) AS v
      WHERE ${[...this.#rows(), `counts.dimension = ${this.#bind(valuesName("page"))}`, ...passing].join(" AND ")}
    )`);
  }

  #counts(): string {
    const counts = this.#read.months.length > 0 ? "periods CROSS JOIN counts" : "counts";
    if (!this.#guard) return counts;
    // In front of the rows, not among their conditions: those are asked of each row.
    return `(SELECT 1 WHERE ${this.#unanswered(this.#guard)}) AS unanswered CROSS JOIN ${counts}`;
  }

  #unanswered({ key, since }: { key: string; since: number }): string {
    return unanswered(this.#bind(key), this.#bind(since));
  }

  /** Conditions on rows, but for the dimension. */
  #rows(): string[] {
    const { from: first, to, months, imports } = this.#read;
    return [
      imports ? COUNTING : "counts.writer >= 0",
      `counts.site_id = ${this.#bind(this.#siteId)}`,
      ...(months.length > 0
        ? ["counts.period = periods.period"]
        : // Days; months have rows of their own.
          [`counts.period BETWEEN ${this.#bind(first)} AND ${this.#bind(to)}`, "length(counts.period) = 10"]),
      `counts.period || ':' || counts.writer NOT IN (SELECT value FROM json_each(${this.#bind(this.#leftOut)}))`,
    ];
  }

  /** The key of a cell that is the hour, as it is stored. */
  #rawKey(source: Source, { keys }: Cells, hourTerm: number | null): string {
    const term = hourTerm === null ? undefined : source.terms[hourTerm];
    return term && !("as" in term) ? keys[term.key] : "''";
  }

  /**
   * Keeps the greatest rows, as many as can matter: of `count` rows that are greatest in sum, each is among
   * `alsoLabels`, or else its sum is what is stored, and then fewer than `count` others outside `alsoLabels` are greater.
   */
  #top(grouped: string, names: readonly string[]): string {
    const { top, alsoLabels } = this.#read;
    const also = JSON.stringify(alsoLabels);
    if (!top || names.length === 0 || also.length > LONGEST_LIST_CHARS) return grouped;
    const sum = `(${top.by.join(" + ")})`;
    // NULL, the ratio over nothing, comes last.
    const rank = top.over === null ? sum : `CASE WHEN ${top.over} > 0 THEN ${sum} * 1.0 / ${top.over} END`;
    const labels = names.map((_, index) => `value ->> ${index}`).join();
    return `
      SELECT * FROM (
        SELECT *, row_number() OVER (ORDER BY ${rank} DESC, ${names.join()}) AS place FROM (${grouped})
      )
      WHERE place <= ${this.#bind(top.count + alsoLabels.length)}
        OR (${names.join()}) IN (SELECT ${labels} FROM json_each(${this.#bind(also)}))`;
  }
}

const BUCKETS: Record<Exclude<Read["bucket"], "hour">, string> = {
  all: "''",
  day: "counts.period",
  // Sunday on or after the day, six days back.
  week: "date(counts.period, 'weekday 0', '-6 days')",
  month: "substr(counts.period, 1, 7) || '-01'",
};

/** The event of `event:<event>:<property>`, as `customPropertyOf` of src/report/open-rows.ts reads it. */
const EVENT_OF_DIMENSION = `replace(replace(
  substr(counts.dimension, 7, instr(substr(counts.dimension, 7), ':') - 1), '%3A', ':'), '%25', '%')`;

/** The property of the same. */
const PROPERTY_OF_DIMENSION = "substr(counts.dimension, 7 + instr(substr(counts.dimension, 7), ':'))";

/** Amounts of money of many days may be more than SQLite's whole numbers hold: their sum then is a fraction, and no error. */
function sumOf(field: Field): "sum" | "total" {
  return field === "revenueThousandths" || field === "refundThousandths" ? "total" : "sum";
}

function isNumbered(dimension: DimensionName): boolean {
  return numberedAs(dimension) !== null;
}

/** A column of a pair's cell, as `pairCellCounts` of src/store/pair-cell.ts reads it. */
function pairColumnSql(column: number): string {
  const listed = `coalesce(i.value ->> ${column}, 0)`;
  const plain = column < 3 ? "abs(i.value)" : column === 3 ? "max(-i.value, 0)" : "0";
  return `CASE typeof(i.value) WHEN 'integer' THEN ${plain} ELSE ${listed} END`;
}

function columnSql({ columns }: Source, field: Field): string {
  const column = columns[field];
  // Zeros at the end are not stored.
  return column === undefined ? "0" : `coalesce(c${column}, 0)`;
}
