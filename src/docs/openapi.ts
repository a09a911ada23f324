/** The OpenAPI 3.1 document: routes and what is said of them in, a document out. Pure. */

import type { z } from "zod";
import type { Route } from "../route.ts";
import { type Answer, ERRORS } from "./answers.ts";
import { type JsonSchema, jsonSchemaOf } from "./json-schema.ts";
import { type Operation, PATH, TAGS } from "./operations.ts";

export interface OpenApi {
  openapi: "3.1.0";
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } };
  servers: { url: string; description: string }[];
  tags: { name: string }[];
  paths: Record<string, Record<string, OpenApiOperation>>;
  components: {
    schemas: Record<string, JsonSchema>;
    responses: Record<string, OpenApiResponse>;
    securitySchemes: Record<string, object>;
  };
}

export interface OpenApiOperation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: { required: true; content: Content };
  /** Those that many operations have stand among the document's parts. */
  responses: Record<string, OpenApiResponse | Reference>;
  "x-codeSamples": { lang: string; label: string; source: string }[];
}

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  description?: string;
  schema: JsonSchema;
}

export interface OpenApiResponse {
  description: string;
  content?: Content;
}

export interface Reference {
  $ref: string;
}

type Content = Record<string, { schema: JsonSchema; example?: unknown }>;

const DESCRIPTION =
  "Small, exact, cookieless web analytics. Bodies are JSON, whatever their content type says. Errors are " +
  '`{"error": "field: rule"}` and change nothing.';

const SECURITY_SCHEMES = {
  key: {
    type: "http",
    scheme: "bearer",
    description: "The admin key, or an API key with the scope named (`ff_…`).",
  },
  link: {
    type: "http",
    scheme: "bearer",
    description: "A shared link (`ffl_…`), or the token of one that was unlocked (`ffu_…`).",
  },
  linkInQuery: { type: "apiKey", in: "query", name: "auth", description: "The same, where there is no such header." },
};

/** @param operations what is said of each route, by method and path */
export function openApiOf(routes: readonly Route[], operations: Record<string, Operation>): OpenApi {
  const schemas: Record<string, JsonSchema> = {};
  const paths: OpenApi["paths"] = {};
  for (const route of routes) {
    const operation = operations[`${route.method} ${route.path}`];
    if (!operation) continue;
    const path = route.path.replace(/:(\w+)\+?/g, "{$1}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, operation, schemas) };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Footfall",
      version: "1",
      description: DESCRIPTION,
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/", description: "This Worker." }],
    tags: TAGS.map((name) => ({ name })),
    paths,
    components: { schemas, responses: commonResponses(schemas), securitySchemes: SECURITY_SCHEMES },
  };
}

/** @param schemas where named schemas are put */
function operationOf(route: Route, operation: Operation, schemas: Record<string, JsonSchema>): OpenApiOperation {
  const { id, tag, summary, notes, body } = operation;
  const parameters = parametersOf(route, operation, schemas);
  const said = { ...impliedAnswers(route, operation), ...operation.answers };
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(notes !== undefined && { description: notes }),
    security: securityOf(route, operation),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: true as const,
        content: contentOf(body, body.schema, "input", schemas),
      },
    }),
    responses: Object.fromEntries(
      Object.entries(said).flatMap(([status, answer]) => {
        if (!answer) return [];
        const common = COMMON.some(([name, one]) => name === status && one === answer);
        return [[status, common ? { $ref: `#/components/responses/Error${status}` } : responseOf(answer, schemas)]];
      }),
    ),
    "x-codeSamples": [{ lang: "Shell", label: "curl", source: curlOf(route, operation) }],
  };
}

const COMMON = Object.entries(ERRORS);

function commonResponses(schemas: Record<string, JsonSchema>): OpenApi["components"]["responses"] {
  return Object.fromEntries(COMMON.map(([status, answer]) => [`Error${status}`, responseOf(answer, schemas)]));
}

/** What can go wrong at every route that needs a credential. */
function impliedAnswers({ access, path }: Route, { query, body }: Operation): Operation["answers"] {
  if (access === "public") return {};
  return {
    ...((query || body || path.includes(":")) && { 400: ERRORS[400] }),
    ...(body && { 413: ERRORS[413] }),
    401: ERRORS[401],
    403: ERRORS[403],
    429: ERRORS[429],
    503: ERRORS[503],
  };
}

function securityOf({ access, method }: Route, { needsKey }: Operation): OpenApiOperation["security"] {
  if (access === "public") return [];
  if (access === "any") return [{ key: [] }, { link: [] }];
  if (access !== "stats" || needsKey) return [{ key: [access] }];
  // Nothing is needed where the site is public.
  return [{ key: [access] }, { link: [] }, ...(method === "GET" ? [{ linkInQuery: [] }] : []), {}];
}

function parametersOf(route: Route, { query, headers = {} }: Operation, schemas: Record<string, JsonSchema>) {
  const named = query ? schemaIn(query, "input", schemas) : {};
  return [
    ...pathParametersOf(route).map(
      (name): Parameter => ({
        name,
        in: "path",
        required: true,
        ...(PATH[name] && { description: PATH[name].description }),
        schema: { type: "string" },
      }),
    ),
    ...Object.entries(named.properties ?? {}).map(([name, { description, ...schema }]): Parameter => {
      const required = named.required?.includes(name) ?? false;
      return { name, in: "query", required, ...(description !== undefined && { description }), schema };
    }),
    ...Object.entries(headers).map(
      ([name, description]): Parameter => ({
        name,
        in: "header",
        required: false,
        description,
        schema: { type: "string" },
      }),
    ),
  ];
}

function pathParametersOf({ path }: Route): string[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = ""]) => name);
}

function responseOf(answer: Answer, schemas: Record<string, JsonSchema>): OpenApiResponse {
  const { when: description = "What was asked for.", schema } = answer;
  return schema ? { description, content: contentOf(answer, schema, "output", schemas) } : { description };
}

function contentOf(
  { type = "application/json", example, alsoAs = [] }: Pick<Answer, "type" | "example" | "alsoAs">,
  schema: z.ZodType,
  io: "input" | "output",
  schemas: Record<string, JsonSchema>,
): Content {
  return {
    [type]: { schema: schemaIn(schema, io, schemas), ...(example !== undefined && { example }) },
    ...Object.fromEntries(alsoAs.map((other) => [other, { schema: { type: "string" } }])),
  };
}

/** A JSON schema of this document: its named parts stand among the document's. */
function schemaIn(schema: z.ZodType, io: "input" | "output", schemas: Record<string, JsonSchema>): JsonSchema {
  const { $schema: _, $defs = {}, ...own } = jsonSchemaOf(schema, io);
  const moved = (part: JsonSchema) =>
    JSON.parse(JSON.stringify(part).replaceAll('"#/$defs/', '"#/components/schemas/'));
  for (const [name, part] of Object.entries($defs)) schemas[name] = moved(part);
  return moved(own);
}

/** A command to copy: `$URL` is the Worker, `$KEY` a key. */
function curlOf(route: Route, { body, example = {} }: Operation): string {
  const path = route.path.replace(/:(\w+)\+?/g, (_, name) => example.path?.[name] ?? PATH[name]?.example ?? name);
  const query = new URLSearchParams(example.query).toString();
  const words = [
    "curl",
    ...(route.method === "GET" || (route.method === "POST" && body) ? [] : [`-X ${route.method}`]),
    ...(route.access === "public" ? [] : ['-H "Authorization: Bearer $KEY"']),
    `"$URL${path}${query && `?${query}`}"`,
  ].join(" ");
  return body ? `${words} \\\n  ${body.curl ?? `-d ${shellQuoted(JSON.stringify(body.example))}`}` : words;
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
