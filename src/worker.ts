import type { Env } from "./env.ts";

export { Tally } from "./tally/tally.ts";

export default {
  async fetch() {
    return new Response("ok");
  },
} satisfies ExportedHandler<Env>;
