import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env.ts";

export class Tally extends DurableObject<Env> {
  async ping(): Promise<"ok"> {
    return "ok";
  }
}
