/** One look at a page in a browser: when it was drawn, and what was asked for meanwhile. */
import { join } from "node:path";
import type { Browser, BrowserContext } from "playwright-core";

/** Milliseconds since the navigation began. */
export interface Seen {
  /** The top numbers, and the chart, were painted. */
  numbersMs: number;
  chartMs: number;
  /** The API was asked, and had answered; null of a page that asks nothing. */
  askedMs: number | null;
  answeredMs: number | null;
}

/** What a page was made of. */
export interface View extends Seen {
  /** Addresses that the server was asked for, in order, for all of them or for whether they had changed. */
  requests: string[];
}

const WINDOW = { width: 1280, height: 720 };
export const WINDOW_TEXT = `${WINDOW.width} × ${WINDOW.height}`;

/** A window of somebody who is signed in by `session`, with nothing in its cache. Reads English. */
export async function freshContext(browser: Browser, session: Session): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: WINDOW, locale: "en-US", storageState: session });
  await context.addInitScript({ path: join(import.meta.dirname, "drawn.js") });
  return context;
}

export type Session = Awaited<ReturnType<BrowserContext["storageState"]>>;

/** Signs in as browsers do. */
export async function signIn(browser: Browser, origin: string, key: string): Promise<Session> {
  const context = await browser.newContext();
  try {
    const answer = await context.request.post(`${origin}/api/session`, { data: { key }, headers: { Origin: origin } });
    if (!answer.ok()) throw new Error(`signing in: ${answer.status()} ${await answer.text()}`);
    return await context.storageState();
  } finally {
    await context.close();
  }
}

/** Opens an address in a tab of its own, and closes it when it is drawn and asks for nothing more. */
export async function view(context: BrowserContext, url: string): Promise<View> {
  const page = await context.newPage();
  try {
    await page.goto(url, { waitUntil: "commit" });
    const seen = await page.evaluate<Seen>("drawn");
    await page.waitForLoadState("networkidle");
    // What came from the cache has transferred nothing.
    const requests = await page.evaluate<string[]>(
      `[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
        .filter(({ transferSize }) => transferSize > 0).map(({ name }) => name)`,
    );
    return { ...seen, requests };
  } finally {
    await page.close();
  }
}
