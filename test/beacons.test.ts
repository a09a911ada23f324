import { env, exports } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";

/** Odd beacons against the whole Worker, and what the reports then say. */

const browser = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const authorization = "Bearer test-admin-key";

function call(path: string, init: RequestInit = {}): Promise<Response> {
  return exports.default.fetch(new Request(`https://footfall.example${path}`, init));
}

function send(body: object, headers: Record<string, string> = {}): Promise<Response> {
  return call("/api/event", {
    method: "POST",
    headers: { "User-Agent": browser, "CF-Connecting-IP": "203.0.113.7", ...headers },
    body: JSON.stringify({ n: "pageview", ...body }),
  });
}

async function breakdown(site: string, property: string, metrics: string) {
  const query = `site_id=${site}&period=day&property=${property}&metrics=${metrics}`;
  const answer = await call(`/api/v1/stats/breakdown?${query}`, { headers: { authorization } });
  return { status: answer.status, body: (await answer.json()) as { results?: unknown; meta?: object; error?: string } };
}

async function makeSite(domain: string): Promise<void> {
  const answer = await call("/api/v1/sites", {
    method: "POST",
    headers: { authorization },
    body: JSON.stringify({ domain, timezone: "UTC" }),
  });
  expect(answer.status).toBe(200);
}

beforeAll(() => makeSite("odd.example"));

describe("a beacon", () => {
  it.each([["€".repeat(170)], ["x".repeat(253)], ["a b"], ["__proto__"]])(
    "counts for its real sites beside a name that can be none's: %s",
    async (other) => {
      const page = `/listed/${other.length}`;
      const answer = await send({ d: `odd.example,${other}`, u: `https://odd.example${page}` });
      expect([answer.status, answer.headers.get("X-Footfall-Dropped")]).toEqual([202, "unknown_site"]);
      expect((await breakdown("odd.example", "event:page", "pageviews")).body.results).toContainEqual({
        page,
        pageviews: 1,
      });
    },
  );

  it("is not another's repetition for an empty Idempotency-Key", async () => {
    for (const page of ["/idem1", "/idem2"]) await send({ u: `https://odd.example${page}` }, { "Idempotency-Key": "" });
    const { body } = await breakdown("odd.example", "event:page", "pageviews");
    for (const page of ["/idem1", "/idem2"]) expect(body.results).toContainEqual({ page, pageviews: 1 });
  });

  it("of a wrong method is answered so that any page may read it", async () => {
    for (const path of ["/api/event", "/pixel.gif"]) {
      const answer = await call(path, { method: "DELETE" });
      expect([answer.status, answer.headers.get("Access-Control-Allow-Origin")]).toEqual([405, "*"]);
    }
    const answer = await call("/api/v1/sites", { method: "PUT" });
    expect([answer.status, answer.headers.get("Access-Control-Allow-Origin")]).toEqual([405, null]);
  });

  it("of a pixel in no UTF-8 is not counted, and one that spells U+FFFD is", async () => {
    const pixel = (query: string) => call(`/pixel.gif?d=odd.example&${query}`, { headers: { "User-Agent": browser } });
    expect((await pixel("p=/%ff")).headers.get("X-Footfall-Error")).toMatch(/UTF-8/);
    expect((await pixel("p=/%EF%BF%BD")).headers.get("X-Footfall-Error")).toBe(null);
  });
});

describe("a breakdown", () => {
  it("refuses a property with the name of a metric that is asked for", async () => {
    await send({ n: "Buy", u: "https://odd.example/", p: { visitors: "9" } });
    const clash = await breakdown("odd.example", "event:props:visitors", "visitors,events");
    expect([clash.status, clash.body.error]).toEqual([400, expect.stringMatching(/^property: /)]);
    const fine = await breakdown("odd.example", "event:props:visitors", "events");
    expect(fine.body.results).toEqual([{ visitors: "9", events: 1 }]);
  });

  it("is marked on days on which any bound of its dimension was met", async () => {
    await makeSite("capped.example");
    const id = await env.DB.prepare("SELECT id FROM sites WHERE domain = 'capped.example'").first<number>("id");
    const today = new Date().toISOString().slice(0, 10);
    const rows = {
      flags: { "capped:visit": [0, 0, 0, 0, 0, 1], "capped:page": [0, 0, 0, 0, 0, 1] },
      source: { "(other)": [1, 1, 1] },
      exit_page: { "(other)": [1, 1, 1] },
      location: { "LV\tLV-RIX": [1, 1, 1] },
    };
    for (const [dimension, data] of Object.entries(rows)) {
      await env.DB.prepare(
        "INSERT INTO counts (site_id, dimension, period, writer, revision, data) VALUES (?, ?, ?, 0, 1, jsonb(?))",
      )
        .bind(id, dimension, today, JSON.stringify(data))
        .run();
    }
    const warned = async (property: string) => (await breakdown("capped.example", property, "visits")).body.meta;
    const capped = { metric_warnings: { visits: { code: "capped", message: expect.stringContaining(today) } } };
    expect(await warned("visit:source")).toEqual(capped);
    expect(await warned("visit:exit_page")).toEqual(capped);
    expect(await warned("visit:country")).toBe(undefined);
  });
});
