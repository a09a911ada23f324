import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { makeApp } from "./app.ts";
import { closeAlone, launch } from "./browser.ts";
import { makeSite, type Site } from "./sites.ts";

/**
 * A browser for a file's tests, with a new tab for each of them, and sites that end with them. A test fails where an
 * error in the page was caught by nobody.
 */
export interface Tab {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Takes a new tab in its place, of a visitor with other settings. */
  reopen(options?: BrowserContextOptions): Promise<void>;
  makeSite: typeof makeSite;
  makeApp: typeof makeApp;
}

/** To be called once at the top of a file: sees to set-up and end by hooks. */
export function useTab(): Tab {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const sites: Site[] = [];
  const errors: string[] = [];
  const reopen = async (options: BrowserContextOptions = {}) => {
    await context?.close();
    context = await browser.newContext(options);
    page = await context.newPage();
    page.on("pageerror", (error) => errors.push(String(error)));
  };
  const ending =
    <Given extends unknown[]>(make: (...given: Given) => Promise<Site>) =>
    async (...given: Given) => {
      const site = await make(...given);
      sites.push(site);
      return site;
    };
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());
  beforeEach(() => reopen());
  afterEach(async () => {
    await context.close();
    await closeAlone();
    for (const site of sites.splice(0)) site.stop();
    expect(errors.splice(0), "errors that the page saw").toEqual([]);
  });
  return {
    get context() {
      return context;
    },
    get page() {
      return page;
    },
    reopen,
    makeSite: ending(makeSite),
    makeApp: ending(makeApp),
  };
}
