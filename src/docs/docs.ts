/** What tells programs and people how to ask: `GET /api/docs/query/schema.json`. Made once by an isolate, for everyone. */

import { V2_QUERY } from "../report/v2-schema.ts";
import { jsonSchemaOf } from "./json-schema.ts";

/** Changes with a new version of the Worker, and with nothing else. */
const CACHED = { "Cache-Control": "public, max-age=3600", "Access-Control-Allow-Origin": "*" };

let querySchemaText: string | undefined;

/** `GET /api/docs/query/schema.json`: the JSON schema of what `POST /api/v2/query` takes. */
export function querySchema(): Response {
  querySchemaText ??= JSON.stringify({ title: "A query of POST /api/v2/query", ...jsonSchemaOf(V2_QUERY) });
  return new Response(querySchemaText, { headers: { ...CACHED, "Content-Type": "application/schema+json" } });
}
