/** The Worker with a clock and an alarm bell that a test can move: `POST /__clock?at=<ms>`, `POST /__ring?tally=1:0`. */
import type { Env } from "../../src/env.ts";
import worker, { Tally as RealTally } from "../../src/worker.ts";

export { Clerk, Meter } from "../../src/worker.ts";

const realNow = Date.now;
let offsetMs = 0;
Date.now = () => realNow() + offsetMs;

export class Tally extends RealTally {
  async ring(): Promise<void> {
    await this.alarm();
  }
  async die(): Promise<void> {
    this.ctx.abort("died for the test");
  }
}

export default {
  async fetch(request, env, ctx) {
    const url = new URL(request.url);
    if (url.pathname === "/__clock") {
      offsetMs = Number(url.searchParams.get("at")) - realNow();
      return new Response(String(Date.now()));
    }
    const tally = () => env.TALLY.getByName(url.searchParams.get("tally") ?? "") as unknown as Tally;
    if (url.pathname === "/__ring") {
      await tally().ring();
      return new Response("rung");
    }
    if (url.pathname === "/__die") {
      await tally()
        .die()
        .catch(() => {});
      return new Response("dead");
    }
    return worker.fetch(request, env, ctx);
  },
} satisfies ExportedHandler<Env>;
