/** Runs queries: searches resolved, planned, all read in one look at the counts, answered. */

import type { Bounds } from "../store/count-reads.ts";
import { type Answer, answerOf, type Known, type Planned, withReads } from "./answer.ts";
import type { Flags } from "./answer-warnings.ts";
import { type Counts, gather } from "./gather.ts";
import { type Plan, plan as planOf } from "./planner.ts";
import { type Metric, Refusal, type ReportQuery } from "./query.ts";
import type { Read, Row } from "./read.ts";
import { resolveSearches } from "./resolve.ts";
import { occurrencesOf } from "./sources.ts";
import { spanOf } from "./stored.ts";

/** What one look at the counts tells. */
export interface Report {
  answers: Answer[];
  flags: Flags;
  bounds: Bounds;
  /** Rows of the further reads. */
  further: Row[][];
}

/** The answer to a query that is answered as far as it can be. */
export interface PartialAnswer extends Answer {
  /** Metrics that were asked for and cannot be told; the answer's query has the others. */
  refused: ReadonlyMap<Metric, Refusal>;
}

/** As `Report`, of queries each of which may have been refused. */
export interface PartialReport extends Omit<Report, "answers"> {
  /** In the order of the queries. */
  outcomes: (PartialAnswer | Refusal)[];
}

/**
 * Answers queries, and further reads, from one look at the counts (two, where a filter searches).
 * @throws Refusal, Unavailable
 */
export async function run(
  queries: readonly ReportQuery[],
  counts: Counts,
  further: readonly Read[] = [],
): Promise<Report> {
  const planned = (await resolved(queries, counts)).map((query) => {
    const { site } = counts;
    return { ...withReads(planOf(orThrow(query), site.goals), counts), refused: NONE_REFUSED };
  });
  const { outcomes, ...rest } = await answerEach(planned, counts, further);
  return { ...rest, answers: outcomes.map(orThrow) };
}

const NONE_REFUSED: PartialAnswer["refused"] = new Map();

/**
 * As `run`, but answers what it can: a query that is refused takes no other with it, and metrics that cannot be told none
 * that can.
 * @throws Unavailable
 */
export async function runEach(
  queries: readonly ReportQuery[],
  counts: Counts,
  further: readonly Read[] = [],
): Promise<PartialReport> {
  const planned = (await resolved(queries, counts)).map((query) =>
    orRefusal(() => {
      const { plan, refused } = planOfTellable(orThrow(query), counts);
      return { ...withReads(plan, counts), refused };
    }),
  );
  return answerEach(planned, counts, further);
}

function resolved(queries: readonly ReportQuery[], counts: Counts): Promise<(ReportQuery | Refusal)[]> {
  const { minVisitors } = counts;
  return resolveSearches(
    queries.map((query) => ({ ...query, minVisitors })),
    counts,
  );
}

/**
 * The plan of a query without the metrics that cannot be told.
 * @throws Refusal where none can: that of the first
 */
function planOfTellable(query: ReportQuery, { site }: Counts): { plan: Plan; refused: Map<Metric, Refusal> } {
  const refused = new Map<Metric, Refusal>();
  for (let metrics = query.metrics; ; ) {
    const found = orRefusal(() => planOf({ ...query, metrics }, site.goals));
    if (!(found instanceof Refusal)) return { plan: found, refused };
    const metric = found.part === "metrics" ? metrics[Number(found.path[0])] : undefined;
    if (metric === undefined) throw found;
    refused.set(metric, found);
    metrics = metrics.filter((one) => one !== metric);
    if (metrics.length === 0) throw refused.get(query.metrics[0] ?? metric) ?? found;
  }
}

const FLAGS = occurrencesOf("flags", "day");

async function answerEach(
  planned: readonly ((Planned & Pick<PartialAnswer, "refused">) | Refusal)[],
  counts: Counts,
  further: readonly Read[],
): Promise<PartialReport> {
  const reads = [...planned.flatMap((one) => (one instanceof Refusal ? [] : one.reads)), ...further];
  const { from, to } = spanOf(reads);
  const { rows, bounds } = await gatherOnce([{ ...FLAGS, from, to }, ...reads], counts);
  const [flagRows = [], ...others] = rows;
  const known: Known = { flags: flagsOf(flagRows), bounds, counts };
  const outcomes: PartialReport["outcomes"] = [];
  for (const one of planned) {
    if (one instanceof Refusal) outcomes.push(one);
    else {
      const { refused, reads } = one;
      const answer = answerOf(one, others.splice(0, reads.length), known);
      outcomes.push(
        await answer.then(
          (answer) => ({ ...answer, refused }),
          (error: unknown) => asRefusal(error),
        ),
      );
    }
  }
  return { outcomes, flags: known.flags, bounds, further: others };
}

/** Reads that several queries share, such as what shares are of, are read once. */
async function gatherOnce(reads: readonly Read[], counts: Counts): ReturnType<typeof gather> {
  const byText = new Map(reads.map((read) => [JSON.stringify(read), read]));
  const { rows, bounds } = await gather([...byText.values()], counts);
  const places = new Map([...byText.keys()].map((text, place) => [text, place]));
  return { rows: reads.map((read) => rows[places.get(JSON.stringify(read)) ?? -1] ?? []), bounds };
}

function flagsOf(rows: readonly Row[]): Flags {
  const flags: Flags = new Map();
  for (const { bucket, labels } of rows.toSorted((a, b) => (a.bucket < b.bucket ? -1 : 1))) {
    const [label = ""] = labels;
    flags.set(label, [...(flags.get(label) ?? []), bucket]);
  }
  return flags;
}

function orThrow<T>(value: T | Refusal): T {
  if (value instanceof Refusal) throw value;
  return value;
}

function orRefusal<T>(make: () => T): T | Refusal {
  try {
    return make();
  } catch (error) {
    return asRefusal(error);
  }
}

/** An error that is a refusal; any other is thrown. */
function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  throw error;
}
