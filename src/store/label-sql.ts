/** Labels and conditions on them in SQL, as src/report/labels.ts and src/report/open-rows.ts have them; tests hold them together. */

import { OTHER, PART } from "../dimensions.ts";
import type { Label } from "../report/labels.ts";
import type { Pattern } from "../report/pattern.ts";
import type { Source, Term, Where } from "../report/read.ts";
import { isOfLabels } from "./held-keys.ts";

/** The placeholder of a value. */
export type Bind = (value: string | number) => string;

/** What parts a joint value, in SQL. */
export const TAB = `char(${PART.charCodeAt(0)})`;

/** `termLabel` of src/report/labels.ts, in SQL. */
export function labelSql(term: Term | undefined, keys: readonly [string, string], bind: Bind): string {
  if (!term) return "''";
  if ("as" in term) return bind(term.as);
  const key = keys[term.key];
  if (term.names) {
    const names = `json_each(${bind(JSON.stringify(term.names))}) AS names`;
    return `(SELECT value FROM ${names} WHERE names.key = ${valueSql(term, key)})`;
  }
  const blank = bind(term.blank);
  return `CASE ${key} WHEN '${OTHER}' THEN ${key} ELSE coalesce(nullif(${valueSql(term, key)}, ''), ${blank}) END`;
}

/** `accepts` of src/report/open-rows.ts, in SQL. */
export function whereSql(where: Where, labelOf: (term: number) => string, bind: Bind): string {
  if ("and" in where) return joinSql(where.and, "AND", labelOf, bind) || "1";
  if ("or" in where) return joinSql(where.or, "OR", labelOf, bind) || "0";
  if ("not" in where) return `(NOT ${whereSql(where.not, labelOf, bind)})`;
  // A search that found nothing. A label that is not used would leave a value bound that the statement does not have.
  if (where.anyOf.length === 0) return "0";
  const label = labelOf(where.term);
  const exact = where.anyOf.filter((pattern) => pattern.length === 1).map(([text]) => text);
  const tests = where.anyOf
    .filter((pattern) => pattern.length > 1)
    .map((pattern) => `(${patternSql(pattern, label, bind)})`);
  if (exact.length > 0) {
    tests.unshift(`${label} IN (SELECT value FROM json_each(${bind(JSON.stringify(exact))}))`);
  }
  return `(${tests.join(" OR ")})`;
}

function joinSql(parts: readonly Where[], word: string, labelOf: (term: number) => string, bind: Bind): string {
  return parts.length === 0 ? "" : `(${parts.map((part) => whereSql(part, labelOf, bind)).join(` ${word} `)})`;
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

function valueSql({ rule, part = 0 }: Label, key: string): string {
  switch (rule) {
    case "whole":
      return key;
    case "path":
      return `substr(${key}, max(instr(${key}, '/'), 1))`;
    case "host":
      return `substr(${key}, 1, instr(${key} || '/', '/') - 1)`;
    case "first":
      return `substr(${key}, 1, instr(${key} || ${TAB}, ${TAB}) - 1)`;
    case "part":
      // As a list in JSON. Control characters other than the tab never occur.
      return `('["' || replace(replace(replace(${key}, '\\', '\\\\'), '"', '\\"'), ${TAB}, '","') || '"]') ->> ${part}`;
    case "second":
      return `substr(${key}, instr(${key} || ${TAB}, ${TAB}) + 1)`;
  }
}

/** Whether a term leaves out what has no name. */
export function isNamed(term: Term | undefined): boolean {
  return term !== undefined && !("as" in term) && term.names !== undefined;
}

/** The terms that conditions are about. */
export function termsOf(where: Where): number[] {
  if ("and" in where) return where.and.flatMap(termsOf);
  if ("or" in where) return where.or.flatMap(termsOf);
  return "not" in where ? termsOf(where.not) : [where.term];
}

/**
 * Conditions that are asked of each day's cells, and the rest, which is asked of their sums: of a pair those on its outer
 * key alone, before inner cells are looked at; else those that let but some labels pass, so that no others are summed.
 */
export function splitWhere(where: Where | null, source: Source): { early: Where | null; rest: Where | null } {
  if (where === null) return { early: null, rest: null };
  const isPair = "pair" in source.at;
  const isEarly = (part: Where) => isOnKey(part, source, 0) && (isPair || isOfLabels(part));
  return {
    early: joined(partsOf(where).filter(isEarly)),
    rest: joined(partsOf(where).filter((part) => !isEarly(part))),
  };
}

/** Those of the conditions that must all hold that are on one key alone. */
export function conditionsOnKey(where: Where | null, source: Source, key: number): Where | null {
  return where && joined(partsOf(where).filter((part) => isOnKey(part, source, key)));
}

function isOnKey(where: Where, { terms }: Source, key: number): boolean {
  return termsOf(where).every((index) => {
    const term = terms[index];
    return term !== undefined && !("as" in term) && term.key === key && !term.names;
  });
}

function partsOf(where: Where): readonly Where[] {
  return "and" in where ? where.and.flatMap(partsOf) : [where];
}

function joined(parts: readonly Where[]): Where | null {
  return parts.length > 0 ? { and: parts } : null;
}
