import type { Env } from "../env.ts";
import type { ExchangeApi } from "../exchange/exchange.ts";
import type { ClerkApi } from "./clerk.ts";

/** The clerk of a site. The cast is that of `tallyStub`, for its reason. */
export function clerkStub(env: Pick<Env, "CLERK">, siteId: number): ClerkApi & ExchangeApi {
  return env.CLERK.getByName(String(siteId)) as unknown as ClerkApi & ExchangeApi;
}
