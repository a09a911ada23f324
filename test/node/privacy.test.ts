import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it, vi } from "vitest";
import { normalAddress } from "../../src/collect/address.ts";
import { pseudonymOf } from "../../src/collect/pseudonym.ts";
import { type Clocked, startClocked } from "./clocked.ts";
import { temporaryDirectory } from "./footfall.ts";

const directory = temporaryDirectory();
let footfall: Clocked | undefined;
afterAll(async () => {
  await footfall?.stop();
  rmSync(directory, { recursive: true, force: true });
});

const ADMIN = "privacy-test-key";
// Ahead of the real clock, by which the runtime would ring alarms of the past.
const NOON = Date.parse("2040-11-22T12:00:00Z");
const MINUTE = 60_000;

/** Words that mark what must not rest, each spelled so that it occurs nowhere by chance. */
const VISITORS = Array.from({ length: 6 }, (_, i) => ({
  // Of every kind of address; documentation ranges.
  address: i % 2 ? `2001:db8:7e57:${i}::feed:${i}` : `203.0.113.${191 + i}`,
  addressParts: i % 2 ? [`2001:db8:7e57:${i}`, `20010db87e57000${i}`] : [`203.0.113.${191 + i}`],
  userAgent: `Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0 uamark${i}zq`,
  page: `/only-visit-pathmark${i}zq`,
  campaign: `campaignmark${i}zq`,
  referrer: `referrermark${i}zq.example`,
  prop: `propmark${i}zq`,
}));

/** All bytes at rest: of D1, of the objects and of KV, write-ahead logs too. */
function filesAtRest(): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) files.set(join(entry.parentPath, entry.name), readFileSync(join(entry.parentPath, entry.name)));
  }
  return files;
}

/** Files that hold any of the words, as text in either common encoding, as bytes of hex digits, or as a hash of them. */
function whereFound(words: string[], under = ""): string[] {
  const found: string[] = [];
  for (const [path, bytes] of filesAtRest()) {
    if (!path.includes(under)) continue;
    for (const word of words) {
      const spellings = [
        Buffer.from(word),
        Buffer.from(word, "utf16le"),
        Buffer.from(Buffer.from(word).toString("base64")),
      ];
      if (/^[0-9a-f]{12,}$/.test(word)) spellings.push(Buffer.from(word, "hex"));
      if (spellings.some((spelling) => bytes.includes(spelling))) found.push(`${word} in ${path}`);
    }
  }
  return found;
}

/** Never, nowhere: addresses, User-Agents, plain hashes of them. */
const NEVER = VISITORS.flatMap(({ address, addressParts, userAgent }) => [
  ...addressParts,
  userAgent,
  userAgent.slice(-9),
  ...["sha256", "md5"].flatMap((name) => [
    createHash(name).update(address).digest("hex"),
    createHash(name).update(userAgent).digest("hex"),
  ]),
]);

async function view(visitor: (typeof VISITORS)[number], n = "pageview"): Promise<void> {
  const response = await (footfall as Clocked).fetch("http://localhost/api/event", {
    method: "POST",
    headers: { "CF-Connecting-IP": visitor.address, "User-Agent": visitor.userAgent },
    body: JSON.stringify({
      n,
      u: `https://example.com${visitor.page}?utm_campaign=${visitor.campaign}&token=querymarkzq`,
      r: `https://${visitor.referrer}/path?secret=querymarkzq`,
      ...(n === "pageview" ? {} : { p: { mark: visitor.prop }, $: { amount: 12.5, currency: "EUR" } }),
    }),
  });
  expect([response.status, response.headers.get("X-Footfall-Dropped")]).toEqual([202, null]);
}

it("keeps no address, User-Agent, pseudonym or joined facts of a visit on disk or in the log, at any moment", async () => {
  footfall = await startClocked(directory, ADMIN);
  const { fetch, setClock, ring, die, kv, db } = footfall;
  await setClock(NOON);
  const made = await fetch("http://localhost/api/v1/sites", {
    method: "POST",
    headers: { Authorization: `Bearer ${ADMIN}` },
    body: JSON.stringify({ domain: "example.com", timezone: "UTC" }),
  });
  expect(made.status).toBe(200);
  await made.text();
  const goal = await fetch("http://localhost/api/v1/sites/goals", {
    method: "PUT",
    headers: { Authorization: `Bearer ${ADMIN}` },
    body: JSON.stringify({ site_id: "example.com", goal_type: "page", page_path: "/only-visit-*" }),
  });
  expect(goal.status).toBe(200);
  await goal.text();

  // The search itself works: what is meant to rest is found.
  expect(whereFound(["example.com"]).length).toBeGreaterThan(0);

  for (const visitor of VISITORS) {
    await view(visitor);
    await view(visitor, "Signup");
  }
  const key = Buffer.from((await kv.get("identity:1:2040-11-22")) ?? "", "base64");
  expect(key.length).toBe(32);
  const pseudonyms = VISITORS.map(({ address, userAgent }) =>
    pseudonymOf(key, { siteId: 1, address: normalAddress(address), userAgent }),
  );
  const all = [...NEVER, ...pseudonyms, "querymarkzq"];

  // Before a checkpoint: only sealed rows. Not even a path is readable.
  const words = VISITORS.flatMap(({ page, campaign, referrer, prop }) => [page.slice(1), campaign, referrer, prop]);
  expect(whereFound([...all, ...words])).toEqual([]);

  // A checkpoint: paths may stand among the counts, and nothing else may. (Pseudonyms stay sealed.)
  await setClock(NOON + 11 * MINUTE);
  await ring("1:0");
  expect(whereFound(all)).toEqual([]);
  expect(whereFound(words).length, "counts are in the clear").toBeGreaterThan(0);

  // New hits over the checkpoint, the object killed, woken, flushed hourly.
  for (const visitor of VISITORS.slice(0, 3)) await view(visitor);
  await die("1:0");
  for (const visitor of VISITORS.slice(3)) await view(visitor);
  await setClock(NOON + 400 * MINUTE);
  await ring("1:0");
  expect(whereFound(all)).toEqual([]);

  // The day closes; its identity key is gone with it.
  await setClock(Date.parse("2040-11-23T00:46:00Z"));
  await ring("1:0");
  expect(whereFound(all)).toEqual([]);
  expect(whereFound(words, "d1").length, "the closed day is in D1").toBeGreaterThan(0);

  // No record joins three facts of a visit: its page, the link that led to it, what was done there.
  const { results } = await db
    .prepare("SELECT dimension, json(data) AS json FROM counts")
    .all<{ dimension: string; json: string }>();
  // Pairs name pages by number.
  const facts = ({ dimension, json }: (typeof results)[number]) =>
    ["pathmark", "campaignmark", "propmark"].filter(
      (word) => json.includes(word) || (word === "pathmark" && /\*(entry_)?page$/.test(dimension)),
    );
  expect(results.filter((row) => facts(row).length === 2).map(({ dimension }) => dimension)).toContain(
    "utm_campaign*page",
  );
  expect(results.filter((row) => facts(row).length > 2)).toEqual([]);
  // Of a goal and of money there are sums: the goal's pattern alone, and money by event and currency, with nothing else.
  const jsonOf = (name: string) => results.find(({ dimension }) => dimension === name)?.json;
  expect(jsonOf("goal")).toBe('{"/only-visit-*":[6,0,12]}');
  expect(jsonOf("revenue")).toBe('{"Signup\\tEUR":[0,0,0,0,0,6,0,0,0,0,0,75000]}');
  expect(results.map(({ dimension }) => dimension)).toContain("utm_campaign*goal");
  const ofMoney = results.filter(({ json }) => json.includes("EUR") || json.includes("75000"));
  expect(ofMoney.map(({ dimension }) => dimension)).toEqual(["revenue"]);
  const stats = await fetch("http://localhost/api/stats/example.com?period=day&date=2040-11-22", {
    headers: { Authorization: `Bearer ${ADMIN}` },
  });
  expect(await stats.json()).toMatchObject({ metrics: { visitors: { value: 6 } } });

  // Answers about days that are over are kept, if they took some reading: sums of counts, and nothing else.
  const many = Object.fromEntries(Array.from({ length: 2_500 }, (_, index) => [`campaign ${index}`, [1, 1, 1]]));
  await db
    .prepare("INSERT INTO counts VALUES (1, 'utm_campaign', '2040-11-21', 0, 1, jsonb(?))")
    .bind(JSON.stringify(many))
    .run();
  const report = await fetch(
    "http://localhost/api/v1/stats/breakdown?site_id=example.com&property=visit:utm_campaign" +
      "&period=custom&date=2040-11-21,2040-11-22&metrics=pageviews&limit=1000",
    { headers: { Authorization: `Bearer ${ADMIN}` } },
  );
  expect(await report.text()).toContain("campaignmark0zq");
  const kept = await vi.waitFor(async () => {
    const row = await db.prepare("SELECT data FROM answers").first<{ data: string }>();
    expect(row).not.toBeNull();
    return row?.data ?? "";
  });
  expect(kept).toContain("campaignmark0zq");
  expect(["pathmark", "referrermark", "propmark"].filter((word) => kept.includes(word))).toEqual([]);
  expect(whereFound(all)).toEqual([]);

  // Wrong and failing requests leave no trace in the log either.
  await fetch("http://localhost/api/event", {
    method: "POST",
    headers: { "User-Agent": "uamark9zq" },
    body: "{pathmark9zq",
  });
  await fetch("http://localhost/api/stats/pathmark9zq.example?date=querymarkzq", {
    headers: { Authorization: `Bearer ${ADMIN}` },
  });
  expect(all.concat(words, "pathmark9zq", "uamark9zq").filter((word) => footfall?.log().includes(word))).toEqual([]);
}, 60_000);

it("reads addresses and User-Agents in src/collect/ alone", () => {
  const source = join(import.meta.dirname, "../../src");
  const readers = readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    // The limits say how much of a User-Agent is read, the API's documentation who sends one, the dashboard's words that
    // none is kept; the tracker's package runs in an owner's backend, not here.
    .filter((path) => !["limits.ts", "docs/operations.ts", "tracker/server.ts"].some((name) => path.endsWith(name)))
    .filter((path) => !path.includes("dashboard/texts/"))
    .filter((path) => /User-Agent|CF-Connecting-IP|X-Forwarded-For|X-Real-IP|userAgent/i.test(code(path)))
    .map((path) => path.slice(source.length + 1));
  expect(readers.length).toBeGreaterThan(0);
  expect(readers.filter((path) => !path.startsWith("collect/"))).toEqual([]);
});

/** A file without its comments. */
function code(path: string): string {
  return readFileSync(path, "utf8")
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/^\s*\/\/.*$/gm, "");
}
