import { meteredD1 } from "../metered-d1.ts";
import type { SimulatedClock } from "./clock.ts";

/** What the platform would bill. */
export interface Bill {
  /** Rows written to the object's SQLite database, one for each alarm set included. */
  tallyRows: number;
  /** Rows written to D1. */
  d1Rows: number;
  /** Size of the D1 database after the latest write, in bytes. */
  d1Bytes: number;
  kvReads: number;
  kvWrites: number;
  /** Calls to the object and alarms rung. */
  objectRequests: number;
  /** Instances made: the first one, and one after each hibernation. */
  instances: number;
}

export function newBill(): Bill {
  return {
    tallyRows: 0,
    d1Rows: 0,
    d1Bytes: 0,
    kvReads: 0,
    kvWrites: 0,
    objectRequests: 0,
    instances: 0,
  };
}

/** The alarm of a simulated object: rung by the simulation. */
export interface Alarm {
  at: number | null;
}

/**
 * An object's context on another object's real storage: every row written is billed, the alarm is the simulation's.
 * `pending` gathers what the object asks the platform to wait for.
 */
export function meteredContext(
  storage: DurableObjectStorage,
  clock: SimulatedClock,
  alarm: Alarm,
  bill: Bill,
  pending: Promise<unknown>[],
): DurableObjectState {
  const exec = (query: string, ...bindings: unknown[]) => {
    // Of several statements only the last one's rows are told: so one by one.
    const statements = query.split(";").filter((statement) => statement.trim() !== "");
    let cursor = storage.sql.exec(statements[0] ?? "", ...bindings);
    bill.tallyRows += rowsWritten(cursor, statements[0] ?? "");
    for (const statement of statements.slice(1)) {
      cursor = storage.sql.exec(statement);
      bill.tallyRows += rowsWritten(cursor, statement);
    }
    return cursor;
  };
  const metered = {
    sql: { exec },
    transactionSync: <T>(closure: () => T) => storage.transactionSync(closure),
    getAlarm: async () => alarm.at,
    setAlarm: async (at: number) => {
      alarm.at = Math.max(at, clock.now);
      bill.tallyRows++;
    },
  };
  return {
    storage: metered,
    waitUntil: (work: Promise<unknown>) => pending.push(work),
  } as unknown as DurableObjectState;
}

function rowsWritten(cursor: SqlStorageCursor<Record<string, SqlStorageValue>>, statement: string): number {
  // A query's cursor is the caller's to consume, and writes nothing; any other statement has run to its end by now.
  return /^\s*SELECT/i.test(statement) ? 0 : cursor.rowsWritten;
}

/** D1 that bills what is written. */
export function billedD1(db: D1Database, bill: Bill): D1Database {
  return meteredD1(db, (trip) => {
    for (const { rowsWritten, databaseBytes } of trip) {
      bill.d1Rows += rowsWritten;
      bill.d1Bytes = databaseBytes ?? bill.d1Bytes;
    }
  });
}

/** KV that bills reads and writes; deletions count as writes. */
export function meteredKv(kv: KVNamespace, bill: Bill): KVNamespace {
  const wrapped = {
    get: (name: string) => {
      bill.kvReads++;
      return kv.get(name);
    },
    put: (name: string, value: string, options?: KVNamespacePutOptions) => {
      bill.kvWrites++;
      return kv.put(name, value, options);
    },
    delete: (name: string) => {
      bill.kvWrites++;
      return kv.delete(name);
    },
  };
  return wrapped as unknown as KVNamespace;
}
