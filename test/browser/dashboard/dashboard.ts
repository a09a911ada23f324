/** The dashboard in a real browser, for its tests. */
import type { BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterEach, beforeEach, expect, inject } from "vitest";
import { type Tab, useTab } from "../tab.ts";
import { type Watch, watch } from "./watch.ts";

export const { url: footfall, key } = inject("footfall");
export const sites = inject("dashboard");

/** A tab that is logged in as the owner. A test fails where something happened in it that must not (`Watch.problems`). */
export interface Dashboard extends Omit<Tab, "reopen"> {
  /** Of the tab that there is now. */
  readonly watch: Watch;
  /** Takes a new tab in its place, of a reader with other settings: of the owner, unless `as` is another key or nobody. */
  reopen(options?: BrowserContextOptions & { as?: string | null }): Promise<void>;
  /** Opens an address of the dashboard (`/demo.example?period=day`), and waits until it shows what it is to show. */
  open(address: string): Promise<void>;
  /** Waits until the page has all that it asked for, and shows it. */
  settled(): Promise<void>;
  /** What is asked of the API by something that is done, until all of it is there. */
  askedBy(deed: () => Promise<unknown>): Promise<string[]>;
  /** The path and query that the address bar shows. */
  readonly address: string;
  /** From now on a test takes for granted what is otherwise a problem. */
  expectProblems(...expected: RegExp[]): void;
}

/** To be called once at the top of a file: sees to set-up and end by hooks. */
export function useDashboard(options: BrowserContextOptions = {}): Dashboard {
  const tab = useTab();
  let watched: Watch;
  let seen: Watch[] = [];
  let expected: RegExp[] = [];

  const reopen: Dashboard["reopen"] = async ({ as = key, ...more } = {}) => {
    await tab.reopen({ locale: "en-US", ...options, ...more });
    tab.context.setDefaultTimeout(10_000);
    watched = await watch(tab.context, footfall);
    seen.push(watched);
    if (as !== null) await logIn(tab.page, as);
  };
  const settled = async () => {
    for (let calm = 0; calm < 2; ) {
      const isBusy = await tab.page.evaluate(stillBusy);
      calm = isBusy || watched.waiting > 0 ? 0 : calm + 1;
    }
  };
  beforeEach(() => reopen());
  afterEach(() => {
    const problems = seen.flatMap(({ problems }) => problems);
    const unexpected = problems.filter((problem) => !expected.some((one) => one.test(problem)));
    [seen, expected] = [[], []];
    expect(unexpected, "what must not happen in the page").toEqual([]);
  });
  return {
    get context() {
      return tab.context;
    },
    get page() {
      return tab.page;
    },
    get watch() {
      return watched;
    },
    get address() {
      return tab.page.url().slice(footfall.length);
    },
    makeSite: tab.makeSite,
    makeApp: tab.makeApp,
    reopen,
    settled,
    open: async (address) => {
      await tab.page.goto(footfall + address);
      await settled();
    },
    askedBy: async (deed) => {
      const before = watched.asked.length;
      await deed();
      await settled();
      return watched.asked.slice(before);
    },
    expectProblems: (...more) => {
      expected.push(...more);
    },
  };
}

/** Opens a session in the page's browser, as the form does. */
async function logIn({ request }: Page, as: string): Promise<void> {
  const answer = await request.post(`${footfall}/api/session`, { data: { key: as } });
  expect(answer.status(), "logged in").toBe(200);
}

/** In the page: lets it do what it has to do, and tells whether something is awaited by then. */
async function stillBusy(): Promise<boolean> {
  // What follows a change is done after it is drawn.
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  await frame();
  await frame();
  await new Promise((resolve) => requestIdleCallback(resolve, { timeout: 100 }));
  const app = document.querySelector("#app");
  const isBusy = document.querySelector("[aria-busy=true], .skeleton, .waiting") !== null;
  return !app?.childElementCount || isBusy;
}

/** A part of a page by the heading over it. */
export function card(page: Page, heading: string): Locator {
  return page.getByRole("region", { name: heading, exact: true });
}

/** The texts of a table's cells, row by row, without what is only to be seen or only to be heard. */
export async function cellsOf(table: Locator): Promise<string[][]> {
  return table.locator("tbody tr").evaluateAll((rows) =>
    rows.map((row) =>
      [...row.querySelectorAll("th, td")].map((cell) => {
        const named = cell.querySelector(".row-value") ?? cell;
        const copy = named.cloneNode(true) as Element;
        for (const hidden of copy.querySelectorAll("[aria-hidden=true]")) hidden.remove();
        return (copy.textContent ?? "").trim();
      }),
    ),
  );
}

/** An answer of `POST /api/v2/query` about the demo's site. */
export interface Answer {
  results: {
    dimensions: string[];
    metrics: (number | null | { short: string })[];
    comparison?: { metrics: (number | null)[]; change: (number | null)[] };
  }[];
  meta: {
    metric_warnings?: Record<string, { code: string; warning: string }>;
    time_labels?: string[];
    total_rows?: number;
  };
}

export async function query(asked: object, domain = sites.demo): Promise<Answer> {
  const response = await ask("/api/v2/query", { site_id: domain, ...asked });
  const body = await response.json();
  if (!response.ok) throw new Error(`${JSON.stringify(asked)}: ${JSON.stringify(body)}`);
  return body;
}

/** Asks the API as a program with the admin key does. */
export function ask(path: string, json?: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(footfall + path, {
    method: json ? "POST" : "GET",
    headers: { Authorization: `Bearer ${key}`, ...headers },
    ...(json && { body: JSON.stringify(json) }),
  });
}

/** How v2 says of a number that it is an upper bound, or a share of one: beside what else is to be said of it. */
const BOUND = /upper bound/i;

export function isAtMost(answer: Answer | null, metric: string): boolean {
  return BOUND.test(answer?.meta.metric_warnings?.[metric]?.warning ?? "");
}
