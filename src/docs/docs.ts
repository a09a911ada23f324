/**
 * What tells programs and people how to ask: `GET /api/openapi.json`, `/api/docs/query/schema.json`. Made once by an
 * isolate, for everyone. Loaded with the first request for it: no beacon waits for documents.
 */

import { V2_QUERY } from "../report/v2-schema.ts";
import type { Route } from "../route.ts";
import { jsonSchemaOf } from "./json-schema.ts";
import { openApiOf } from "./openapi.ts";
import { OPERATIONS } from "./operations.ts";

/** Changes with a new version of the Worker, and with nothing else. */
const CACHED = { "Cache-Control": "public, max-age=3600", "Access-Control-Allow-Origin": "*" };

let querySchemaText: string | undefined;
let openApiText: string | undefined;

/** `GET /api/docs/query/schema.json`: the JSON schema of what `POST /api/v2/query` takes. */
export function querySchema(): Response {
  querySchemaText ??= JSON.stringify({ title: "A query of POST /api/v2/query", ...jsonSchemaOf(V2_QUERY) });
  return new Response(querySchemaText, { headers: { ...CACHED, "Content-Type": "application/schema+json" } });
}

/** `GET /api/openapi.json`: all of the API as an OpenAPI 3.1 document. */
export function openApi(routes: readonly Route[]): Response {
  openApiText ??= JSON.stringify(openApiOf(routes, OPERATIONS));
  return new Response(openApiText, { headers: { ...CACHED, "Content-Type": "application/json" } });
}
