/** The tracker's package in a page, as a bundler puts it there. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { buildModule } from "../../scripts/tracker/module.ts";
import { temporaryDirectory } from "../node/footfall.ts";
import { makeApp } from "./app.ts";
import { launch } from "./browser.ts";
import { expectCounted, FOOTFALL, propsOf, type Site } from "./sites.ts";

const folder = temporaryDirectory();
let browser: Browser;
let page: Page;
let site: Site;
beforeAll(async () => {
  await buildModule(join(folder, "node_modules/footfall-tracker"));
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  page = await (await browser.newContext()).newPage();
});
afterEach(async () => {
  await page.context().close();
  site.stop();
});

async function open(code: string): Promise<void> {
  site = await makeApp(`import { init, track } from "footfall-tracker";\n${code}`, folder);
  await page.goto(`${site.origin}/start`);
}

it("counts page views, routes and events once init was called, and those before it then", async () => {
  await open(`
    track("Early", { props: { from: "before" } });
    const settings = { api: "${FOOTFALL}/api/event", domain: location.hostname, hash: false, exclude: ["/secret", "/admin/**"], props: { app: "web" } };
    init(settings);
    init(settings);
    history.pushState({}, "", "/route#top");
    history.pushState({}, "", "/secret");
    track("Hidden");
    history.pushState({}, "", "/last");
    track("Signup", { props: { plan: "pro" } });`);
  await expectCounted(site, {
    visits: 1,
    views: { "/start": 1, "/route": 1, "/last": 1 },
    events: { Early: 1, Signup: 1 },
  });
  expect(await propsOf(site, "app")).toEqual({ web: 5 });
  expect(await page.evaluate(() => ["footfall", "plausible"].filter((name) => name in window))).toEqual([]);
});

it("leaves page views to the page where it is told so", async () => {
  await open(`
    init({ api: "${FOOTFALL}/api/event", manual: true });
    history.pushState({}, "", "/route");
    track("pageview", { url: location.origin + "/by/hand" });`);
  await expectCounted(site, { views: { "/by/hand": 1 }, events: {} });
});
