import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { endAll, freePort, killGroup, start, temporaryDirectory } from "./footfall.ts";

const directory = temporaryDirectory();
afterAll(() => {
  endAll();
  rmSync(directory, { recursive: true, force: true });
});

const SENDERS = 48;
const authorization = "Bearer restart-test";
const browser = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0";

/** Far from a midnight, so that all hits fall on one day. */
const hour = new Date().getUTCHours();
const timezone = hour >= 3 && hour < 21 ? "UTC" : "America/Los_Angeles";

/** One page view of a page that nothing else looks at, by a visitor of its own. True: acknowledged. */
async function view(url: string, page: number): Promise<boolean> {
  const response = await fetch(`${url}/api/event`, {
    method: "POST",
    headers: { "user-agent": browser, "cf-connecting-ip": `10.${page >> 16}.${(page >> 8) & 255}.${page & 255}` },
    body: JSON.stringify({ n: "pageview", d: "example.com", u: `https://example.com/${page}` }),
  });
  expect(response.headers.get("x-footfall-dropped")).toBe(null);
  return response.status === 202 && !response.headers.has("x-footfall-pending");
}

/** Page views of each page, by the number in its path. */
async function counted(url: string): Promise<Map<number, number>> {
  const counts = new Map<number, number>();
  const query = "site_id=example.com&period=day&property=event:page&metrics=pageviews&limit=1000";
  for (let part = 1; ; part++) {
    const response = await fetch(`${url}/api/v1/stats/breakdown?${query}&page=${part}`, { headers: { authorization } });
    expect(response.status, await response.clone().text()).toBe(200);
    const { results } = (await response.json()) as { results: { page: string; pageviews: number }[] };
    for (const { page, pageviews } of results) counts.set(Number(page.slice(1)), pageviews);
    if (results.length < 1000) return counts;
  }
}

it("counts every acknowledged hit exactly once, though it is killed with -9 under load again and again", async () => {
  const port = String(await freePort());
  const places = ["--port", port, "--persist-to", join(directory, "state"), "--dev-vars", join(directory, "vars")];
  const begin = () => start(places, { ADMIN_KEY: "restart-test" });
  const acknowledged = new Set<number>();
  const unacknowledged = new Set<number>();

  let server = begin();
  let url = await server.ready;
  const site = { domain: "example.com", timezone };
  const made = await fetch(`${url}/api/v1/sites`, {
    method: "POST",
    headers: { authorization },
    body: JSON.stringify(site),
  });
  expect(made.status, await made.text()).toBeLessThan(300);

  // In the first commits, among later ones, and beyond a checkpoint of what the lives before left.
  for (const acknowledgements of [1, 300, 1200]) {
    const before = acknowledged.size;
    let killed = false;
    let cut = 0;
    const sender = async () => {
      while (!killed) {
        const page = acknowledged.size + unacknowledged.size;
        unacknowledged.add(page);
        try {
          if (!(await view(url, page))) continue;
        } catch (error) {
          if (!killed) throw error;
          cut++;
          continue;
        }
        unacknowledged.delete(page);
        acknowledged.add(page);
        if (acknowledged.size - before >= acknowledgements && !killed) {
          killed = true;
          killGroup(server.pid);
        }
      }
    };
    await Promise.all(Array.from({ length: SENDERS }, sender));
    expect(cut, "hits under way when it was killed").toBeGreaterThan(0);
    expect((await server.ended).code).toBe(null);

    server = begin();
    url = await server.ready;
    const counts = await counted(url);
    const wrong = [...acknowledged].filter((page) => counts.get(page) !== 1);
    expect(wrong, "acknowledged, and not counted exactly once").toEqual([]);
    const twice = [...unacknowledged].filter((page) => (counts.get(page) ?? 0) > 1);
    expect(twice, "not acknowledged, and counted more than once").toEqual([]);
    expect([...counts.keys()].filter((page) => !acknowledged.has(page) && !unacknowledged.has(page))).toEqual([]);
  }
  process.kill(server.pid, "SIGINT");
  expect((await server.ended).code).toBe(0);
}, 120_000);
