import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { iso31662 } from "iso-3166";
import { afterAll, describe, expect, it } from "vitest";
import { seeded } from "../../bench/traffic/random.ts";
import { Browsers } from "../../scripts/demo/browsers.ts";
import { chanceOf, datesBefore, dayOf, stepsOf, visitsOn } from "../../scripts/demo/days.ts";
import { fillDemo, siteOf } from "../../scripts/demo/fill.ts";
import { parseDemoOptions } from "../../scripts/demo/options.ts";
import { COUNTRIES } from "../../scripts/demo/places.ts";
import { hackerNewsDay, launchDay, SOURCES, weekdayOf } from "../../scripts/demo/sources.ts";
import { Visits } from "../../scripts/demo/visits.ts";
import { localDayAt } from "../../src/calendar.ts";
import { parseAgent } from "../../src/collect/agent.ts";
import { freePort, temporaryDirectory } from "./footfall.ts";

const directory = temporaryDirectory();
const KEY = "demo-test-admin-key";
const TODAY = "2026-11-25";

/** Runs `node scripts/demo.ts` with these arguments. */
function demo(args: string[]) {
  const { ADMIN_KEY: _, npm_lifecycle_event: __, ...environment } = process.env;
  const script = join(import.meta.dirname, "../../scripts/demo.ts");
  const child = spawn(process.execPath, [script, ...args], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  let output = "";
  const hear = (chunk: Buffer) => (output += chunk);
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const says = (text: RegExp) =>
    new Promise<void>((resolve, reject) => {
      child.stdout.on("data", () => text.test(output) && resolve());
      child.once("close", () => reject(new Error(`ended before it said ${text}:\n${output}`)));
    });
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.once("close", (code) => {
      running.delete(child);
      resolve({ code, output });
    });
  });
  return { child, says, ended, output: () => output };
}

const running = new Set<ChildProcess>();

afterAll(() => {
  for (const child of running) child.kill("SIGKILL");
  rmSync(directory, { recursive: true, force: true });
});

// One life of one Footfall; each test goes on where the one before stopped.
describe("npm run demo", { timeout: 60_000 }, () => {
  let url: string;
  let first: ReturnType<typeof demo>;
  const range = { from: "", to: "" };
  let totals: number[];

  const query = async (asked: object) => {
    const response = await fetch(`${url}/api/v2/query`, {
      method: "POST",
      headers: { Authorization: `Bearer ${KEY}` },
      body: JSON.stringify({ site_id: "demo.example", date_range: [range.from, range.to], ...asked }),
    });
    expect(response.status).toBe(200);
    return (await response.json()) as {
      results: { dimensions: string[]; metrics: unknown[] }[];
      meta: { metric_warnings?: Record<string, { code: string }> };
    };
  };

  it("starts Footfall where none listens, and fills a site", async () => {
    url = `http://127.0.0.1:${await freePort()}`;
    const places = ["--persist-to", join(directory, "state"), "--dev-vars", join(directory, ".dev.vars")];
    first = demo(["--url", url, "--key", KEY, "--months", "1", ...places]);
    await first.says(/Ctrl-C ends that, and Footfall\.\n/);
    const output = first.output();
    expect(output).toContain(`Nothing listens on ${url}: starting Footfall there, as npm start does …\n`);
    expect(output).toContain(`Dashboard   ${url}/demo.example\n  Log in with ${KEY}\n`);
    const said =
      /has ([\d,]+) visitors, ([\d,]+) visits and ([\d,]+) page views from (\S+) to (\S+),\n/.exec(output) ?? [];
    totals = said.slice(1, 4).map((number) => Number(number.replaceAll(",", "")));
    Object.assign(range, { from: said[4], to: said[5] });
  });

  it("leaves the counts that were made", async () => {
    expect(totals[0]).toBeGreaterThan(10_000);
    const { results } = await query({ metrics: ["visitors", "visits", "pageviews"] });
    expect(results).toEqual([{ dimensions: [], metrics: totals }]);
  });

  it("leaves two facts together, of every day", async () => {
    const { results, meta } = await query({
      metrics: ["visits", "pageviews"],
      dimensions: ["visit:source"],
      filters: [["is", "visit:device", ["Mobile", "Desktop", "Tablet"]]],
    });
    expect(meta.metric_warnings).toBeUndefined();
    const sums = [0, 1].map((column) => results.reduce((sum, { metrics }) => sum + Number(metrics[column]), 0));
    expect(sums).toEqual(totals.slice(1));
  });

  it("leaves goals that were reached, and what they brought", async () => {
    const { results } = await query({ metrics: ["visitors", "total_revenue"], dimensions: ["event:goal"] });
    const names = results.map(({ dimensions: [name] }) => name).sort();
    expect(names).toEqual(["Download", "Purchase", "Signup", "Visit /docs/**", "Visit /pricing"]);
    const purchase = results.find(({ dimensions: [name] }) => name === "Purchase");
    expect(purchase?.metrics[1]).toMatchObject({ currency: "EUR", value: expect.any(Number) });
  });

  it("leaves hits of today, with their countries", async () => {
    const asked = { metrics: ["visitors", "pageviews"], date_range: "day", dimensions: ["visit:country"] };
    const { results } = await query(asked);
    expect(results.length).toBeGreaterThan(3);
    expect(results.map(({ dimensions: [country] }) => country)).not.toContain("(not set)");
    expect(results.reduce((sum, { metrics }) => sum + Number(metrics[1]), 0)).toBeGreaterThan(50);
  });

  it("fills no site a second time", async () => {
    const before = await query({ metrics: ["pageviews"] });
    await expect(fillDemo({ url, key: KEY, months: 1 })).rejects.toThrow(/^The site demo.example has counts already/);
    const { code, output } = await demo(["--url", url, "--key", KEY, "--once"]).ended;
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(/^The site demo\.example has counts already.*\nOr fill another:/s),
    ]);
    expect(await query({ metrics: ["pageviews"] })).toEqual(before);
  });

  it("needs the right key", async () => {
    const { code, output } = await demo(["--url", url, "--key", "wrong", "--once"]).ended;
    expect([code, output]).toEqual([1, `Footfall at ${url} does not know this key: give its admin key by --key.\n`]);
  });

  it("ends, and its Footfall with it", async () => {
    first.child.kill("SIGINT");
    const { code, output } = await first.ended;
    expect(output).toMatch(/\nFootfall has stopped\. It starts again with npm start, and has what it had\.\n$/);
    expect(code).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  });

  it("starts no Footfall on another machine", async () => {
    const { code, output } = await demo(["--url", "http://footfall.invalid", "--key", "k"]).ended;
    expect([code, output]).toEqual([1, "Nothing answers at http://footfall.invalid.\n"]);
  });
});

describe("the options of npm run demo", () => {
  const parse = (...args: string[]) => parseDemoOptions(args, "/here", "/project");

  it("have their defaults", () => {
    expect(parse()).toEqual({
      url: "http://127.0.0.1:8787",
      domain: "demo.example",
      key: null,
      months: 12,
      seed: 1,
      once: false,
      port: 8787,
      stateDir: "/project/.wrangler/state",
      varsFile: "/project/.dev.vars",
    });
    expect(parse("--help")).toBe("help");
  });

  it("are read", () => {
    const given = [
      "--url",
      "https://stats.example.net/",
      "--months=3",
      "--seed",
      "7",
      "--once",
      "--domain",
      "a.example",
    ];
    expect(parse(...given, "--dev-vars", "vars")).toMatchObject({
      url: "https://stats.example.net",
      port: 443,
      months: 3,
      seed: 7,
      once: true,
      domain: "a.example",
      varsFile: "/here/vars",
    });
  });

  it.each([
    [["--moths", "3"], "Unknown option --moths: see npm run demo -- --help."],
    [["3"], 'Unexpected argument "3": see npm run demo -- --help.'],
    [["--months", "0"], "Option --months must be a whole number from 1 to 24."],
    [["--months", "1.5"], "Option --months must be a whole number from 1 to 24."],
    [["--once=yes"], "Option --once must be given without a value."],
    [["--url", "localhost"], "Option --url must be the URL of a Footfall, such as http://127.0.0.1:8787."],
    [["--domain", "no domain"], "Option --domain must be a domain such as"],
    [["--key", "two words"], "Option --key must be a key, printable ASCII without spaces."],
  ])("are refused: %j", (args, message) => {
    expect(() => parse(...args)).toThrow(message);
  });
});

describe("the demo's year", () => {
  const sizes = datesBefore(TODAY, 12).map((date) => {
    const day = dayOf(date, TODAY);
    return { date, visits: visitsOn(day, new Visits("demo.example", day).sourcesWeight, chanceOf(1, date)) };
  });
  const meanOf = (days: typeof sizes) => days.reduce((sum, { visits }) => sum + visits, 0) / days.length;

  it("has a day for each of twelve months, up to yesterday", () => {
    expect([sizes[0]?.date, sizes.at(-1)?.date, sizes.length]).toEqual(["2025-11-25", "2026-11-24", 365]);
  });

  it("grows, rests on weekends, and is never out of all proportion", () => {
    expect(meanOf(sizes.slice(-28)) / meanOf(sizes.slice(0, 28))).toBeGreaterThan(1.5);
    const weekends = sizes.filter(({ date }) => weekdayOf(date) % 6 === 0);
    expect(meanOf(weekends) / meanOf(sizes)).toBeLessThan(0.75);
    expect(sizes.filter(({ visits }) => visits < 100 || visits > 1_600)).toEqual([]);
  });

  it("has its greatest days where it says so", () => {
    const [first, ...others] = sizes.toSorted((a, b) => b.visits - a.visits).map(({ date }) => date);
    expect(first).toBe(hackerNewsDay(TODAY));
    expect(others.slice(0, 4)).toContain(launchDay(TODAY));
  });

  it("is the same for the same seed, and another for another", () => {
    const local = localDayAt(siteOf("demo.example", "Europe/Riga").zones, Date.parse("2026-10-01T12:00:00Z"));
    const steps = (seed: number) => stepsOf("demo.example", "2026-10-01", TODAY, local, seed);
    expect(steps(3)).toEqual(steps(3));
    expect(steps(3)).not.toEqual(steps(4));
  });

  it("begins each visit on a page that is online, and keeps to its day", () => {
    for (const date of ["2025-12-24", "2026-03-29", "2026-10-25"]) {
      const zones = [{ timezone: "Europe/Berlin", fromDay: "1970-01-01", fromAt: 0 }];
      const local = localDayAt(zones, Date.parse(`${date}T12:00:00Z`));
      const steps = stepsOf("demo.example", date, TODAY, local, 1);
      expect(steps.filter(({ at }) => at < local.startsAt || at >= local.endsAt)).toEqual([]);
      expect(steps.filter(({ path }) => path === "/blog/raspberry-pi-as-backup-server")).toEqual([]);
      const tagged = steps.filter(({ query }) => query !== "");
      expect(tagged.filter(({ kind }) => kind !== "pageview")).toEqual([]);
    }
  });
});

describe("the demo's visitors", () => {
  it("live in regions that there are", () => {
    const known = new Set(iso31662.map(({ code }) => code));
    const regions = COUNTRIES.flatMap(({ code, regions }) => Object.keys(regions).map((region) => `${code}-${region}`));
    expect(regions.filter((region) => !known.has(region))).toEqual([]);
  });

  it("have browsers that are known, and newer ones today than a year ago", () => {
    const random = seeded(1);
    const browsers = new Browsers();
    const versionOf = (daysAgo: number) => {
      const agents = Array.from({ length: 300 }, () => {
        const { userAgent, brands, mobile, platform } = browsers.draw(random, daysAgo);
        return parseAgent({ userAgent, brands, mobile, platform, platformVersion: "" });
      });
      expect(agents.filter(({ bot, browser, os, device }) => bot || !browser || !os || !device)).toEqual([]);
      return Math.max(
        ...agents.filter(({ browser }) => browser === "Chrome").map((agent) => Number(agent.browserVersion)),
      );
    };
    expect(versionOf(0) - versionOf(364)).toBe(13);
  });

  it("come by sources that each bring somebody at some time", () => {
    const days = datesBefore(TODAY, 12).map((date) => dayOf(date, TODAY));
    const idle = SOURCES.filter(({ on }) => on && !days.some((day) => on(day) > 0));
    expect(idle).toEqual([]);
  });
});
