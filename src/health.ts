import { getTableConfig } from "drizzle-orm/sqlite-core";
import { json } from "./http.ts";
import type { Context } from "./route.ts";
import { TABLES } from "./store/schema.ts";
import { tallyStub } from "./tally/stub.ts";

/** How long each part may take to answer. */
const PATIENCE_MS = 3_000;

const NOT_MIGRATED =
  "its tables are missing or old: run `npx wrangler d1 migrations apply DB` (with --local or --remote)";

/**
 * `GET /health`, public. 200 `{"status":"ok","d1":"ok","kv":"ok","tally":"ok"}`, or 503 with `"status":"error"` and,
 * in place of "ok", what is wrong. Says nothing of what the parts hold.
 */
export async function health(_request: Request, { env }: Context): Promise<Response> {
  const [d1, kv, tally] = await Promise.all([
    state(() => tablesAreThere(env.DB)),
    state(() => env.KV.get("health")),
    // No site has the id 0: this object exists to be asked.
    state(() => tallyStub(env, 0, 0).ping()),
  ]);
  const ok = d1 === "ok" && kv === "ok" && tally === "ok";
  return json({ status: ok ? "ok" : "error", d1, kv, tally }, ok ? 200 : 503);
}

/**
 * Names every column of every table and reads no row. Not by Drizzle, which quotes the bare names: SQLite takes a
 * quoted name that it does not know for a string.
 */
async function tablesAreThere(db: D1Database): Promise<void> {
  const statements = TABLES.map((table) => {
    const { name, columns } = getTableConfig(table);
    const names = columns.map((column) => `${name}.${column.name}`);
    return db.prepare(`SELECT ${names.join(", ")} FROM ${name} LIMIT 0`);
  });
  await db.batch(statements);
}

/** Asks one part for at most `patienceMs`: "ok", or what is wrong. */
export async function state(ask: () => Promise<unknown>, patienceMs = PATIENCE_MS): Promise<string> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, patienceMs, `does not answer within ${patienceMs / 1000} s`);
  });
  const asked = ask().then(
    () => "ok",
    (error) => (/no such (table|column)/.test(String(error?.cause ?? error)) ? NOT_MIGRATED : "does not answer"),
  );
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
