/** Which keys of a source's cells conditions hold to a few values: those are looked up, instead of unpacking all there are. */

import { fits } from "../report/pattern.ts";
import type { Source, Term, Where } from "../report/read.ts";

/** More keys are not looked up: each is looked for on each day, which may have fewer values than that. */
const MOST_KEYS = 10;

/** The keys that one of a term's labels may be of; null: that cannot be told, or they may be many. */
type KeysOf = (term: Exclude<Term, { as: string }>, label: string) => readonly string[] | null;

/**
 * The stored values of one key of a source among which all that pass the conditions are. Others of them may not pass.
 * @returns null where conditions do not say, or leave more than a few
 */
export function heldKeys(where: Where | null, source: Source, key: 0 | 1): readonly string[] | null {
  // A blank value has the label of blanks, and another value may be called the same.
  const keysOf: KeysOf = ({ rule, blank }, label) => {
    if (rule !== "whole") return null;
    return label === blank ? [label, ""] : [label];
  };
  const keys = few(where, source, key, keysOf);
  // SQLite reads a key up to a zero, and what is not well formed as something else.
  return keys?.every((text) => text.isWellFormed() && !text.includes("\0")) ? keys : null;
}

/** Whether conditions hold a key that is a page to a few paths: a day has a few pages then, as a site has few hosts. */
export function isHeldToPages(where: Where | null, source: Source, key: 0 | 1): boolean {
  return few(where, source, key, ({ rule }, label) => (rule === "whole" || rule === "path" ? [label] : null)) !== null;
}

/** Whether conditions are nothing but lists of labels, one of which must be. */
export function isOfLabels(where: Where): boolean {
  if ("and" in where) return where.and.every(isOfLabels);
  if ("or" in where) return where.or.every(isOfLabels);
  return !("not" in where) && where.anyOf.every((pattern) => pattern.length === 1);
}

function few(where: Where | null, source: Source, key: 0 | 1, keysOf: KeysOf): readonly string[] | null {
  const keys = where && passing(where, source, key, keysOf);
  return keys && keys.size <= MOST_KEYS ? [...keys] : null;
}

function passing(where: Where, source: Source, key: 0 | 1, keysOf: KeysOf): ReadonlySet<string> | null {
  const of = (part: Where) => passing(part, source, key, keysOf);
  if ("and" in where) {
    const known = where.and.map(of).filter((keys) => keys !== null);
    return known.sort((a, b) => a.size - b.size)[0] ?? null;
  }
  if ("or" in where) return union(where.or.map(of));
  if ("not" in where) return null;
  const term = source.terms[where.term];
  if (!term || "as" in term || term.key !== key) return null;
  const { names } = term;
  if (names) {
    if (term.rule !== "whole") return null;
    const named = Object.keys(names).filter((value) =>
      where.anyOf.some((pattern) => fits(pattern, names[value] ?? "")),
    );
    return new Set(named);
  }
  return union(
    where.anyOf.map(([label = "", ...rest]) => {
      const keys = rest.length === 0 ? keysOf(term, label) : null;
      return keys && new Set(keys);
    }),
  );
}

function union(sets: readonly (ReadonlySet<string> | null)[]): ReadonlySet<string> | null {
  const all = new Set<string>();
  for (const set of sets) {
    if (set === null) return null;
    for (const key of set) all.add(key);
  }
  return all;
}
