import type { LocalDay } from "../calendar.ts";

/** What a tally keeps in its object's SQLite database. Rows are written sparingly: the platform bills each. */

/** What a tally knows about itself and about what it has handed on. Rests in the clear; no hit is in it. */
export interface Ledger {
  siteId: number;
  shard: number;
  /** Revision of the latest flush. */
  revision: number;
  /** Closed days still kept. `revision`: of the flush that D1 acknowledged, 0 before. */
  closed: Record<string, { revision: number; endsAt: number }>;
  /** Open days: when last flushed, and the hits counted by then. */
  flushed: Record<string, { at: number; hits: number }>;
  /** KV names of the keys that this tally made, when, and until when they are valid (ms since 1970). */
  keysMade: Record<string, { at: number; until: number }>;
  /** Name of the key that seals. */
  journalKey: string;
  /** When it was last looked up whether D1 still has what it acknowledged. */
  healedAt: number;
  /** No flush is tried before then: D1 was away, or has spent its quota. */
  flushRetryAt: number;
  /** The site's next day and number of shards, as the latest hits told them. */
  tomorrow: LocalDay | null;
  shards: number;
  /** The site was deleted: nothing is counted any more. */
  erased: boolean;
}

/** The ledger of a tally that has not been told anything yet. */
export function emptyLedger(): Ledger {
  return {
    siteId: 0,
    shard: 0,
    revision: 0,
    closed: {},
    flushed: {},
    keysMade: {},
    journalKey: "",
    healedAt: 0,
    flushRetryAt: 0,
    tomorrow: null,
    shards: 1,
    erased: false,
  };
}

export interface JournalRow {
  keyName: string;
  sealed: Uint8Array;
}

/** A checkpoint's two halves: counts in the clear, all else sealed. */
export type CheckpointKind = "counts" | "secrets";

export class TallyStorage {
  readonly #sql: SqlStorage;
  #retired = false;
  readonly #transactionSync: DurableObjectStorage["transactionSync"];

  constructor(storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    this.#transactionSync = (closure) => storage.transactionSync(closure);
    this.#sql.exec(`
      CREATE TABLE IF NOT EXISTS ledger (id INTEGER PRIMARY KEY CHECK (id = 1), json TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS checkpoint (
        kind TEXT NOT NULL, part INTEGER NOT NULL, key_name TEXT, data BLOB NOT NULL, PRIMARY KEY (kind, part)
      ) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS closed_days (
        day TEXT NOT NULL, part INTEGER NOT NULL, data BLOB NOT NULL, PRIMARY KEY (day, part)
      ) WITHOUT ROWID;
      ${CREATE_JOURNAL}`);
  }

  /** From now on every write throws: what the writer remembers is not what is stored. */
  retire(): void {
    this.#retired = true;
  }

  /** All or nothing: what throws inside leaves no trace. */
  atomically<T>(closure: () => T): T {
    this.#mustBeCurrent();
    return this.#transactionSync(closure);
  }

  ledger(): Ledger | null {
    const [row] = this.#sql.exec<{ json: string }>("SELECT json FROM ledger").toArray();
    return row ? (JSON.parse(row.json) as Ledger) : null;
  }

  saveLedger(ledger: Ledger): void {
    this.#mustBeCurrent();
    this.#sql.exec("INSERT OR REPLACE INTO ledger (id, json) VALUES (1, ?)", JSON.stringify(ledger));
  }

  appendJournal({ keyName, sealed }: JournalRow): void {
    this.#sql.exec("INSERT INTO journal (key_name, sealed) VALUES (?, ?)", keyName, sealed);
  }

  /** Journal rows since the last checkpoint, oldest first. */
  *journal(): Generator<JournalRow> {
    const rows = this.#sql.exec<{ key_name: string; sealed: ArrayBuffer }>(
      "SELECT key_name, sealed FROM journal ORDER BY n",
    );
    for (const row of rows) yield { keyName: row.key_name, sealed: new Uint8Array(row.sealed) };
  }

  /** Names of the keys that sealed what is stored. */
  keyNames(): string[] {
    return this.#sql
      .exec<{ key_name: string }>(
        "SELECT key_name FROM journal UNION SELECT key_name FROM checkpoint WHERE key_name IS NOT NULL",
      )
      .toArray()
      .map((row) => row.key_name);
  }

  /** Name of the key that sealed the checkpoint; null if there is none. */
  checkpointKeyName(): string | null {
    const rows = this.#sql.exec<{ key_name: string }>("SELECT key_name FROM checkpoint WHERE kind = 'secrets' LIMIT 1");
    return rows.toArray()[0]?.key_name ?? null;
  }

  /** The parts of one half of the checkpoint, in order. */
  checkpoint(kind: CheckpointKind): Generator<Uint8Array> {
    return this.#parts("SELECT data FROM checkpoint WHERE kind = ? ORDER BY part", kind);
  }

  /**
   * Replaces the checkpoint by the parts that `write` hands over, and empties the journal. Call within `atomically`.
   */
  replaceCheckpoint(keyName: string, write: (save: (kind: CheckpointKind, data: Uint8Array) => void) => void): void {
    this.#mustBeCurrent();
    const parts: Record<CheckpointKind, number> = { counts: 0, secrets: 0 };
    write((kind, data) => {
      this.#sql.exec(
        "INSERT OR REPLACE INTO checkpoint (kind, part, key_name, data) VALUES (?, ?, ?, ?)",
        kind,
        parts[kind]++,
        kind === "secrets" ? keyName : null,
        data,
      );
    });
    for (const [kind, length] of Object.entries(parts)) {
      this.#sql.exec("DELETE FROM checkpoint WHERE kind = ? AND part >= ?", kind, length);
    }
    // Dropping a table writes no rows; deleting would write one for each.
    this.#sql.exec(`DROP TABLE journal; ${CREATE_JOURNAL}`);
  }

  /** The packed counts of a closed day, in parts; none if it is not kept. */
  closedDay(day: string): Generator<Uint8Array> {
    return this.#parts("SELECT data FROM closed_days WHERE day = ? ORDER BY part", day);
  }

  saveClosedDay(day: string, parts: readonly Uint8Array[]): void {
    this.deleteClosedDay(day);
    for (const [part, data] of parts.entries()) {
      this.#sql.exec("INSERT INTO closed_days (day, part, data) VALUES (?, ?, ?)", day, part, data);
    }
  }

  deleteClosedDay(day: string): void {
    this.#mustBeCurrent();
    this.#sql.exec("DELETE FROM closed_days WHERE day = ?", day);
  }

  #mustBeCurrent(): void {
    if (this.#retired) throw new Error("this memory of the tally was given up");
  }

  *#parts(query: string, binding: string): Generator<Uint8Array> {
    for (const { data } of this.#sql.exec<{ data: ArrayBuffer }>(query, binding)) yield new Uint8Array(data);
  }
}

const CREATE_JOURNAL = `CREATE TABLE IF NOT EXISTS journal (
  n INTEGER PRIMARY KEY, key_name TEXT NOT NULL, sealed BLOB NOT NULL
)`;
