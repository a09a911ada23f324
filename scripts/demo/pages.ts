/** The pages of the demo's site: of a small company that makes a program for backups. Pure. */

export type Section = "home" | "product" | "docs" | "blog" | "company";

export interface Page {
  path: string;
  section: Section;
  /** How often it is chosen among those of its section. */
  weight: number;
  /** The median time that is spent on it. */
  readSeconds: number;
  /** It went online so many days ago; most were there before the year began. */
  sinceDaysAgo: number;
}

const ALWAYS = 10_000;

const page = (section: Section, path: string, weight: number, readSeconds: number, sinceDaysAgo = ALWAYS): Page => ({
  path,
  section,
  weight,
  readSeconds,
  sinceDaysAgo,
});

/** What brought the day on Hacker News. */
export const HN_POST = "/blog/we-deleted-our-own-backups";
/** The launch, and what it is told by. */
export const LAUNCH_POST = "/blog/version-3";
export const HN_DAYS_AGO = 47;
export const LAUNCH_DAYS_AGO = 118;

const DOCS: readonly [slug: string, weight: number][] = [
  ["getting-started", 20],
  ["installation/linux", 13],
  ["installation/macos", 8],
  ["installation/windows", 9],
  ["installation/docker", 12],
  ["configuration", 9],
  ["schedules", 6],
  ["encryption", 7],
  ["restore", 9],
  ["restore/single-files", 4],
  ["storage/s3", 8],
  ["storage/sftp", 4],
  ["storage/local-disk", 3],
  ["retention", 6],
  ["command-line", 7],
  ["api", 5],
  ["webhooks", 3],
  ["teams", 2],
  ["single-sign-on", 2],
  ["migrating-from-rsync", 4],
  ["troubleshooting", 6],
  ["faq", 5],
];

const POSTS: readonly [slug: string, weight: number, daysAgo: number][] = [
  ["the-3-2-1-rule-explained", 20, ALWAYS],
  ["restic-borg-or-us", 16, ALWAYS],
  ["how-deduplication-works", 12, ALWAYS],
  ["encrypting-backups-properly", 10, ALWAYS],
  ["backing-up-postgres", 14, ALWAYS],
  ["docker-volumes", 11, ALWAYS],
  ["what-ransomware-does-first", 7, ALWAYS],
  ["year-in-review", 4, 338],
  ["s3-costs-compared", 12, 311],
  ["restore-drills", 6, 290],
  ["why-we-are-bootstrapped", 5, 262],
  ["backing-up-a-homelab", 15, 241],
  ["object-lock", 6, 220],
  ["checksums-are-not-enough", 8, 196],
  ["a-smaller-index", 5, 171],
  ["how-we-test-restores", 6, 149],
  ["version-3", 14, LAUNCH_DAYS_AGO],
  ["migrating-from-version-2", 6, LAUNCH_DAYS_AGO - 3],
  ["incremental-forever", 7, 97],
  ["backing-up-a-nas", 11, 76],
  ["we-deleted-our-own-backups", 16, HN_DAYS_AGO],
  ["what-we-changed-since", 6, HN_DAYS_AGO - 14],
  ["pricing-without-surprises", 4, 24],
  ["raspberry-pi-as-backup-server", 10, 13],
];

export const PAGES: readonly Page[] = [
  page("home", "/", 1, 24),
  page("product", "/pricing", 30, 46),
  page("product", "/features", 22, 52),
  page("product", "/download", 20, 28),
  page("product", "/signup", 9, 60),
  page("product", "/checkout", 2.2, 95),
  page("product", "/security", 7, 70),
  page("product", "/customers", 6, 48),
  page("product", "/compare/restic", 6, 80),
  page("product", "/compare/borg", 4, 80),
  page("company", "/about", 8, 40),
  page("company", "/changelog", 10, 50),
  page("company", "/contact", 6, 35),
  page("company", "/jobs", 3, 55),
  page("company", "/login", 12, 12),
  page("company", "/status", 3, 15),
  page("company", "/privacy", 1, 30),
  page("company", "/imprint", 1, 20),
  page("docs", "/docs", 16, 18),
  ...DOCS.map(([slug, weight]) => page("docs", `/docs/${slug}`, weight, 75)),
  page("blog", "/blog", 10, 22),
  ...POSTS.map(([slug, weight, daysAgo]) => page("blog", `/blog/${slug}`, weight, 105, daysAgo)),
];

/** Where a visitor goes on from a page of a section. */
export const NEXT: Readonly<Record<Section, Readonly<Record<Section, number>>>> = {
  home: { home: 0, product: 62, docs: 15, blog: 11, company: 12 },
  product: { home: 12, product: 60, docs: 16, blog: 3, company: 9 },
  docs: { home: 4, product: 12, docs: 76, blog: 3, company: 5 },
  blog: { home: 24, product: 24, docs: 10, blog: 38, company: 4 },
  company: { home: 26, product: 42, docs: 14, blog: 8, company: 10 },
};
