import { createHash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { openApiOf } from "../../src/docs/openapi.ts";
import { OPERATIONS } from "../../src/docs/operations.ts";
import { pageOf } from "../../src/docs/page.ts";
import { typeText } from "../../src/docs/type-text.ts";
import { PROPERTIES } from "../../src/report/properties.ts";
import { METRICS, TIME_DIMENSIONS } from "../../src/report/query.ts";
import { OPERATORS } from "../../src/report/v2-schema.ts";
import { ROUTES } from "../../src/router.ts";
import { type Answer, call } from "../manage/support.ts";

let answer: Answer;
let html: string;

beforeAll(async () => {
  answer = await call("GET /api/docs", { key: null });
  html = answer.body;
});

describe("the page", () => {
  it("is HTML for everyone, which may be kept", () => {
    expect(answer.status).toBe(200);
    expect(answer.headers.get("Content-Type")).toBe("text/html; charset=utf-8");
    expect(answer.headers.get("Cache-Control")).toBe("public, max-age=3600");
    expect(answer.headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(html).toMatch(/^<!doctype html>\n<html lang="en">/);
  });

  it("lets its one style in, and nothing else", () => {
    const policy = answer.headers.get("Content-Security-Policy") ?? "";
    const [style = "", ...others] = [...html.matchAll(/<style>([^<]*)<\/style>/g)].map(([, text]) => text ?? "");
    expect(others).toEqual([]);
    const hash = createHash("sha256").update(style).digest("base64");
    expect(policy.split("; ").sort()).toEqual([
      "base-uri 'none'",
      "default-src 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      `style-src 'sha256-${hash}'`,
    ]);
    expect(html).not.toMatch(/<(script|img|link|iframe|form)|\son\w+=|\sstyle=|(src|href)="(https?:)?\/\//i);
  });

  it("has every operation once, with a place to link to, a command and its answers", () => {
    for (const { method, path } of ROUTES) {
      const line = `${method} ${path}`;
      const { id = "", summary = "" } = OPERATIONS[line] ?? {};
      const [, section = ""] = html.match(new RegExp(`<section id="${id}" (.*?)</section>`, "s")) ?? [];
      expect(section, line).toContain(`<code>${method} ${path.replace(/:(\w+)\+?/g, "{$1}")}</code>`);
      expect(section, line).toContain(summary.replaceAll("'", "&#39;"));
      expect(section, line).toMatch(/<pre[^>]*>curl .*\$URL/);
      expect(section, line).toMatch(/<dt><code>[23]\d\d<\/code>/);
      expect(html.split(`href="#${id}"`), line).toHaveLength(3);
      expect(section, line).toContain('<a href="#index">');
    }
    expect(html.match(/<section /g)).toHaveLength(ROUTES.length);
  });

  it("names all that a query may be made of", () => {
    const [, section = ""] = html.match(/<section id="query" (.*?)<\/section>/s) ?? [];
    const names = [...METRICS, ...PROPERTIES.map(({ name }) => name), ...TIME_DIMENSIONS, ...OPERATORS, "24h", "12mo"];
    for (const name of names) expect(section).toMatch(new RegExp(`[ >]${name}[,< ]`));
  });

  it("says who may ask", () => {
    const textOf = (id: string) => html.match(new RegExp(`<section id="${id}".*?<p class="soft">(.*?)</p>`, "s"))?.[1];
    expect(textOf("health")).toBe("For everyone.");
    expect(textOf("createKey")).toBe("With the admin key.");
    expect(textOf("createSite")).toBe("With a key of the scope sites.");
    expect(textOf("query")).toMatch(/^With a key of the scope stats or a shared link; without/);
  });

  it("leads nowhere that is not on it or in the router", () => {
    const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => `#${id}`);
    expect(new Set(ids).size).toBe(ids.length);
    const paths = ROUTES.map(({ path }) => path);
    for (const [, href = ""] of html.matchAll(/href="([^"]+)"/g)) expect([...ids, ...paths]).toContain(href);
  });
});

it("writes nothing of a document as HTML", () => {
  const hostile = `<script>"'&`;
  const handler = () => new Response();
  const document = openApiOf([{ method: "GET", path: `/x/:id`, access: "public", handler }], {
    "GET /x/:id": {
      id: hostile,
      tag: "About",
      summary: hostile,
      notes: hostile,
      query: z.object({ [hostile]: z.string().describe(hostile) }),
      headers: { [hostile]: hostile },
      body: { schema: z.object({ [hostile]: z.enum([hostile]).describe(hostile) }), example: hostile },
      answers: { 200: { when: hostile, type: hostile, schema: z.string(), example: hostile } },
      example: { query: { [hostile]: hostile }, path: { id: hostile } },
    },
  });
  const page = pageOf(document);
  expect(page).toContain("&#60;script&#62;&#34;&#39;&#38;");
  expect(page).not.toContain("<script");
  expect(page).not.toContain(`"'&`);
});

it.each<[string, z.core.JSONSchema.BaseSchema]>([
  ["text", { type: "string" }],
  ["text, at most 5 characters", { type: "string", maxLength: 5 }],
  ["date", { type: "string", format: "date" }],
  ["instant", { type: "string", format: "date-time" }],
  ["whole number, 1 to 1000", { type: "integer", minimum: 1, maximum: 1000 }],
  ["whole number", { type: "integer", minimum: -9007199254740991, maximum: 9007199254740991 }],
  ["a | b", { type: "string", enum: ["a", "b"] }],
  ['"event"', { type: "string", const: "event" }],
  ["text or null", { anyOf: [{ type: "string" }, { type: "null" }] }],
  ["list of text, at most 3", { type: "array", items: { type: "string" }, maxItems: 3 }],
  [
    "[text, list of Filter]",
    { prefixItems: [{ type: "string" }, { type: "array", items: { $ref: "#/x/Filter" } }], type: "array" },
  ],
  ["{a: text, b: true or false}", { type: "object", properties: { a: { type: "string" }, b: { type: "boolean" } } }],
  ["true or false", { type: "boolean" }],
  ["text or whole number", { type: ["string", "integer"] } as unknown as z.core.JSONSchema.BaseSchema],
  ["anything", {}],
])("says of a type: %s", (text, schema) => {
  expect(typeText(schema as Record<string, unknown>)).toBe(text);
});
