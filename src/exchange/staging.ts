/**
 * Where an upload rests while it is read: the object's own storage. Its ZIP is read by its directory, which stands at
 * the end, and its rows are read twice, so that nothing is written of an upload that breaks a rule: for that it has to
 * be somewhere, and 100 MB do not fit into memory.
 */

import { LIMITS } from "../limits.ts";
import type { Bytes } from "./bytes.ts";
import { Refused } from "./refused.ts";

/** A row's bytes: below the 2 MB that a value may have. Rows written are billed, bytes hardly. */
const ROW_BYTES = 512 * 1024;

/**
 * Stores what arrives. The length is counted while it does, so that a sender who says nothing or lies about it cannot
 * fill the storage.
 * @throws Refused beyond the bound
 */
export async function stage(sql: SqlStorage, body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Bytes> {
  unstage(sql);
  sql.exec("CREATE TABLE upload (part INTEGER PRIMARY KEY, data BLOB NOT NULL)");
  const row = new Uint8Array(ROW_BYTES);
  let filled = 0;
  let parts = 0;
  const store = () => {
    if (filled > 0) sql.exec("INSERT INTO upload VALUES (?, ?)", parts++, row.slice(0, filled).buffer);
    filled = 0;
  };
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > LIMITS.importBytes) throw new Refused(`body: must be at most ${LIMITS.importBytes} bytes long`, 413);
    for (let at = 0; at < chunk.byteLength; ) {
      const taken = chunk.subarray(at, at + ROW_BYTES - filled);
      row.set(taken, filled);
      filled += taken.length;
      at += taken.length;
      if (filled === ROW_BYTES) store();
    }
  }
  store();
  return { size, read: (at, length) => read(sql, at, Math.max(0, Math.min(length, size - at))) };
}

/** Forgets it. Dropping a table writes no rows. */
export function unstage(sql: SqlStorage): void {
  sql.exec("DROP TABLE IF EXISTS upload");
}

function read(sql: SqlStorage, at: number, length: number): Uint8Array {
  const found = new Uint8Array(length);
  for (let filled = 0; filled < length; ) {
    const part = Math.floor((at + filled) / ROW_BYTES);
    const offset = (at + filled) % ROW_BYTES;
    const taken = Math.min(ROW_BYTES - offset, length - filled);
    const { data } = sql
      .exec<{ data: ArrayBuffer }>(
        "SELECT substr(data, ?, ?) AS data FROM upload WHERE part = ?",
        offset + 1,
        taken,
        part,
      )
      .one();
    found.set(new Uint8Array(data), filled);
    filled += taken;
  }
  return found;
}
