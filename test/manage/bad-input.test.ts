import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { call, keyNames, rowCounts } from "./support.ts";

const POST_SITE = "POST /api/v1/sites";
const PUT_SITE = "PUT /api/v1/sites/example.com";
const POST_KEY = "POST /api/v1/keys";
const POST_LINK = "POST /api/v1/links";
const PUT_SHARED = "PUT /api/v1/sites/shared-links";
const UNLOCK = "POST /api/v1/shared-links/unlock";
const bytes = (text: string) => new Uint8Array(text.split("").map((character) => character.charCodeAt(0)));

beforeEach(async () => {
  await env.DB.batch(["api_keys", "sites"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
  await call(POST_SITE, { body: { domain: "example.com" } });
});

/** Every row: what is asked, with what body, and the 4xx that answers it. */
const BODIES: [string, unknown, number, string][] = [
  // no JSON
  ["nothing", undefined, 400, "body: must be JSON"],
  ["an empty body", "", 400, "body: must be JSON"],
  ["broken JSON", '{"domain":"a.example.com"', 400, "body: must be JSON"],
  ["two values", '{"domain":"a.example.com"}{}', 400, "body: must be JSON"],
  ["a form", "domain=a.example.com", 400, "body: must be JSON"],
  ["a raw NUL in a string", '{"domain":"a\u0000.example.com"}', 400, "body: must be JSON"],
  ["invalid UTF-8", bytes('{"domain":"\xff\xfe.example.com"}'), 400, "body: must be UTF-8"],
  ["UTF-8 cut short", bytes('{"domain":"\xc3'), 400, "body: must be UTF-8"],
  ["an overlong encoding of /", bytes('{"domain":"\xc0\xaf"}'), 400, "body: must be UTF-8"],
  // no object
  ["null", "null", 400, "body: must be a JSON object"],
  ["a list", "[]", 400, "body: must be a JSON object"],
  ["a number", "7", 400, "body: must be a JSON object"],
  ["a deeply nested list", "[".repeat(30_000) + "]".repeat(30_000), 400, "body: must be a JSON object"],
  // other fields
  ["a __proto__", '{"__proto__":{"domain":"a.example.com"}}', 400, ":"],
  ["a constructor", '{"constructor":{"prototype":{"domain":"a.example.com"}}}', 400, ":"],
];

describe.each([POST_SITE, PUT_SITE, POST_KEY, POST_LINK, PUT_SHARED, UNLOCK])("%s", (line) => {
  it.each(BODIES)("refuses %s", async (_, body, status, error) => {
    await refuses(line, body, status, error);
  });

  it("refuses an unknown field", async () => {
    const good: Record<string, object> = {
      [POST_SITE]: { domain: "a.example.com" },
      [POST_KEY]: { name: "x", scopes: ["stats"] },
      [POST_LINK]: { site_id: "example.com", url: "https://a.test/", name: "x" },
      [PUT_SHARED]: { site_id: "example.com", name: "x" },
      [UNLOCK]: { auth: "x", password: "x" },
    };
    await refuses(line, { ...good[line], colour: 1 }, 400, "colour: is not a known field");
  });

  it("refuses 10 MB, declared or not", async () => {
    const big = `{"domain":"${"a".repeat(10_000_000)}"}`;
    await refuses(line, big, 413, "body: must be at most 65536 bytes long");
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent++;
        controller.enqueue(new TextEncoder().encode(" ".repeat(10_000)));
        if (sent === 1_000) controller.close();
      },
    });
    await refuses(line, endless, 413, "body: must be at most 65536 bytes long");
    expect(sent).toBeLessThan(20);
  });
});

const DOMAIN = "domain: must be a domain such as";
const FIELDS: [string, string, unknown, string][] = [
  ["no domain", POST_SITE, {}, "domain: is required"],
  ["a null domain", POST_SITE, { domain: null }, "domain: must be a string"],
  ["a numeric domain", POST_SITE, { domain: 7 }, "domain: must be a string"],
  ["a list for a domain", POST_SITE, { domain: ["a.example.com"] }, "domain: must be a string"],
  ["an empty domain", POST_SITE, { domain: "  " }, "domain: must not be empty"],
  [
    "a NUL in the domain",
    POST_SITE,
    '{"domain":"a\\u0000.example.com"}',
    "domain: must not contain control characters",
  ],
  [
    "a lone surrogate in the domain",
    POST_SITE,
    '{"domain":"a\\ud800.com"}',
    "domain: must not contain lone surrogates",
  ],
  ["an overlong domain", POST_SITE, { domain: `${"a.".repeat(200)}com` }, DOMAIN],
  [
    "a domain of 60,000 characters",
    POST_SITE,
    { domain: "a".repeat(60_000) },
    "domain: must be at most 1000 characters long",
  ],
  ["a URL for a domain", POST_SITE, { domain: "https://a.example.com/" }, DOMAIN],
  ["a path in the domain", POST_SITE, { domain: "a.example.com/blog" }, DOMAIN],
  ["a port in the domain", POST_SITE, { domain: "a.example.com:8080" }, DOMAIN],
  ["an HTML domain", POST_SITE, { domain: "<b>.example.com" }, DOMAIN],
];
for (const line of [POST_SITE, PUT_SITE]) {
  const domain = line === POST_SITE ? { domain: "a.example.com" } : {};
  const json = (field: string) => JSON.stringify(domain).replace(/\}$/, `${line === POST_SITE ? "," : ""}${field}}`);
  FIELDS.push(
    ["an unknown timezone", line, { ...domain, timezone: "Europe/Atlantis" }, "timezone: must be a timezone"],
    ["an offset for a timezone", line, { ...domain, timezone: "+02:00" }, "timezone: must be a timezone"],
    ["an empty timezone", line, { ...domain, timezone: "" }, "timezone: must not be empty"],
    ["a null timezone", line, { ...domain, timezone: null }, "timezone: must be a string"],
    [
      "a NUL in the timezone",
      line,
      json('"timezone":"Etc/UTC\\u0000"'),
      "timezone: must not contain control characters",
    ],
    ["a string for a list", line, { ...domain, allowed_hosts: "a.example.com" }, "allowed_hosts: must be a list"],
    [
      "a number among hosts",
      line,
      { ...domain, allowed_hosts: ["a.example.com", 1] },
      "allowed_hosts.1: must be a string",
    ],
    ["a bare wildcard", line, { ...domain, allowed_hosts: ["*"] }, "allowed_hosts.0: must be a host"],
    ["a port in a host", line, { ...domain, allowed_hosts: ["a.example.com:80"] }, "allowed_hosts.0: must be a host"],
    [
      "too many hosts",
      line,
      { ...domain, allowed_hosts: Array(101).fill("a.b") },
      "allowed_hosts: must have at most 100 entries",
    ],
    ["a relative path", line, { ...domain, excluded_paths: ["admin"] }, 'excluded_paths.0: must begin with "/" or "*"'],
    [
      "an overlong path",
      line,
      { ...domain, excluded_paths: [`/${"a".repeat(500)}`] },
      "excluded_paths.0: must be at most 500",
    ],
    [
      "a lone surrogate in a path",
      line,
      json('"excluded_paths":["/\\udc00"]'),
      "excluded_paths.0: must not contain lone",
    ],
    ["no country", line, { ...domain, excluded_countries: ["Latvia"] }, "excluded_countries.0: must be"],
    [
      "digits for a country",
      line,
      { ...domain, excluded_countries: ["42"] },
      "excluded_countries.0: must be an ISO 3166-1",
    ],
    ["a word for public", line, { ...domain, public: "true" }, "public: must be true or false"],
    ["a number for badge", line, { ...domain, badge: 1 }, "badge: must be true or false"],
    ["a null public", line, { ...domain, public: null }, "public: must be true or false"],
    ...["3", null, 1.5, -1, 1001].map((min_visitors): (typeof FIELDS)[number] => [
      `${JSON.stringify(min_visitors)} for min_visitors`,
      line,
      { ...domain, min_visitors },
      "min_visitors: must be a whole number from 0 to 1000",
    ]),
    ...["90", null, 8.5, -1, 1, 7, 3661].map((detail_days): (typeof FIELDS)[number] => [
      `${JSON.stringify(detail_days)} for detail_days`,
      line,
      { ...domain, detail_days },
      "detail_days: must be 0, or a whole number from 8 to 3660",
    ]),
    ...["25", null, 2.5, -1, 1, 1201].map((retention_months): (typeof FIELDS)[number] => [
      `${JSON.stringify(retention_months)} for retention_months`,
      line,
      { ...domain, retention_months },
      "retention_months: must be 0, or a whole number from 2 to 1200",
    ]),
  );
}
FIELDS.push(
  ["a new name", PUT_SITE, { domain: "b.example.com" }, "domain: cannot be changed yet"],
  ["no name", POST_KEY, { scopes: ["stats"] }, "name: is required"],
  ["an empty name", POST_KEY, { name: "", scopes: ["stats"] }, "name: must not be empty"],
  [
    "an overlong name",
    POST_KEY,
    { name: "a".repeat(101), scopes: ["stats"] },
    "name: must be at most 100 characters long",
  ],
  [
    "a NUL in the name",
    POST_KEY,
    '{"name":"a\\u0000","scopes":["stats"]}',
    "name: must not contain control characters",
  ],
  [
    "a lone surrogate in the name",
    POST_KEY,
    '{"name":"\\ud83d","scopes":["stats"]}',
    "name: must not contain lone surrogates",
  ],
  ["no scopes", POST_KEY, { name: "x" }, "scopes: is required"],
  [
    "an empty list of scopes",
    POST_KEY,
    { name: "x", scopes: [] },
    'scopes: must name at least one of "stats", "sites"',
  ],
  ["a string for scopes", POST_KEY, { name: "x", scopes: "stats" }, "scopes: must be a list"],
  ["the scope admin", POST_KEY, { name: "x", scopes: ["admin"] }, "scopes.0: must be one of stats, sites"],
  [
    "an unknown site",
    POST_KEY,
    { name: "x", scopes: ["stats"], site_id: "b.example.com" },
    "site_id: no site of this name",
  ],
  ["no domain for a site", POST_KEY, { name: "x", scopes: ["stats"], site_id: "a/b" }, "site_id: no site of this name"],
  ["a number for a site", POST_KEY, { name: "x", scopes: ["stats"], site_id: 1 }, "site_id: must be a string"],
  [
    "a NUL in the site",
    POST_KEY,
    '{"name":"x","scopes":["stats"],"site_id":"\\u0000"}',
    "site_id: must not contain control",
  ],
);

const shared = (changes: object) => ({ site_id: "example.com", name: "x", ...changes });
FIELDS.push(
  ["no site", PUT_SHARED, shared({ site_id: undefined }), "site_id: is required"],
  ["an unknown site", PUT_SHARED, shared({ site_id: "a/b" }), "site_id: must be a domain such as"],
  ["no name", PUT_SHARED, shared({ name: undefined }), "name: is required"],
  ["a blank name", PUT_SHARED, shared({ name: "  " }), "name: must not be empty"],
  ["an overlong name", PUT_SHARED, shared({ name: "a".repeat(101) }), "name: must be at most 100 characters long"],
  ["a NUL in the name", PUT_SHARED, shared({ name: "a\0b" }), "name: must not contain control characters"],
  ["a short password", PUT_SHARED, shared({ password: "1234567" }), "password: must be at least 8 characters long"],
  ["an empty password", PUT_SHARED, shared({ password: "" }), "password: must be at least 8 characters long"],
  [
    "an overlong password",
    PUT_SHARED,
    shared({ password: "a".repeat(1001) }),
    "password: must be at most 1000 characters long",
  ],
  ["a number for a password", PUT_SHARED, shared({ password: 12345678 }), "password: must be a string"],
  [
    "a lone surrogate in the password",
    PUT_SHARED,
    shared({ password: "1234567\ud800" }),
    "password: must not contain lone surrogates",
  ],
  ["no link", UNLOCK, { password: "x" }, "auth: is required"],
  ["a number for a link", UNLOCK, { auth: 7, password: "x" }, "auth: must be a string"],
  ["no password", UNLOCK, { auth: "x" }, "password: is required"],
  ["a null password", UNLOCK, { auth: "x", password: null }, "password: must be a string"],
  [
    "an overlong password",
    UNLOCK,
    { auth: "x", password: "a".repeat(1001) },
    "password: must be at most 1000 characters long",
  ],
);

const link = (changes: object) => ({ site_id: "example.com", url: "https://example.com/", name: "x", ...changes });
const TO_BE_A_URL = 'url: must be a whole URL that begins with "http://" or "https://"';
FIELDS.push(
  ["no site", POST_LINK, link({ site_id: undefined }), "site_id: is required"],
  ["a null site", POST_LINK, link({ site_id: null }), "site_id: must be a string"],
  ["a list of sites", POST_LINK, link({ site_id: ["example.com"] }), "site_id: must be a string"],
  ["an empty site", POST_LINK, link({ site_id: " " }), "site_id: must not be empty"],
  ["a path in the site", POST_LINK, link({ site_id: "example.com/blog" }), "site_id: must be a domain such as"],
  ["no name", POST_LINK, link({ name: undefined }), "name: is required"],
  ["a number for a name", POST_LINK, link({ name: 7 }), "name: must be a string"],
  ["a blank name", POST_LINK, link({ name: " \u3000" }), "name: must not be empty"],
  ["an overlong name", POST_LINK, link({ name: "a".repeat(121) }), "name: must be at most 120 characters long"],
  ["a NUL in the name", POST_LINK, link({ name: "a\0b" }), "name: must not contain control characters"],
  ["a tab in the name", POST_LINK, link({ name: "a\tb" }), "name: must not contain control characters"],
  ["a lone surrogate in the name", POST_LINK, link({ name: "\ud800" }), "name: must not contain lone surrogates"],
  ["no URL", POST_LINK, link({ url: undefined }), "url: is required"],
  ["a null URL", POST_LINK, link({ url: null }), "url: must be a string"],
  ["an empty URL", POST_LINK, link({ url: "" }), "url: must not be empty"],
  ...[
    "//evil.test/",
    "/path",
    "example.com/path",
    "?a=1",
    "https:evil.test",
    "https:/evil.test",
    "https:\\\\evil.test",
    "\\\\evil.test",
    "http://",
    "https://exa mple.com/",
    "https://example.com:99999/",
    "https://[::1/",
    "javascript:alert(1)",
    "JavaScript://example.com/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "blob:https://example.com/0",
    "view-source:https://example.com/",
    "file:///etc/passwd",
    "ftp://example.com/",
    "ws://example.com/",
    "mailto:a@example.com",
    "intent://example.com/#Intent;end",
    "httpss://example.com/",
    "https ://example.com/",
    "url=https://example.com/",
  ].map((url): (typeof FIELDS)[number] => [`the URL ${url}`, POST_LINK, link({ url }), TO_BE_A_URL]),
  ...[
    "https://example.com/\r\nSet-Cookie: a=b",
    "https://example.com/\nLocation: https://evil.test/",
    "java\tscript:alert(1)",
    "ht\ntps://example.com/",
    "https://example.com/\0",
    "https://example.com/\u0085",
  ].map((url): (typeof FIELDS)[number] => [
    `the URL ${JSON.stringify(url)}`,
    POST_LINK,
    link({ url }),
    "url: must not contain control characters",
  ]),
  ["a lone surrogate in the URL", POST_LINK, link({ url: "https://a.test/\udc00" }), "url: must not contain lone"],
  ...["https://user@evil.test/", "https://example.com:secret@evil.test/", "https://:secret@evil.test/"].map(
    (url): (typeof FIELDS)[number] => [
      `the URL ${url}`,
      POST_LINK,
      link({ url }),
      "url: must not hold a user name or password",
    ],
  ),
  [
    "a URL of 2,001 bytes",
    POST_LINK,
    link({ url: `https://a.test/${"a".repeat(1_986)}` }),
    "url: must be at most 2000 bytes long, percent-encoded",
  ],
  [
    "a URL of more bytes than characters",
    POST_LINK,
    link({ url: `https://a.test/${"\u20ac".repeat(300)}` }),
    "url: must be at most 2000 bytes long, percent-encoded",
  ],
  [
    "a URL of 60,000 characters",
    POST_LINK,
    link({ url: `https://a.test/${"a".repeat(60_000)}` }),
    "url: must be at most",
  ],
);

it("refuses a link of an unknown site", async () => {
  await refuses(POST_LINK, link({ site_id: "b.example.com" }), 404, "site_id: no site of this name is set up here");
});

it.each(FIELDS)("refuses %s (%s)", async (_, line, body, error) => {
  await refuses(line, body, 400, error);
});

it("refuses a domain that is taken, however it is written, with 409", async () => {
  for (const domain of ["example.com", "EXAMPLE.com", "www.example.com", "example.com."]) {
    await refuses(POST_SITE, { domain, timezone: "Europe/Riga" }, 409, "domain: a site of this name exists already");
  }
});

it.each([
  ["GET /api/v1/sites?limit=0", 400, "limit: must be a whole number from 1 to 1000"],
  ["GET /api/v1/sites?limit=1001", 400, "limit: must be a whole number from 1 to 1000"],
  ["GET /api/v1/sites?limit=1e2", 400, "limit: must be a whole number from 1 to 1000"],
  ["GET /api/v1/sites?limit=", 400, "limit: must be a whole number from 1 to 1000"],
  ["GET /api/v1/sites?after=%00", 400, "after: must not contain control characters"],
  ["GET /api/v1/sites?after=a/b", 400, "after: must be a domain"],
  ["GET /api/v1/keys?limit=-1", 400, "limit: must be a whole number from 1 to 1000"],
  ["GET /api/v1/keys?after=x", 400, "after: must be a whole number"],
  ["GET /api/v1/keys?after=99999999999999999999", 400, "after: must be a whole number"],
  ["DELETE /api/v1/keys/x", 400, "id: must be a whole number"],
  ["DELETE /api/v1/keys/1%20OR%201=1", 400, "id: must be a whole number"],
  ["GET /api/v1/sites/shared-links", 400, "site_id: is required"],
  ["GET /api/v1/sites/shared-links?site_id=a%00b", 400, "site_id: must not contain control characters"],
  ["GET /api/v1/sites/shared-links?site_id=example.com&limit=0", 400, "limit: must be a whole number from 1 to 1000"],
  ["GET /api/v1/sites/shared-links?site_id=example.com&after=x", 400, "after: must be a whole number"],
  ["DELETE /api/v1/sites/shared-links", 400, "site_id: is required"],
  ["DELETE /api/v1/sites/shared-links?site_id=example.com", 400, "name: is required"],
  ["DELETE /api/v1/sites/shared-links?site_id=example.com&name=x&colour=1", 400, "colour: is not a known field"],
  ["GET /api/v1/sites/a%00b", 400, "domain: must be a domain"],
  ["GET /api/v1/sites/%ED%A0%80", 400, "path: must be percent-encoded UTF-8"],
  ["GET /api/v1/sites/%", 400, "path: must be percent-encoded UTF-8"],
  [`GET /api/v1/sites/${"a".repeat(5_000)}`, 400, "domain: must be a domain"],
  ["DELETE /api/v1/sites/'%20OR%201=1", 400, "domain: must be a domain"],
  ["GET /api/v1/sites/toString", 400, "domain: must be a domain"],
])("refuses %s", async (line, status, error) => {
  await refuses(line, undefined, status, error);
});

it("does not believe a forged Host", async () => {
  const answer = await call("GET /api/v1/sites/example.com", {
    headers: { Host: "evil.test", "X-Forwarded-Host": "evil.test", Forwarded: "host=evil.test" },
  });
  expect(JSON.stringify(answer.body)).not.toContain("evil.test");
});

async function refuses(line: string, body: unknown, status: number, error: string): Promise<void> {
  const before = [await rowCounts(), await keyNames()];
  const answer = await call(line, { body });
  expect(answer, `${line} ${typeof body === "string" ? body.slice(0, 200) : JSON.stringify(body)}`).toMatchObject({
    status,
    body: { error: expect.stringContaining(error) },
  });
  expect(answer.headers.get("Content-Type")).toContain("application/json");
  expect([await rowCounts(), await keyNames()]).toEqual(before);
}
