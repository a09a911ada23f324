/**
 * What tells programs and people how to ask: `GET /api/docs`, `/api/openapi.json`, `/api/docs/query/schema.json`. Made
 * once by an isolate, for everyone. Loaded with the first request for it: no beacon waits for documents.
 */

import { createHash } from "node:crypto";
import { V2_QUERY } from "../report/v2-schema.ts";
import type { Route } from "../route.ts";
import { jsonSchemaOf } from "./json-schema.ts";
import { type OpenApi, openApiOf } from "./openapi.ts";
import { OPERATIONS } from "./operations.ts";
import { pageOf, STYLE } from "./page.ts";

/** Changes with a new version of the Worker, and with nothing else. */
const CACHED = { "Cache-Control": "public, max-age=3600" };
const FOR_ALL = { ...CACHED, "Access-Control-Allow-Origin": "*" };

let querySchemaText: string | undefined;
let document: OpenApi | undefined;
let openApiText: string | undefined;
let page: { html: string; policy: string } | undefined;

/** `GET /api/docs/query/schema.json`: the JSON schema of what `POST /api/v2/query` takes. */
export function querySchema(): Response {
  querySchemaText ??= JSON.stringify({ title: "A query of POST /api/v2/query", ...jsonSchemaOf(V2_QUERY) });
  return new Response(querySchemaText, { headers: { ...FOR_ALL, "Content-Type": "application/schema+json" } });
}

/** `GET /api/openapi.json`: all of the API as an OpenAPI 3.1 document. */
export function openApi(routes: readonly Route[]): Response {
  document ??= openApiOf(routes, OPERATIONS);
  openApiText ??= JSON.stringify(document);
  return new Response(openApiText, { headers: { ...FOR_ALL, "Content-Type": "application/json" } });
}

/** `GET /api/docs`: the same to read. */
export function docsPage(routes: readonly Route[]): Response {
  document ??= openApiOf(routes, OPERATIONS);
  page ??= { html: pageOf(document), policy: policyFor(STYLE) };
  const { html, policy } = page;
  return new Response(html, {
    headers: {
      ...CACHED,
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": policy,
      "X-Frame-Options": "DENY",
    },
  });
}

/** A page of its own text and one style, and of nothing else, in no other page. */
function policyFor(style: string): string {
  const hash = createHash("sha256").update(style).digest("base64");
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
}
