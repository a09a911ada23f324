/**
 * Imports: their rows in `imports`, and the counts that they brought (in `counts`, with the negative id as writer). An
 * import counts from the moment its state is `done`, and stops counting when it is `removing`; both are one statement.
 */

import { Buffer } from "node:buffer";
import { and, asc, desc, eq, gte, lte, ne } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { DIMENSIONS } from "../dimensions.ts";
import { imports } from "./schema.ts";
import { forgetSums } from "./sums.ts";
import { from } from "./unavailable.ts";

/** Whose export it was. */
export type ImportSource = "footfall" | "plausible" | "goatcounter" | "umami";
export type ImportState = "pending" | "done" | "removing";

/** What an owner sees of an import beside its days. */
export interface ImportSummary {
  days: number;
  visitors: number;
  pageviews: number;
  /** Which tables were in it. */
  tables: string[];
  /** Files in it that hold nothing that can be stored. */
  ignored: string[];
  /** Days left out because the site counted them itself. */
  skipped: { from: string; to: string; days: number } | null;
}

export type Import = typeof imports.$inferSelect;

/** Imports of a site that count, in order of their ids. Throws `Unavailable` while D1 is away, as all here. */
export async function doneImports(db: D1Database, siteId: number): Promise<Import[]> {
  return from<Import[]>("D1", () =>
    drizzle(db)
      .select()
      .from(imports)
      .where(and(eq(imports.siteId, siteId), eq(imports.state, "done")))
      .orderBy(asc(imports.id)),
  );
}

/** The import of a site that is being written, or was when its writing was cut short; null where there is none. */
export async function pendingImport(db: D1Database, siteId: number): Promise<Import | null> {
  const rows = await from<Import[]>("D1", () =>
    drizzle(db)
      .select()
      .from(imports)
      .where(and(eq(imports.siteId, siteId), eq(imports.state, "pending")))
      .orderBy(desc(imports.id))
      .limit(1),
  );
  return rows[0] ?? null;
}

const STORED = JSON.stringify(DIMENSIONS.filter(({ stored }) => stored).map(({ name }) => name));

/** The last day of an import that is written; null before the first. A look-up a dimension: days are written in order. */
export async function writtenTo(db: D1Database, { siteId, id, fromDay, toDay }: Import): Promise<string | null> {
  const last = db
    .prepare(
      `SELECT max((
         SELECT period FROM counts
         WHERE site_id = ?1 AND dimension = one.value AND period BETWEEN ?2 AND ?3 AND writer = ?4
         ORDER BY period DESC LIMIT 1
       )) AS day FROM json_each(?5) AS one`,
    )
    .bind(siteId, fromDay, toDay, -id, STORED);
  return from("D1", () => last.first<string | null>("day"));
}

/** Stores an import that is about to be written; its id. */
export async function beginImport(db: D1Database, row: Omit<Import, "id" | "state">): Promise<number> {
  const insert = drizzle(db)
    .insert(imports)
    .values({ ...row, state: "pending" })
    .returning({ id: imports.id });
  const [begun] = await from<{ id: number }[]>("D1", () => insert);
  if (!begun) throw new Error("the import has no id");
  return begun.id;
}

/**
 * Lets an import count, unless another one that counts has some of its days. Whether it counts now; not either where
 * it is gone with its site.
 */
export async function completeImport(db: D1Database, id: number): Promise<boolean> {
  const complete = db
    .prepare(
      `UPDATE imports SET state = 'done' WHERE id = ?1 AND state = 'pending' AND NOT EXISTS (
         SELECT 1 FROM imports AS other
         WHERE other.site_id = imports.site_id AND other.state = 'done'
           AND other.from_day <= imports.to_day AND other.to_day >= imports.from_day)`,
    )
    .bind(id);
  const [completed] = await from("D1", () => db.batch([complete, forgetAnswersWith(db, id)]));
  return (completed?.meta.changes ?? 0) > 0;
}

/** Takes away the answers of an import's site: it begins or ends to count. */
function forgetAnswersWith(db: D1Database, id: number): D1PreparedStatement {
  return db.prepare("DELETE FROM answers WHERE site_id = (SELECT site_id FROM imports WHERE id = ?1)").bind(id);
}

/** An import that counts and has some of these days; null where none has. */
export async function overlapping(db: D1Database, siteId: number, days: { from: string; to: string }) {
  const rows = await from<Import[]>("D1", () =>
    drizzle(db)
      .select()
      .from(imports)
      .where(
        and(
          eq(imports.siteId, siteId),
          eq(imports.state, "done"),
          lte(imports.fromDay, days.to),
          gte(imports.toDay, days.from),
        ),
      )
      .limit(1),
  );
  return rows[0] ?? null;
}

/** Rows that are deleted by one statement. */
const ROWS_AT_ONCE = 1_000;

/**
 * Removes an import: it stops counting at once, then its rows go, then its own. Where that is cut short, the same again
 * finishes it. Whether the site had such an import: one that counted, or was being removed.
 */
export async function removeImport(db: D1Database, siteId: number, id: number): Promise<boolean> {
  const mark = db
    .prepare("UPDATE imports SET state = 'removing' WHERE id = ?1 AND site_id = ?2 AND state <> 'pending'")
    .bind(id, siteId);
  const [marked] = await from("D1", () => db.batch([mark, forgetAnswersWith(db, id)]));
  if (!marked?.meta.changes) return false;
  await deleteImport(db, siteId, id);
  return true;
}

/** Removes what imports left behind that never got to count, or whose removal was cut short. */
export async function removeLeftovers(db: D1Database, siteId: number): Promise<void> {
  const left = await from("D1", () =>
    drizzle(db)
      .update(imports)
      .set({ state: "removing" })
      .where(and(eq(imports.siteId, siteId), ne(imports.state, "done")))
      .returning({ id: imports.id }),
  );
  for (const { id } of left) await deleteImport(db, siteId, id);
}

async function deleteImport(db: D1Database, siteId: number, id: number): Promise<void> {
  const rows = db
    .prepare(
      `DELETE FROM counts WHERE site_id = ?1 AND writer = ?2 AND (dimension, period) IN (
         SELECT dimension, period FROM counts WHERE site_id = ?1 AND writer = ?2 LIMIT ${ROWS_AT_ONCE})`,
    )
    .bind(siteId, -id);
  await from("D1", async () => {
    while ((await rows.run()).meta.changes > 0);
    await drizzle(db).delete(imports).where(eq(imports.id, id));
  });
}

/** Bytes of rows in one statement, and statements in one batch. */
const CHUNK_BYTES = 1_000_000;
const CHUNKS_PER_BATCH = 4;

const INSERT = `
INSERT INTO counts (site_id, dimension, period, writer, revision, data)
SELECT ?1, value ->> 0, value ->> 1, -?2, 1, jsonb(value -> 2)
FROM json_each(?3)
-- A late batch of an import that was given up, or whose site is gone, writes nothing.
WHERE EXISTS (SELECT 1 FROM imports WHERE id = ?2 AND state = 'pending')
ON CONFLICT DO NOTHING`;

/** Writes the rows of an import, several days at once: calls are what is scarce. */
export class ImportWriter {
  readonly #db: D1Database;
  readonly #siteId: number;
  readonly #id: number;
  #statements: D1PreparedStatement[] = [];
  #chunk: string[] = [];
  #bytes = 0;
  /** First and last day of what is not sent yet. */
  #days: { from: string; to: string } | null = null;

  constructor(db: D1Database, siteId: number, id: number) {
    this.#db = db;
    this.#siteId = siteId;
    this.#id = id;
  }

  /** Takes a row; at times sends what it has. */
  async add(day: string, dimension: string, json: string): Promise<void> {
    const row = `[${JSON.stringify(dimension)},"${day}",${json}]`;
    const bytes = Buffer.byteLength(row);
    if (this.#bytes + bytes > CHUNK_BYTES) this.#endChunk();
    if (this.#statements.length >= CHUNKS_PER_BATCH) await this.#send();
    this.#chunk.push(row);
    this.#bytes += bytes;
    const { from: first, to } = this.#days ?? { from: day, to: day };
    this.#days = { from: day < first ? day : first, to: day > to ? day : to };
  }

  /** Sends the rest. */
  async end(): Promise<void> {
    this.#endChunk();
    await this.#send();
  }

  #endChunk(): void {
    if (this.#chunk.length === 0) return;
    this.#statements.push(this.#db.prepare(INSERT).bind(this.#siteId, this.#id, `[${this.#chunk.join()}]`));
    this.#chunk = [];
    this.#bytes = 0;
  }

  async #send(): Promise<void> {
    const statements = this.#statements;
    const days = this.#days;
    this.#statements = [];
    this.#days = null;
    if (statements.length === 0 || !days) return;
    const forget = forgetSums(this.#db, this.#siteId, days.from, days.to);
    await from("D1", () => this.#db.batch([...statements, ...forget]));
  }
}
