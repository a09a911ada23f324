import { type Zippable, zipSync } from "fflate";
import type { Env } from "../env.ts";
import { ACCESS } from "../report/face.ts";
import type { Counts } from "../report/gather.ts";
import { periodFiles } from "../report/period-files.ts";
import { Unavailable } from "../store/unavailable.ts";
import type { PeriodQuestion, PeriodZip } from "./clerk.ts";

/** Asks all reports of a period, and packs them. */
export async function zipOfPeriod({ site, range, minVisitors, now }: PeriodQuestion, env: Env): Promise<PeriodZip> {
  const { tally, wait } = ACCESS;
  let rowsRead = 0;
  const counts: Counts = {
    site,
    db: env.DB,
    tally: (id: number, shard: number) => tally(env, id, shard),
    wait,
    now,
    minVisitors,
    // An object goes on with what it has begun.
    later: () => undefined,
    isOwners: minVisitors === 0,
    spent: (rows) => {
      rowsRead += rows;
    },
  };
  try {
    const files: Zippable = {};
    const encoder = new TextEncoder();
    for (const [name, text] of Object.entries(await periodFiles(range, counts))) {
      files[name] = [encoder.encode(text), { mtime: now }];
    }
    return { zip: zipSync(files), rowsRead };
  } catch (error) {
    if (error instanceof Unavailable) return { away: error.part, rowsRead };
    throw error;
  }
}
