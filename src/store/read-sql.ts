/** One read as one statement of SQL. */

import { COLUMN } from "../metrics.ts";
import type { Field, Read, Source } from "../report/read.ts";
import { type Cells, CellsSql, type CountsRead, type Guard } from "./cells-sql.ts";
import { type Bind, isNamed, labelSql, splitWhere, TAB, termsOf, whereSql } from "./label-sql.ts";

/** Past this a list of labels is not sent to D1 (2 MB a value); all labels are read instead. */
const LONGEST_LIST_CHARS = 500_000;

/** The statement of a read, and the values to bind. `leftOut`: a list, in JSON, of `day:writer`. */
export function statementOf(
  read: CountsRead,
  siteId: number,
  leftOut: string,
  guard: Guard | null,
): { sql: string; values: (string | number)[] } {
  return new Statement(read, siteId, leftOut, guard).build();
}

class Statement {
  readonly #read: CountsRead;
  readonly #cells: CellsSql;
  readonly #values: (string | number)[] = [];
  readonly #places = new Map<string | number, string>();

  constructor(read: CountsRead, siteId: number, leftOut: string, guard: Guard | null) {
    this.#read = read;
    // ?1, as COUNTING has it.
    this.#bind(siteId);
    this.#cells = new CellsSql(read, siteId, leftOut, guard, this.#bind);
  }

  build(): { sql: string; values: (string | number)[] } {
    const { fields, groups, sources, bucket } = this.#read;
    // The first sources tell which values there are; of those that complete them, only what feeds a field is read.
    const needed = sources.filter(
      ({ columns, completes }) => !completes || fields.some((field) => columns[field] !== undefined),
    );
    const cells = needed.map((source) => this.#labelled(source)).join(" UNION ALL ");
    const names = groups.map((_, index) => `g${index}`);
    const grouped = `
      SELECT bucket ${names.map((name) => `, ${name}`).join("")}, min(stored) AS "first", max(stored) AS "last"
        ${fields.map((field) => `, ${sumOf(field)}(${field}) AS ${field}`).join("")}
      FROM (${cells})
      GROUP BY ${["bucket", ...names].join()}
      ${names.length > 0 && fields.length > 0 ? `HAVING ${fields.map((field) => `${sumOf(field)}(${field})`).join(" + ")} > 0` : ""}`;
    const top = bucket === "all" ? this.#top(grouped, names) : grouped;
    return { sql: `${this.#cells.shared} ${top}`, values: this.#values };
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

  /** The cells of a source as bucket, labels of groups, stored value and fields, without those that conditions refuse. */
  #labelled(source: Source): string {
    const { bucket, fields, groups, where, hourTerm, hours, identity, from: first, to } = this.#read;
    const cells = this.#cells.of(source);
    const columns = [...new Set(fields.flatMap((field) => source.columns[field] ?? []))];
    const hourKey = this.#rawKey(source, cells, hourTerm);
    const { early, rest } = splitWhere(where, source);
    const conditions = [...cells.conditions];
    if (early) {
      const labelOf = (term: number) => labelSql(source.terms[term], cells.keys, this.#bind);
      conditions.push(whereSql(early, labelOf, this.#bind));
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

/** Amounts of money of many days may be more than SQLite's whole numbers hold: their sum then is a fraction, and no error. */
function sumOf(field: Field): "sum" | "total" {
  return field === "revenueThousandths" || field === "refundThousandths" ? "total" : "sum";
}

function columnSql({ columns }: Source, field: Field): string {
  const column = columns[field];
  // Zeros at the end are not stored.
  return column === undefined ? "0" : `coalesce(c${column}, 0)`;
}
