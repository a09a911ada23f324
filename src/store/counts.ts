/**
 * Writing counts to D1. Rows are replaced, never added to: a repeated batch, a lost answer or a late batch of
 * a dead instance changes nothing.
 */

import { forgetSums } from "./sums.ts";

/** A row's text beyond which it is not sent: D1 takes 2 MB a value. */
const MOST_ROW_BYTES = 1_900_000;
const CHUNK_BYTES = 1_000_000;
/** Statements in one batch, so that little is held at once; each row is replaced on its own, so batches need not be one. */
const CHUNKS_PER_BATCH = 4;

const REPLACE = `
INSERT INTO counts (site_id, dimension, period, writer, revision, data)
SELECT ?1, value ->> 0, ?2, ?3, ?4, jsonb(value -> 1)
FROM json_each(?5)
-- A site that was deleted meanwhile stays deleted.
WHERE EXISTS (SELECT 1 FROM sites WHERE id = ?1)
ON CONFLICT DO UPDATE SET data = excluded.data, revision = excluded.revision
WHERE excluded.revision > revision`;

/** Whose counts of which period: the key of their rows, but for the dimension. */
export interface CountsKey {
  siteId: number;
  /** A day, `2026-11-22`. */
  period: string;
  /** The shard. */
  writer: number;
}

/**
 * Replaces the rows of one writer and period by those given (stored name → JSON text) where D1's are of a
 * lower revision. Resolves to the revision D1 then has: another one than given if D1's was higher.
 */
export async function replaceCounts(
  db: D1Database,
  { siteId, period, writer }: CountsKey,
  revision: number,
  rows: Iterable<readonly [dimension: string, json: string]>,
): Promise<number> {
  const replace = db.prepare(REPLACE);
  const forget = forgetSums(db, siteId, period, period);
  let statements: D1PreparedStatement[] = [];
  let chunk: string[] = [];
  let bytes = 0;
  const endChunk = () => {
    if (chunk.length > 0) statements.push(replace.bind(siteId, period, writer, revision, `[${chunk.join()}]`));
    chunk = [];
    bytes = 0;
  };
  for (const [dimension, json] of rows) {
    const size = Buffer.byteLength(json);
    if (size > MOST_ROW_BYTES) throw new RangeError(`a row of ${size} bytes is beyond what D1 takes`);
    if (bytes + size > CHUNK_BYTES) endChunk();
    if (statements.length >= CHUNKS_PER_BATCH) {
      await db.batch([...forget, ...statements]);
      statements = [];
    }
    chunk.push(`[${JSON.stringify(dimension)},${json}]`);
    bytes += size;
  }
  endChunk();
  const highest = db
    .prepare(
      "SELECT max(revision) AS revision FROM counts WHERE site_id = ?1 AND dimension = 'site' AND period = ?2 AND writer = ?3",
    )
    .bind(siteId, period, writer);
  const results = await db.batch<{ revision: number | null }>([...forget, ...statements, highest]);
  return results.at(-1)?.results[0]?.revision ?? revision;
}

/** The revisions that D1 has of a writer's periods, by period. */
export async function revisionsOf(
  db: D1Database,
  siteId: number,
  writer: number,
  periods: readonly string[],
): Promise<Map<string, number>> {
  const { results } = await db
    .prepare(
      `SELECT period, revision FROM counts
       WHERE site_id = ?1 AND dimension = 'site' AND writer = ?2 AND period IN (SELECT value FROM json_each(?3))`,
    )
    .bind(siteId, writer, JSON.stringify(periods))
    .all<{ period: string; revision: number }>();
  return new Map(results.map(({ period, revision }) => [period, revision]));
}
