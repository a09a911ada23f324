/** What brings visitors to the demo's site, and when: searches, links, campaigns, and a few great days. Pure. */

import { addDays, daysBetween } from "../../src/calendar.ts";
import { HN_DAYS_AGO, HN_POST, LAUNCH_DAYS_AGO, LAUNCH_POST, type Section } from "./pages.ts";

export interface Source {
  /** A URL, or empty. */
  referrer: string;
  /** What the link carries, with its `?`, or empty. */
  query: string;
  /** How many visits come by it on an ordinary day of today's size, in percent. */
  weight: number;
  /** How the weight was on a day; 1 throughout if absent. */
  on?: (day: Day) => number;
  /** Where its visits begin: a page, or one of a section. */
  entry: string | Readonly<Partial<Record<Section, number>>>;
  /** Of visits, the share that goes no further. */
  bounces: number;
}

/** A day of the demo. */
export interface Day {
  /** `2026-11-22` */
  date: string;
  daysAgo: number;
  /** The demo's day now. */
  today: string;
}

const SEARCH: Source["entry"] = { home: 24, blog: 40, docs: 28, product: 8 };
const TALK: Source["entry"] = { home: 30, blog: 55, product: 10, docs: 5 };
const ASSISTANT: Source["entry"] = { home: 22, docs: 48, blog: 20, product: 10 };

/** Grows from `from` a year ago to 1 today. */
const growing = (from: number) => (day: Day) => Math.max(1 - ((1 - from) * day.daysAgo) / 365, 0);

/** The day nearest to so many days before `today` that is a `weekday` (0: Sunday). */
export function nearest(today: string, daysAgo: number, weekday: number): string {
  const date = addDays(today, -daysAgo);
  const off = (weekday - weekdayOf(date) + 7) % 7;
  return addDays(date, off > 3 ? off - 7 : off);
}

export function weekdayOf(date: string): number {
  return new Date(`${date}T00:00:00Z`).getUTCDay();
}

/** What is left of an echo on each day from the first on: the last of `shares` for the days after, dying away. */
function echo(day: Day, first: string, shares: readonly number[]): number {
  const since = daysBetween(first, day.date);
  if (since < 0) return 0;
  const last = shares.length - 1;
  return since <= last ? (shares[since] ?? 0) : (shares[last] ?? 0) * 0.75 ** (since - last);
}

/** The post stood on Hacker News on a Tuesday; version 3 came on a Wednesday. */
export const hackerNewsDay = (today: string) => nearest(today, HN_DAYS_AGO - 1, 2);
export const launchDay = (today: string) => nearest(today, LAUNCH_DAYS_AGO - 1, 3);
const saleStart = (today: string) => nearest(today, 214, 1);
const SALE_DAYS = 11;

const onHackerNews = (day: Day) => echo(day, hackerNewsDay(day.today), [1, 0.5, 0.14, 0.05]);
const atLaunch = (day: Day) => echo(day, launchDay(day.today), [1, 0.6, 0.25, 0.12, 0.06]);
const duringSale = (day: Day) => {
  const since = daysBetween(saleStart(day.today), day.date);
  return since >= 0 && since < SALE_DAYS ? 1 - since * 0.05 : 0;
};
/** The newsletter goes out on the first Tuesday of a month. */
const newsletter = (day: Day) => {
  const first = `${day.date.slice(0, 7)}-01`;
  const sent = addDays(first, (2 - weekdayOf(first) + 7) % 7);
  return echo(day, sent, [1, 0.35, 0.15, 0.06]);
};
const between = (from: number, to: number) => (day: Day) => (day.daysAgo <= from && day.daysAgo >= to ? 1 : 0);

const MONTHS = "january february march april may june july august september october november december".split(" ");

const source = (
  referrer: string,
  weight: number,
  entry: Source["entry"],
  bounces: number,
  on?: Source["on"],
): Source => ({ referrer, query: "", weight, entry, bounces, ...(on && { on }) });

const campaign = (
  tags: Record<string, string>,
  weight: number,
  entry: Source["entry"],
  bounces: number,
  on: Source["on"],
  referrer = "",
): Source => ({
  referrer,
  query: `?${new URLSearchParams(Object.entries(tags).map(([name, value]) => [`utm_${name}`, value]))}`,
  weight,
  entry,
  bounces,
  ...(on && { on }),
});

/** Google says no more than its name. */
const GOOGLE = "https://www.google.com/";

export const SOURCES: readonly Source[] = [
  source("", 27, { home: 62, docs: 20, company: 8, blog: 6, product: 4 }, 0.4),
  source(GOOGLE, 29, SEARCH, 0.5, growing(0.75)),
  source("https://www.google.de/", 3, SEARCH, 0.5, growing(0.75)),
  source("https://duckduckgo.com/", 4.4, SEARCH, 0.45),
  source("https://www.bing.com/", 3.6, SEARCH, 0.5),
  source("https://www.ecosia.org/", 1.1, SEARCH, 0.5),
  source("https://search.brave.com/", 0.8, SEARCH, 0.48),
  source("https://chatgpt.com/", 4.6, ASSISTANT, 0.38, growing(0.15)),
  source("https://www.perplexity.ai/", 1.1, ASSISTANT, 0.4, growing(0.3)),
  source("https://claude.ai/", 0.9, ASSISTANT, 0.36, growing(0.1)),
  source("https://github.com/example/awesome-backup", 3.2, { home: 70, docs: 30 }, 0.42),
  source("https://github.com/example/backup-agent", 1.6, { docs: 80, home: 20 }, 0.3),
  source("https://www.reddit.com/r/selfhosted/comments/1k2m3n4/backups/", 2.6, TALK, 0.6),
  source("https://www.reddit.com/r/homelab/comments/1p5q6r7/nas_backup/", 1.3, TALK, 0.6, between(241, 0)),
  source("https://news.ycombinator.com/item?id=46012345", 0.5, TALK, 0.62),
  source("https://lobste.rs/s/abc123/backups", 0.5, TALK, 0.6),
  source("https://mastodon.social/@someone/115500000000000001", 0.9, TALK, 0.58),
  source("https://bsky.app/profile/someone.example/post/3k", 0.8, TALK, 0.6, growing(0.3)),
  source("https://www.linkedin.com/", 1.2, TALK, 0.56),
  source("https://t.co/a1B2c3D4e5", 0.7, TALK, 0.64, growing(1.4)),
  source("https://www.youtube.com/watch?v=abcdefghijk", 1.4, { home: 60, docs: 30, blog: 10 }, 0.5, between(300, 0)),
  source("https://stackoverflow.com/questions/70000000/incremental-backup", 1.5, { docs: 85, blog: 15 }, 0.55),
  source("https://forum.proxmox.example/threads/backup-tools.4711/", 1.2, { docs: 40, blog: 40, home: 20 }, 0.5),
  source("https://en.wikipedia.org/wiki/List_of_backup_software", 1.1, { home: 90, blog: 10 }, 0.52),
  source("https://alternativeto.net/software/backup/", 1, { home: 60, product: 40 }, 0.45),
  source("https://blog.sysadmin.example/tools-i-use", 0.8, TALK, 0.5, between(205, 0)),
  source("https://www.heise.de/news/", 0.4, TALK, 0.6),
  campaign(
    { source: "google", medium: "cpc", campaign: "backup-software", term: "server backup", content: "a" },
    2.1,
    { product: 60, home: 40 },
    0.58,
    between(200, 0),
    GOOGLE,
  ),
  campaign(
    { source: "google", medium: "cpc", campaign: "backup-software", term: "nas backup", content: "b" },
    1.2,
    { product: 50, home: 50 },
    0.6,
    between(170, 0),
    GOOGLE,
  ),
  campaign(
    { source: "linkedin", medium: "paid-social", campaign: "it-admins" },
    2.4,
    { product: 80, home: 20 },
    0.68,
    between(150, 92),
    "https://www.linkedin.com/",
  ),
  campaign(
    { source: "partner-hosting", medium: "affiliate", campaign: "hosting-bundle" },
    1.3,
    { product: 100 },
    0.4,
    between(260, 0),
    "https://hosting.example/addons",
  ),
  ...MONTHS.map((month, index) =>
    campaign(
      { source: "newsletter", medium: "email", campaign: `news-${month}`, content: "main" },
      26,
      { blog: 62, product: 22, docs: 16 },
      0.36,
      (day) => (Number(day.date.slice(5, 7)) === index + 1 ? newsletter(day) : 0),
    ),
  ),
  // The great days.
  source("https://news.ycombinator.com/item?id=45700123", 120, HN_POST, 0.72, onHackerNews),
  source("https://hckrnews.com/", 10, HN_POST, 0.72, onHackerNews),
  source("https://lobste.rs/s/xy12zz/we_deleted_our_own_backups", 9, HN_POST, 0.66, (day) =>
    echo(day, addDays(hackerNewsDay(day.today), 1), [1, 0.4, 0.1]),
  ),
  source("https://www.producthunt.com/products/demo", 46, { home: 70, product: 30 }, 0.5, atLaunch),
  campaign({ source: "newsletter", medium: "email", campaign: "version-3" }, 38, LAUNCH_POST, 0.34, atLaunch),
  source("https://www.heise.de/news/version-3.html", 18, LAUNCH_POST, 0.55, (day) =>
    echo(day, addDays(launchDay(day.today), 1), [1, 0.5, 0.2]),
  ),
  campaign(
    { source: "newsletter", medium: "email", campaign: "anniversary" },
    16,
    { product: 90, home: 10 },
    0.3,
    duringSale,
  ),
  campaign(
    { source: "facebook", medium: "paid-social", campaign: "anniversary", content: "carousel" },
    14,
    { product: 80, home: 20 },
    0.7,
    duringSale,
    "https://www.facebook.com/",
  ),
];
