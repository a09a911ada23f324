/** What the summary says of its numbers: each thing once, with the metrics and the list that it is about. Pure. */

import { DIMENSIONS } from "../dimensions.ts";
import type { Flags } from "./answer-warnings.ts";
import type { Warning } from "./planner.ts";
import { Refusal } from "./query.ts";
import type { PartialAnswer } from "./run.ts";
import type { Note } from "./summary-answer.ts";

type Outcome = PartialAnswer | Refusal;

/** Of all days and dimensions alike: `flagNotes` says it. */
const OF_FLAGS: readonly Warning["code"][] = ["approximate", "capped"];
/** Of the whole answer alike: said once, and not of each list. */
const OF_ALL: readonly Warning["code"][] = [...OF_FLAGS, "sum_of_days", "imported", "detail_since", "whole_days"];

/** What is to be said of the totals. */
export function totalsNotes(outcome: Outcome): Note[] {
  return notesOf(outcome, (code) => !OF_FLAGS.includes(code));
}

/** What is to be said of the totals that those are compared with, as they may be worth less. */
export function comparedNotes(outcome: Outcome): Note[] {
  return notesOf(outcome, (code) => ![...OF_FLAGS, "sum_of_days", "imported"].includes(code));
}

/** What is to be said of a list. */
export function panelNotes(dimension: string, outcome: Outcome): Note[] {
  return notesOf(outcome, (code) => !OF_ALL.includes(code)).map((note) => ({ ...note, dimension }));
}

/** What is to be said of all lists alike, where the totals do not say it. */
export function commonNotes(outcomes: readonly Outcome[]): Note[] {
  return outcomes.flatMap((outcome) => notesOf(outcome, (code) => code === "detail_since" || code === "imported"));
}

function notesOf(outcome: Outcome, isMeant: (code: Warning["code"]) => boolean): Note[] {
  if (outcome instanceof Refusal) return [];
  const notes = new Map<string, Note>();
  for (const { metric, code, message } of outcome.warnings.filter(({ code }) => isMeant(code))) {
    const key = `${code} ${message}`;
    const metrics = [...(notes.get(key)?.metrics ?? []), metric];
    notes.set(key, { code, message, metrics: [...new Set(metrics)] });
  }
  // All metrics are imported alike, and counts of two facts begin for all of them on one day.
  return [...notes.values()].map(({ metrics, ...note }) =>
    note.code === "imported" || note.code === "detail_since" ? note : { ...note, ...(metrics && { metrics }) },
  );
}

/** Flags of the period's days and of those it is compared with. */
export function flagNotes(flags: Flags): Note[] {
  return [...flags].map(([flag, days]) => {
    const [kind, dimension] = flag.split(/:(.*)/s);
    if (kind !== "capped") {
      return { code: "approximate", message: "Visitors could not be told apart as they should on these days.", days };
    }
    const message = "More values occurred on these days than are counted apart; the rest is under (other).";
    // Of a whole kind of dimensions, no single one is named.
    const isOne = DIMENSIONS.some(({ name }) => name === dimension) || dimension === "properties";
    return { code: "capped", message, ...(isOne && dimension !== undefined && { dimension }), days };
  });
}

/** That there is nothing to compare with, and why. */
export function notCompared(why: string): Note {
  return { code: "not_compared", message: why };
}

/** The same note once. */
export function once(notes: readonly Note[]): Note[] {
  return [...new Map(notes.map((note) => [JSON.stringify(note), note])).values()];
}
