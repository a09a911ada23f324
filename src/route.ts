import type { Env } from "./env.ts";

/** What a credential may do: `admin` everything, `stats` read counts, `sites` manage sites. */
export type Scope = "admin" | "stats" | "sites";

/** Who asks. */
export interface Credential {
  /** `link`: a shared link. `public`: whoever brings nothing, for the sites whose counts are public. */
  kind: "admin" | "key" | "link" | "public";
  /** Of the key or link; 0 where there is but one of the kind. */
  id: number;
  scopes: readonly Scope[];
  /** null: every site, or, for the kind `public`, every public one. */
  siteId: number | null;
  /** Brought by a browser that is signed in. What it does not cover is answered as to the public. */
  bySession?: true;
}

/** What the router hands to a handler. Handlers never look at the Authorization header themselves. */
export interface Context {
  env: Env;
  /** The platform's execution context: `waitUntil`. */
  ctx: Pick<ExecutionContext, "waitUntil">;
  params: Record<string, string>;
  url: URL;
  /** Present on every route that is not public. */
  credential: Credential | null;
  /** Now, in ms since 1970. */
  now: number;
}

export interface Route {
  method: "GET" | "POST" | "PUT" | "DELETE" | "OPTIONS";
  /** itty-router path: `/api/v1/sites/:domain`. */
  path: string;
  /** Who may call: anyone, whoever brings a credential, or a credential with this scope (the admin always may). */
  access: "public" | "any" | Scope;
  /** Called by pages of other origins: every answer says that they may read it. */
  crossOrigin?: true;
  handler: (request: Request, context: Context) => Response | Promise<Response>;
}
