import { beforeAll, describe, expect, it } from "vitest";
import type { OpenApi, OpenApiOperation, OpenApiResponse } from "../../src/docs/openapi.ts";
import { OPERATIONS, PATH } from "../../src/docs/operations.ts";
import { ROUTES } from "../../src/router.ts";
import { ADMIN, call, makeKey } from "../manage/support.ts";
import { faultsOf, resolve } from "./json-schema.ts";

const LINES = ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const);

let document: OpenApi;

beforeAll(async () => {
  const answer = await call("GET /api/openapi.json", { key: null });
  expect(answer.status).toBe(200);
  document = answer.body;
});

/** What the document says of a route. */
function documented(line: string): OpenApiOperation {
  const [method = "", path = ""] = line.split(" ");
  const operation = document.paths[path.replace(/:(\w+)\+?/g, "{$1}")]?.[method.toLowerCase()];
  if (!operation) throw new Error(`${line} is not in the document`);
  return operation;
}

/** Its answers, those of many operations too. */
function answersOf(line: string): Record<string, OpenApiResponse> {
  const { responses } = documented(line);
  return Object.fromEntries(
    Object.entries(responses).map(([status, answer]) => [
      status,
      "$ref" in answer ? (resolve(document, answer.$ref) as OpenApiResponse) : answer,
    ]),
  );
}

function everyOperation(): OpenApiOperation[] {
  return Object.values(document.paths).flatMap((path) => Object.values(path));
}

/** Every value of a key, however deep. */
function allOf(key: string, value: unknown): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [...(name === key ? [inner] : []), ...allOf(key, inner)]);
}

describe("the document", () => {
  it("may be kept, and read by pages of other origins", async () => {
    const { headers } = await call("GET /api/openapi.json", { key: null });
    expect(headers.get("Content-Type")).toBe("application/json");
    expect(headers.get("Cache-Control")).toBe("public, max-age=3600");
    expect(headers.get("Access-Control-Allow-Origin")).toBe("*");
  });

  it("is of every route, and of nothing else", () => {
    expect(Object.keys(OPERATIONS).sort()).toEqual(LINES.map(([line]) => line).sort());
    expect(everyOperation()).toHaveLength(ROUTES.length);
  });

  it("is OpenAPI 3.1", () => {
    expect(Object.keys(document).sort()).toEqual(["components", "info", "openapi", "paths", "servers", "tags"]);
    expect(document.openapi).toBe("3.1.0");
    expect(document.info).toMatchObject({ title: "Footfall", version: expect.any(String) });
    const paths = Object.keys(document.paths).filter((path) => path !== "/");
    for (const path of paths) expect(path).toMatch(/^\/([\w.-]+|\{\w+\})(\/([\w.-]+|\{\w+\}))*$/);
  });

  it("names each operation once", () => {
    const ids = everyOperation().map(({ operationId }) => operationId);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index || !/^[a-z]\w+$/.test(id))).toEqual([]);
  });

  it("refers to nothing that is not in it", () => {
    const refs = allOf("$ref", document).map(String);
    expect(refs).toContain("#/components/schemas/Filter");
    for (const ref of refs) expect(() => resolve(document, ref), ref).not.toThrow();
    expect(allOf("$defs", document)).toEqual([]);
  });

  it("knows the ways to ask that it names", () => {
    const names = everyOperation().flatMap(({ security }) => security.flatMap((way) => Object.keys(way)));
    expect(new Set(names)).toEqual(new Set(Object.keys(document.components.securitySchemes)));
  });

  it("tells dates by their format, not by an expression that nobody reads", () => {
    const long = allOf("pattern", document).filter((pattern) => String(pattern).length > 60);
    expect(long).toEqual([]);
    expect(allOf("format", document)).toContain("date");
  });

  it("has each operation in a chapter", () => {
    const chapters = document.tags.map(({ name }) => name);
    expect(new Set(everyOperation().flatMap(({ tags }) => tags))).toEqual(new Set(chapters));
  });
});

describe.each(LINES)("%s", (line, route) => {
  it("declares its parameters, each once", () => {
    const { parameters = [] } = documented(line);
    const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name);
    expect(parameters.filter((one) => one.in === "path").map(({ name }) => name)).toEqual(inPath);
    for (const { name, in: place, required, description, schema } of parameters) {
      expect(schema, name).not.toEqual({});
      if (place === "path") expect([required, description]).toEqual([true, PATH[name]?.description]);
    }
    const names = parameters.map(({ name, in: place }) => `${place} ${name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it("says what it answers, errors too", () => {
    const { summary } = documented(line);
    const responses = answersOf(line);
    expect(summary).toMatch(/^\S.*\.$/);
    const statuses = Object.keys(responses);
    expect(statuses.filter((status) => !/^[2345]\d\d$/.test(status))).toEqual([]);
    expect(statuses.filter((status) => status < "400")).toHaveLength(1);
    if (route.access !== "public") expect(statuses).toEqual(expect.arrayContaining(["401", "403", "429", "503"]));
    for (const answer of Object.values(responses)) expect(answer.description).toMatch(/^\S.*\.$/);
  });

  it("asks for a credential where the router does", () => {
    const { security } = documented(line);
    expect(security.length > 0).toBe(route.access !== "public");
    if (route.access !== "public") expect(security[0]).toEqual({ key: route.access === "any" ? [] : [route.access] });
    const isShared = route.access === "stats" && !OPERATIONS[line]?.needsKey;
    expect(security.some((way) => Object.keys(way).length === 0)).toBe(isShared);
    expect(security.some((way) => "link" in way)).toBe(isShared || route.access === "any");
    expect(security.some((way) => "linkInQuery" in way)).toBe(isShared && route.method === "GET");
  });

  it("has examples that fit what it says", () => {
    const { requestBody } = documented(line);
    for (const { content } of [...(requestBody ? [requestBody] : []), ...Object.values(answersOf(line))]) {
      for (const { schema, example } of Object.values(content ?? {})) {
        if (example !== undefined) expect(faultsOf(example, schema, document)).toEqual([]);
      }
    }
  });

  it("has examples that the API takes", () => {
    const { body, query, example } = OPERATIONS[line] ?? {};
    if (body && !body.curl) expect(body.schema.safeParse(body.example)).toMatchObject({ success: true });
    if (query) expect(query.safeParse(example?.query ?? {})).toMatchObject({ success: true });
  });
});

describe("real answers", () => {
  const SITE = "a.example.com";
  const SITE_ID = `site_id=${SITE}`;
  const TODAY = `${SITE_ID}&period=day`;
  const GOAL = { site_id: SITE, goal_type: "event", event_name: "Buy", currency: "EUR" };
  let auth: string;
  let locked: string;
  let token: string;

  beforeAll(async () => {
    await call("POST /api/v1/sites", { body: { domain: SITE, badge: true } });
    await call("POST /api/v1/sites", { body: { domain: "off.example.com" } });
    await makeKey(["stats"], SITE);
    for (const [name, password] of [["Client"], ["Locked", "correct horse"]]) {
      const { body } = await call("PUT /api/v1/sites/shared-links", { body: { site_id: SITE, name, password } });
      [auth, locked] = [locked, new URL(body.url).searchParams.get("auth") ?? ""];
    }
    const { body } = await call("POST /api/v1/links", { body: { site_id: SITE, url: "https://a.test/", name: "x" } });
    token = new URL(body.url).pathname.slice("/r/".length);
    const revenue = { amount: 10, currency: "EUR" };
    for (const event of [{ n: "pageview" }, { n: "Buy", $: revenue, p: { plan: "pro" } }]) {
      await send({ ...event, d: SITE, u: `https://${SITE}/pricing` });
    }
    await call("PUT /api/v1/sites/goals", { body: GOAL });
  });

  const send = (body: unknown) =>
    call("POST /api/event", {
      key: null,
      now: Date.now(),
      headers: { "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0" },
      body,
    });
  const ask = (line: string, body?: unknown, options: object = {}) => call(line, { body, now: Date.now(), ...options });
  const query = (more: object) =>
    ask("POST /api/v2/query", { site_id: SITE, metrics: ["visitors"], date_range: "day", ...more });

  type Asked = [route: string, what: string, status: number, request: () => ReturnType<typeof call>];
  const ASKED: Asked[] = [
    ["GET /api/stats/:domain", "today", 200, () => ask(`GET /api/stats/${SITE}`)],
    ["GET /api/stats/:domain", "months", 200, () => ask(`GET /api/stats/${SITE}?period=12mo`)],
    [
      "GET /api/stats/:domain",
      "what is refused",
      200,
      () => ask(`GET /api/stats/${SITE}?filters=${encodeURIComponent('[["is","visit:referrer",["x"]]]')}&compare=off`),
    ],
    ["GET /api/stats/:domain", "no filter", 400, () => ask(`GET /api/stats/${SITE}?filters=[["is"]]`)],
    ["GET /api/stats", "sites", 200, () => ask("GET /api/stats?limit=1")],
    ["GET /api/stats/:domain/realtime", "now", 200, () => ask(`GET /api/stats/${SITE}/realtime`)],
    ["GET /api/stats/:domain", "a wrong period", 400, () => ask(`GET /api/stats/${SITE}?period=never`)],
    ["GET /api/stats/:domain/export.zip", "a ZIP", 200, () => ask(`GET /api/stats/${SITE}/export.zip`)],
    [
      "GET /api/v1/stats/aggregate",
      "a comparison",
      200,
      () => ask(`GET /api/v1/stats/aggregate?${SITE_ID}&metrics=visitors,bounce_rate&compare=previous_period`),
    ],
    ["GET /api/v1/stats/timeseries", "days", 200, () => ask(`GET /api/v1/stats/timeseries?${SITE_ID}`)],
    [
      "GET /api/v1/stats/breakdown",
      "sources",
      200,
      () => ask(`GET /api/v1/stats/breakdown?${TODAY}&property=visit:source&metrics=visitors,bounce_rate`),
    ],
    ["GET /api/v1/stats/breakdown", "no property", 400, () => ask(`GET /api/v1/stats/breakdown?${TODAY}`)],
    ["GET /api/v1/stats/timeseries.csv", "CSV", 200, () => ask(`GET /api/v1/stats/timeseries.csv?${SITE_ID}`)],
    [
      "GET /api/v1/stats/breakdown.csv",
      "CSV",
      200,
      () => ask(`GET /api/v1/stats/breakdown.csv?${TODAY}&property=event:page`),
    ],
    [
      "GET /api/v1/stats/realtime/visitors",
      "a number",
      200,
      () => ask(`GET /api/v1/stats/realtime/visitors?${SITE_ID}`),
    ],
    ["POST /api/v2/query", "pages", 200, () => query({ dimensions: ["event:page"] })],
    [
      "POST /api/v2/query",
      "money by goal",
      200,
      () =>
        query({
          metrics: ["visitors", "events", "conversion_rate", "total_revenue"],
          date_range: "all",
          dimensions: ["event:goal"],
          include: { total_rows: true, imports: true },
        }),
    ],
    ["POST /api/v2/query", "hours", 200, () => query({ dimensions: ["time:hour"], include: { time_labels: true } })],
    [
      "POST /api/v2/query",
      "hours compared",
      200,
      () => query({ dimensions: ["time"], include: { comparisons: { mode: "previous_period" } } }),
    ],
    [
      "POST /api/v2/query",
      "a page by source, with a warning",
      200,
      () => query({ dimensions: ["visit:source"], filters: [["contains", "event:page", ["/"]]] }),
    ],
    ["POST /api/v2/query", "a wrong metric", 400, () => query({ metrics: ["baa"] })],
    [
      "POST /api/v2/query",
      "no key",
      401,
      () => ask("POST /api/v2/query", { site_id: SITE, metrics: ["visitors"], date_range: "day" }, { key: null }),
    ],

    ["POST /api/event", "a page view", 202, () => send({ n: "pageview", u: `https://${SITE}/` })],
    ["POST /api/event", "nothing", 400, () => send({})],
    ["OPTIONS /api/event", "a preflight", 204, () => ask("OPTIONS /api/event")],
    ["GET /pixel.gif", "the image", 200, () => ask(`GET /pixel.gif?d=${SITE}&p=/`)],
    ["GET /r/:token", "a link", 302, () => ask(`GET /r/${token}`)],
    ["GET /r/:token", "no link", 404, () => ask("GET /r/x")],
    [
      "POST /api/v1/links",
      "a link",
      200,
      () => ask("POST /api/v1/links", { site_id: SITE, url: "https://a.test/", name: "x" }),
    ],

    ["POST /api/v1/sites", "a site", 200, () => ask("POST /api/v1/sites", { domain: "b.example.com" })],
    ["POST /api/v1/sites", "a site again", 409, () => ask("POST /api/v1/sites", { domain: SITE })],
    ["POST /api/v1/sites", "a long body", 413, () => ask("POST /api/v1/sites", " ".repeat(70_000))],
    ["GET /api/v1/sites", "all", 200, () => ask("GET /api/v1/sites?limit=1")],
    ["GET /api/v1/sites/:domain", "one", 200, () => ask(`GET /api/v1/sites/${SITE}`)],
    ["GET /api/v1/sites/:domain", "none", 404, () => ask("GET /api/v1/sites/none.example.com")],
    [
      "PUT /api/v1/sites/:domain",
      "a timezone",
      200,
      () => ask("PUT /api/v1/sites/b.example.com", { timezone: "Europe/Riga" }),
    ],
    ["DELETE /api/v1/sites/:domain", "one", 200, () => ask("DELETE /api/v1/sites/b.example.com")],

    ["PUT /api/v1/sites/goals", "a goal", 200, () => ask("PUT /api/v1/sites/goals", GOAL)],
    ["GET /api/v1/sites/goals", "goals", 200, () => ask(`GET /api/v1/sites/goals?${SITE_ID}&limit=1`)],
    [
      "DELETE /api/v1/sites/goals",
      "none",
      404,
      () => ask("DELETE /api/v1/sites/goals", { site_id: SITE, goal_id: "9" }),
    ],
    ["DELETE /api/v1/sites/goals/:id", "a goal", 200, () => ask(`DELETE /api/v1/sites/goals/1?${SITE_ID}`)],

    [
      "PUT /api/v1/sites/shared-links",
      "a link",
      200,
      () => ask("PUT /api/v1/sites/shared-links", { site_id: SITE, name: "Client" }),
    ],
    ["GET /api/v1/sites/shared-links", "links", 200, () => ask(`GET /api/v1/sites/shared-links?${SITE_ID}&limit=1`)],
    [
      "POST /api/v1/shared-links/unlock",
      "the password",
      200,
      () => ask("POST /api/v1/shared-links/unlock", { auth: locked, password: "correct horse" }),
    ],
    [
      "POST /api/v1/shared-links/unlock",
      "no password to ask for",
      400,
      () => ask("POST /api/v1/shared-links/unlock", { auth, password: "x" }),
    ],
    [
      "POST /api/v1/shared-links/unlock",
      "a wrong password",
      401,
      () => ask("POST /api/v1/shared-links/unlock", { auth: locked, password: "x" }),
    ],
    [
      "DELETE /api/v1/sites/shared-links",
      "a link",
      200,
      () => ask(`DELETE /api/v1/sites/shared-links?${SITE_ID}&name=Client`),
    ],

    [
      "POST /api/v1/sites/:domain/import",
      "a file",
      200,
      () =>
        ask(
          "POST /api/v1/sites/off.example.com/import?filename=imported_visitors_20250101_20250102.csv",
          '"date","visitors","pageviews","bounces","visits","visit_duration"\n2025-01-01,2,3,1,2,60\n',
        ),
    ],
    ["POST /api/v1/sites/:domain/import", "nothing", 400, () => ask("POST /api/v1/sites/off.example.com/import", "")],
    ["GET /api/v1/sites/:domain/imports", "imports", 200, () => ask("GET /api/v1/sites/off.example.com/imports")],
    ["GET /api/v1/sites/:domain/imports", "no domain", 400, () => ask("GET /api/v1/sites/off/imports")],
    [
      "DELETE /api/v1/sites/:domain/imports/:id",
      "an import",
      200,
      () => ask("DELETE /api/v1/sites/off.example.com/imports/1"),
    ],
    [
      "DELETE /api/v1/sites/:domain/imports/:id",
      "no import",
      404,
      () => ask("DELETE /api/v1/sites/off.example.com/imports/9"),
    ],
    ["GET /api/v1/sites/:domain/export.zip", "a ZIP", 200, () => ask(`GET /api/v1/sites/${SITE}/export.zip`)],

    ["POST /api/v1/keys", "a key", 200, () => ask("POST /api/v1/keys", { name: "x", scopes: ["stats"] })],
    ["GET /api/v1/keys", "keys", 200, () => ask("GET /api/v1/keys?limit=1")],
    ["DELETE /api/v1/keys/:id", "a key", 200, () => ask("DELETE /api/v1/keys/1")],
    ["DELETE /api/v1/keys/:id", "no key", 404, () => ask("DELETE /api/v1/keys/999")],

    ["GET /badge/:file", "few visitors", 200, () => ask(`GET /badge/${SITE}.json`)],
    ["GET /badge/:file", "off", 403, () => ask("GET /badge/off.example.com.json")],
    ["GET /badge/:file", "no site", 404, () => ask("GET /badge/none.example.com.json")],
    ["GET /badge/:file", "a wrong period", 400, () => ask(`GET /badge/${SITE}.json?period=x`)],
    ["GET /badge/:domain/:path+", "a page", 200, () => ask(`GET /badge/${SITE}/pricing.json`)],

    ["POST /api/session", "the admin key", 200, () => ask("POST /api/session", { key: ADMIN })],
    ["POST /api/session", "a wrong key", 401, () => ask("POST /api/session", { key: "x" })],
    [
      "POST /api/session",
      "from elsewhere",
      403,
      () => ask("POST /api/session", { key: ADMIN }, { headers: { Origin: "https://evil.test" } }),
    ],
    ["GET /api/session", "the admin", 200, () => ask("GET /api/session")],
    ["GET /api/session", "nobody", 401, () => ask("GET /api/session", undefined, { key: null })],
    ["DELETE /api/session", "a browser", 200, () => ask("DELETE /api/session")],

    ["GET /share/:domain", "a link", 200, () => ask(`GET /share/${SITE}?auth=${auth}`)],
    ["GET /share/:domain", "no domain", 404, () => ask("GET /share/a%20b")],
    ["GET /", "the root", 200, () => ask("GET /")],
    ["GET /", "no files", 503, () => ask("GET /", undefined, { env: { ASSETS: undefined } })],
    ["GET /:domain", "a site", 200, () => ask(`GET /${SITE}`)],
    ["GET /:domain/settings", "a site", 200, () => ask(`GET /${SITE}/settings`)],

    ["GET /health", "all well", 200, () => ask("GET /health")],
  ];
  it.each(ASKED)("of %s fit the document: %s, %i", async (line, _what, status, request) => {
    const answer = await request();
    expect(answer.status, JSON.stringify(answer.body)).toBe(status);
    const said = answersOf(line)[status];
    expect(said, `${status} is not documented`).toBeDefined();
    const [type, content] = Object.entries(said?.content ?? {})[0] ?? [];
    if (!content) return expect(answer.body).toBe("");
    expect(answer.headers.get("Content-Type")?.split(";")[0]).toBe(type);
    expect(faultsOf(answer.body, content.schema, document)).toEqual([]);
  });

  it("of every route were looked at, but for those of documents", () => {
    const asked = new Set(ASKED.map(([line]) => line));
    const others = LINES.map(([line]) => line).filter((line) => !asked.has(line));
    expect(others.filter((line) => !/^GET \/api\/(docs|openapi)/.test(line))).toEqual([]);
  });
});
