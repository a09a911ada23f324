import type { Env } from "./env.ts";
import { keepTidy } from "./manage/rollup.ts";
import { handle } from "./router.ts";

export { Clerk } from "./clerk/clerk.ts";
export { Meter } from "./meter/meter.ts";
export { Tally } from "./tally/tally.ts";

export default {
  fetch: (request, env, ctx) => handle(request, env, ctx),
  scheduled: (_controller, env) => keepTidy(env),
} satisfies ExportedHandler<Env>;
