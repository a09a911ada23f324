/**
 * Where the cells of a source are, in SQL: the rows that count, and what is unpacked from them or looked up in them. D1
 * bills each value that is unpacked as a row, so that a key which conditions hold to a few values is looked up.
 */

import { type DimensionName, numberedAs, pairName, valuesName } from "../dimensions.ts";
import type { Read, Source } from "../report/read.ts";
import { unanswered } from "./answers.ts";
import { heldKeys, isHeldToPages } from "./held-keys.ts";
import { type Bind, conditionsOnKey, labelSql, whereSql } from "./label-sql.ts";

/** A read of D1, whose rows will be added to others of these labels: those must be among the answers, however small. */
export type CountsRead = Read & {
  alsoLabels: readonly (readonly string[])[];
  /** Whole months of the range whose rows may stand for their days, `2026-10`; in D1 they do if they are there. */
  months: readonly string[];
};

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

/** The keys and columns of a source's cells, in SQL. */
export interface Cells {
  tables: string;
  conditions: string[];
  dimension: string;
  keys: readonly [string, string];
  column: (column: number) => string;
}

/** Of one statement, with the tables that its sources share. */
export class CellsSql {
  readonly #read: CountsRead;
  readonly #siteId: number;
  /** A list, in JSON, of `day:writer`. */
  readonly #leftOut: string;
  readonly #guard: Guard | null;
  readonly #bind: Bind;
  /** Tables that sources share, each once. */
  readonly #tables: { name: string; columns: string; body: string }[] = [];

  constructor(read: CountsRead, siteId: number, leftOut: string, guard: Guard | null, bind: Bind) {
    this.#read = read;
    this.#siteId = siteId;
    this.#leftOut = leftOut;
    this.#guard = guard;
    this.#bind = bind;
    this.#periods();
  }

  /** The tables that cells are taken from, to stand before the statement. */
  get shared(): string {
    const tables = this.#tables.map(({ name, columns, body }) => `${name}(${columns}) AS ${body}`);
    return tables.length > 0 ? `WITH RECURSIVE ${tables.join()}` : "";
  }

  of(source: Source): Cells {
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
    const cell = this.#cell("cell", "counts.data", heldKeys(this.#read.where, source, 0));
    const column = (column: number) => `${cell.value} ->> ${column}`;
    if ("single" in at) {
      const dimension = this.#bind(at.single);
      return {
        tables: `${this.#counts()} CROSS JOIN ${cell.table}`,
        conditions: [...this.#rows(), single(dimension), ...cell.conditions],
        dimension,
        keys: [cell.key, "''"],
        column,
      };
    }
    return {
      tables: `${this.#propertyDimensions(at.property)} CROSS JOIN ${this.#counts()} CROSS JOIN ${cell.table}`,
      conditions: [...this.#rows(), single("property_dimensions.name"), ...cell.conditions],
      dimension: "counts.dimension",
      keys: [cell.key, EVENT_OF_DIMENSION],
      column,
    };
  }

  /** What is found in `data` under each of its keys, or under those that are wanted. */
  #cell(name: string, data: string, wanted: readonly string[] | null) {
    if (!wanted) {
      return { table: `jsonb_each(${data}) AS ${name}`, key: `${name}.key`, value: `${name}.value`, conditions: [] };
    }
    const key = `${name}.value`;
    const value = `jsonb_extract(${data}, '$.' || json_quote(${key}))`;
    const table = `json_each(${this.#bind(JSON.stringify(wanted))}) AS ${name}`;
    return { table, key, value, conditions: [`${value} IS NOT NULL`] };
  }

  #pairCells(pair: readonly [DimensionName, DimensionName], source: Source): Cells {
    const { where } = this.#read;
    const numbered = pair.map((dimension) => numberedAs(dimension) !== null);
    const ofPages = KEYS.find(
      (key) => numbered[key] && isHeldToPages(conditionsOnKey(where, source, key), source, key),
    );
    const conditions = [`counts.dimension = ${this.#bind(pairName(...pair))}`];
    // What is looked up comes before what is unpacked, which then is unpacked once for all that are found.
    const given: string[] = [];
    const unpacked: string[] = [];
    if (ofPages === undefined) {
      given.push(this.#counts());
      conditions.push(...this.#rows());
    } else {
      // The pages' own rows lead to those of the pair: of the same days and writers.
      given.push(`${this.#pages(source, ofPages)} AS page`, "counts");
      conditions.push(
        `counts.site_id = ${this.#bind(this.#siteId)}`,
        "counts.period = page.period",
        "counts.writer = page.writer",
      );
    }
    let value = "counts.data";
    const keys = KEYS.map((key) => {
      if (key === ofPages) {
        value = `jsonb_extract(${value}, '$."' || page.number || '"')`;
        if (key === 1) conditions.push(`${value} IS NOT NULL`);
        return "page.text";
      }
      const wanted = numbered[key] ? null : heldKeys(where, source, key);
      const cell = this.#cell(`cell${key}`, value, wanted);
      value = cell.value;
      (wanted ? given : unpacked).push(cell.table);
      if (key === 1) conditions.push(...cell.conditions);
      if (!numbered[key]) return cell.key;
      // Joined across, as everything here: else SQLite may look through all names for each outer value.
      const place = `counts.period || ':' || counts.writer || ':' || ${cell.key}`;
      unpacked.push(`${this.#names(source, key)} AS name${key} ON name${key}.place = ${place}`);
      return `name${key}.text`;
    }) as [string, string];
    return {
      tables: [...given, ...unpacked].join(" CROSS JOIN "),
      conditions,
      dimension: "''",
      keys,
      column: (column) => pairColumnSql(value, column),
    };
  }

  /** The name of a table; one that is there already is not made again. */
  #share(name: string, columns: string, body: string): string {
    const known = this.#tables.find((table) => table.body === body);
    if (known) return known.name;
    const isTaken = this.#tables.some((table) => table.name === name);
    const own = isTaken ? `${name}${this.#tables.length}` : name;
    this.#tables.push({ name: own, columns, body });
    return own;
  }

  /** Where months have rows of their own, the periods that make up the range: those months, and all other days. */
  #periods(): void {
    const { months, from: first, to } = this.#read;
    if (months.length === 0) return;
    const site = this.#bind(this.#siteId);
    this.#share(
      "rolled",
      "month",
      `MATERIALIZED (
         SELECT month FROM months
         WHERE site_id = ${site} AND valid AND month IN (SELECT value FROM json_each(${this.#bind(JSON.stringify(months))}))
       )`,
    );
    this.#share(
      "days",
      "day",
      `(
         SELECT ${this.#bind(first)} ${this.#guard ? `WHERE ${this.#unanswered(this.#guard)}` : ""}
         UNION ALL SELECT date(day, '+1 day') FROM days WHERE day < ${this.#bind(to)}
       )`,
    );
    this.#share(
      "periods",
      "period",
      `MATERIALIZED (
         SELECT day FROM days WHERE substr(day, 1, 7) NOT IN (SELECT month FROM rolled)
         UNION ALL SELECT month FROM rolled
       )`,
    );
  }

  /** The stored dimensions of all properties, found by leaps through the primary key instead of through all their rows. */
  #eventDimensions(): void {
    const site = this.#bind(this.#siteId);
    const next = (after: string) =>
      `SELECT min(dimension) FROM counts WHERE site_id = ${site} AND dimension > ${after} AND dimension < 'event;'`;
    this.#share(
      "event_dimensions",
      "name",
      `(
         SELECT (${next("'event:'")}) ${this.#guard ? `WHERE ${this.#unanswered(this.#guard)}` : ""} UNION ALL
         SELECT (${next("event_dimensions.name")}) FROM event_dimensions WHERE name IS NOT NULL
       )`,
    );
  }

  /** The stored dimensions of a property. */
  #propertyDimensions(property: string): string {
    this.#eventDimensions();
    return this.#share(
      "property_dimensions",
      "name",
      // event:<event>:<property>, the event without a colon
      `MATERIALIZED (
         SELECT name FROM event_dimensions
         WHERE instr(substr(name, 7), ':') > 0 AND substr(name, 7 + instr(substr(name, 7), ':')) = ${this.#bind(property)}
       )`,
    );
  }

  /**
   * The pages' names by number, as each day and writer numbers them anew; only those that conditions let pass, so that
   * the cells of one page are not looked for among all.
   */
  #names(source: Source, key: 0 | 1): string {
    // One text to look up, by an index that SQLite makes for the statement: with numbers beside it, it made none.
    const columns = "counts.period || ':' || counts.writer || ':' || page.key, page.value";
    // Nor did it where it took a day's pages for few, to look through them all for each cell: this is one row, which it
    // takes for many.
    return this.#share("page_names", "place, text", this.#pageNames(columns, "json_each('[0]') AS many", source, key));
  }

  /** The few pages that conditions hold a key to, by day and writer. */
  #pages(source: Source, key: 0 | 1): string {
    const columns = "counts.period, counts.writer, page.key, page.value";
    return this.#share("pages", "period, writer, number, text", this.#pageNames(columns, null, source, key));
  }

  #pageNames(columns: string, beside: string | null, source: Source, key: 0 | 1): string {
    const names: readonly [string, string] = ["page.value", "page.value"];
    const labelOf = (term: number) => labelSql(source.terms[term], names, this.#bind);
    const where = conditionsOnKey(this.#read.where, source, key);
    const passing = where ? [whereSql(where, labelOf, this.#bind)] : [];
    const tables = [this.#counts(), ...(beside ? [beside] : []), "json_each(counts.data) AS page"];
    return `MATERIALIZED (
      SELECT ${columns} FROM ${tables.join(" CROSS JOIN ")}
      WHERE ${[...this.#rows(), `counts.dimension = ${this.#bind(valuesName("page"))}`, ...passing].join(" AND ")}
    )`;
  }

  #counts(): string {
    const counts = this.#read.months.length > 0 ? "periods CROSS JOIN counts" : "counts";
    if (!this.#guard) return counts;
    // In front of the rows, not among their conditions: those are asked of each row.
    return `(SELECT 1 WHERE ${this.#unanswered(this.#guard)}) AS unanswered CROSS JOIN ${counts}`;
  }

  #unanswered({ key, since }: Guard): string {
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
}

const KEYS = [0, 1] as const;

/** The event of `event:<event>:<property>`, as `customPropertyOf` of src/report/open-rows.ts reads it. */
const EVENT_OF_DIMENSION = `replace(replace(
  substr(counts.dimension, 7, instr(substr(counts.dimension, 7), ':') - 1), '%3A', ':'), '%25', '%')`;

/** The property of the same. */
const PROPERTY_OF_DIMENSION = "substr(counts.dimension, 7 + instr(substr(counts.dimension, 7), ':'))";

/** A column of a pair's cell, as `pairCellCounts` of src/store/pair-cell.ts reads it. */
function pairColumnSql(cell: string, column: number): string {
  const listed = `coalesce(${cell} ->> ${column}, 0)`;
  const plain = column < 3 ? `abs(${cell})` : column === 3 ? `max(-${cell}, 0)` : "0";
  return `CASE typeof(${cell}) WHEN 'integer' THEN ${plain} ELSE ${listed} END`;
}
