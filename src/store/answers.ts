/**
 * Answers of reports about days that are over: the rows that a question had, kept so that the same question reads one row
 * of D1 instead of some hundred thousand values. Asked and kept by `count-reads.ts`.
 *
 * Whatever changes a day takes the answers about it away in the same transaction (`forgetAnswers`). An answer that was
 * summed before such a change must not be kept after it: it is kept only where the days' revisions are still those that
 * it was summed from. A tally writes a day's site first and its list of pages last, in several transactions where the day
 * is large: only a day of which both have the same revisions as before has not changed in between.
 */

import { createHash } from "node:crypto";
import { DAY_MS } from "../calendar.ts";
import { valuesName } from "../dimensions.ts";
import { from } from "./unavailable.ts";

/** What an answer is about. */
export interface AnswerKey {
  siteId: number;
  /** SHA-256, 64 hex digits. */
  key: string;
  /** First and last day. */
  from: string;
  to: string;
}

/** An answer is kept for a day: then its question is mostly about other days. */
const KEPT_MS = DAY_MS;
/** The length of one answer. A longer one is summed each time. */
const MOST_CHARS = 500_000;
/** Characters of a site's answers together, of owners and of everybody else: the oldest make way. Each has its own room, so that strangers cannot push out what the owner asks. */
const MOST_CHARS_TOGETHER = { owner: 4_000_000, others: 1_000_000 };
/** To be raised with any change of what a question is answered: answers of earlier code are of no use then. */
const VERSION = 1;

/** The key of a question of any kind. */
export function answerKey(siteId: number, days: { from: string; to: string }, question: unknown): AnswerKey {
  return {
    siteId,
    ...days,
    key: createHash("sha256")
      .update(JSON.stringify([VERSION, question]))
      .digest("hex"),
  };
}

/** SQL that is true where there is no answer, so that there is something to sum. `key` and `since` are placeholders. */
export function unanswered(key: string, since: string): string {
  return `NOT EXISTS (SELECT 1 FROM answers WHERE answers.site_id = ?1 AND answers.key = ${key} AND answers.made_at > ${since})`;
}

/** Since when answers count, in ms since 1970. */
export function answersSince(now: number): number {
  return now - KEPT_MS;
}

/** A statement for the answer, if there is one. */
export function answerTo(db: D1Database, { siteId, key }: AnswerKey, now: number): D1PreparedStatement {
  return db
    .prepare("SELECT data FROM answers WHERE site_id = ?1 AND key = ?2 AND made_at > ?3")
    .bind(siteId, key, answersSince(now));
}

/** What the days' rows are: changes whenever one of them, or an import, does. */
const STAMP = `(
  SELECT json_array(count(*), sum(revision), max(revision)) FROM counts
  WHERE site_id = ?1 AND dimension IN ('site', '${valuesName("page")}') AND period BETWEEN ?2 AND ?3
) || (SELECT json_group_array(id) FROM imports WHERE site_id = ?1 AND state = 'done')`;

/** A statement for the stamp of an answer's days, where it has to be summed. */
export function stampOf(db: D1Database, { siteId, key, from, to }: AnswerKey, now: number): D1PreparedStatement {
  return db
    .prepare(`SELECT ${STAMP} AS stamp WHERE ${unanswered("?4", "?5")}`)
    .bind(siteId, from, to, key, answersSince(now));
}

/**
 * Keeps an answer, unless its days changed since `stamp` was read with it.
 * @throws Unavailable; the answer was given all the same
 */
export async function keepAnswer(
  db: D1Database,
  { siteId, key, from: first, to }: AnswerKey,
  { stamp, data, isOwners }: { stamp: string; data: string; isOwners: boolean },
  now: number,
): Promise<void> {
  if (data.length > MOST_CHARS) return;
  const keep = db
    .prepare(
      `INSERT INTO answers (site_id, key, from_day, to_day, made_at, owner, data)
       SELECT ?1, ?4, ?2, ?3, ?5, ?8, ?6
       WHERE ${STAMP} = ?7 AND EXISTS (SELECT 1 FROM sites WHERE id = ?1)
       ON CONFLICT DO UPDATE SET made_at = excluded.made_at, owner = excluded.owner, data = excluded.data`,
    )
    .bind(siteId, first, to, key, now, data, stamp, Number(isOwners));
  const room = isOwners ? MOST_CHARS_TOGETHER.owner : MOST_CHARS_TOGETHER.others;
  const old = db
    .prepare(
      `DELETE FROM answers WHERE site_id = ?1 AND (made_at <= ?2 OR key IN (
         SELECT key FROM (
           SELECT key, sum(length(data)) OVER (ORDER BY made_at DESC, key) AS together
           FROM answers WHERE site_id = ?1 AND owner = ?3
         ) WHERE together > ${room}))`,
    )
    .bind(siteId, answersSince(now), Number(isOwners));
  await from("D1", () => db.batch([keep, old]));
}

/** Deletes all answers that are too old. */
export async function deleteOldAnswers(db: D1Database, now: number): Promise<void> {
  await from("D1", () => db.prepare("DELETE FROM answers WHERE made_at <= ?1").bind(answersSince(now)).run());
}

/** Takes away the answers about any of the days `first` … `last`. Costs nothing where there are none. */
export function forgetAnswers(db: D1Database, siteId: number, first: string, last: string): D1PreparedStatement {
  return db
    .prepare("DELETE FROM answers WHERE site_id = ?1 AND from_day <= ?3 AND to_day >= ?2")
    .bind(siteId, first, last);
}
