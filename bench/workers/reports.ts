/**
 * Footfall's own Worker for the benchmarks of reports and of the dashboard, with a D1 that counts: each answer says in
 * `X-Bench-D1` how many round trips to D1 it took and how many rows were read there. `POST /bench` fills the same D1 and
 * asks the plain table; see `Command`. `GET /bench/empty` is an empty page, answered as the dashboard's own are.
 */

import type { Env } from "../../src/env.ts";
import { rollUpMonths } from "../../src/manage/rollup.ts";
import { handle } from "../../src/router.ts";
import { replaceCounts } from "../../src/store/counts.ts";
import { monthsToRollUp } from "../../src/store/months.ts";
import { siteByDomain } from "../../src/store/sites.ts";
import worker from "../../src/worker.ts";
import { meteredD1 } from "../metered-d1.ts";
import {
  FILL,
  IDS_PER_DAY,
  type PlainHit,
  type PlainQuestion,
  plainSql,
  STORE_SAMPLE,
  TABLES,
} from "../reports/plain.ts";

export * from "../../src/worker.ts";

export type Command =
  /** The id of a site. */
  | { command: "site"; domain: string }
  /** Makes the plain tables. */
  | { command: "tables" }
  /** Stores a simulated day's hits, in one call or several. */
  | { command: "sample"; day: number; number: number; hits: PlainHit[] }
  /** Fills the plain table with simulated days under dates, the first of them the `first`th of all. */
  | { command: "fill"; first: number; dates: { day: number; date: string }[] }
  /** Stores a simulated day's rows of counts under dates. */
  | { command: "counts"; siteId: number; dates: string[]; rows: [dimension: string, json: string][] }
  /** Makes all month rows that are due; answers how many months have them. */
  | { command: "months" }
  /** Takes away the answers that Footfall keeps of days that are over. */
  | { command: "forget" }
  /** Asks the plain table, all at once. */
  | { command: "ask"; questions: PlainQuestion[] };

async function obey(command: Command, env: Env): Promise<unknown> {
  const { DB } = env;
  switch (command.command) {
    case "site":
      return (await siteByDomain(DB, command.domain))?.id;
    case "tables":
      return DB.batch(TABLES.map((sql) => DB.prepare(sql)));
    case "sample":
      return DB.prepare(STORE_SAMPLE).bind(command.day, command.number, JSON.stringify(command.hits)).run();
    case "fill": {
      const fill = DB.prepare(FILL);
      return DB.batch(
        command.dates.map(({ day, date }, index) =>
          fill.bind(day, Date.parse(date), (command.first + index) * IDS_PER_DAY),
        ),
      );
    }
    case "counts":
      for (const period of command.dates) {
        await replaceCounts(DB, { siteId: command.siteId, period, writer: 0 }, 1, command.rows);
      }
      return null;
    case "months":
      while ((await monthsToRollUp(DB, Date.now(), 1)).length > 0) await rollUpMonths(env);
      return DB.prepare("SELECT count(*) AS months FROM months").first("months");
    case "forget":
      return DB.prepare("DELETE FROM answers").run();
    case "ask": {
      const statements = command.questions.map((question) => {
        const [sql, ...values] = plainSql(question);
        return DB.prepare(sql).bind(...values);
      });
      return (await DB.batch(statements)).map(({ results }) => results);
    }
  }
}

const EMPTY_PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Empty</title>
<p id="empty">Empty</p>
</html>
`;

/** The dashboard's shell by its own route, with all its headers, but for what the page holds. */
async function emptyPage(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
  const shell = await handle(new Request(new URL("/", request.url), request), env, ctx);
  return shell.status === 200 ? new Response(EMPTY_PAGE, shell) : shell;
}

export default {
  async fetch(request, env, ctx) {
    let trips = 0;
    let rowsRead = 0;
    const DB = meteredD1(env.DB, (trip) => {
      trips++;
      for (const statement of trip) rowsRead += statement.rowsRead;
    });
    const { pathname } = new URL(request.url);
    const answer =
      pathname === "/bench"
        ? Response.json(await obey((await request.json()) as Command, { ...env, DB }))
        : pathname === "/bench/empty"
          ? await emptyPage(request, env, ctx)
          : await worker.fetch(request, { ...env, DB }, ctx);
    const told = new Response(answer.body, answer);
    told.headers.set("X-Bench-D1", `${trips} ${rowsRead}`);
    return told;
  },
  scheduled: worker.scheduled,
} satisfies ExportedHandler<Env>;
