import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env.ts";

/**
 * Does for one site what takes more CPU than a Worker's request has (10 ms on the free plan; an object has 30 s).
 * Named by the site's id; keeps nothing.
 */
export class Clerk extends DurableObject<Env> {}
