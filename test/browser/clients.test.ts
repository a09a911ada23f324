/** The trackers that sites already have, each pointed at Footfall by nothing but its address. */
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { makeApp } from "./app.ts";
import { launch } from "./browser.ts";
import { expectCounted, FOOTFALL, propsOf, type Site } from "./sites.ts";

let browser: Browser;
let page: Page;
let site: Site;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());
beforeEach(async () => {
  page = await (await browser.newContext()).newPage();
});
afterEach(async () => {
  await page.context().close();
  site.stop();
});

async function visit(code: string): Promise<void> {
  site = await makeApp(code);
  await page.goto(`${site.origin}/start?utm_source=news`);
  await page.evaluate(() => history.pushState({}, "", "/route"));
  await page.click("a");
}

it("counts what @plausible-analytics/tracker sends", async () => {
  await visit(`
    import { init, track } from "@plausible-analytics/tracker";
    init({ domain: location.hostname, endpoint: "${FOOTFALL}/api/event", outboundLinks: true });
    track("Purchase", { props: { plan: "pro" }, revenue: { amount: 10.5, currency: "EUR" }, interactive: false });`);
  await expectCounted(site, {
    visitors: 1,
    visits: 1,
    views: { "/start": 1, "/route": 1 },
    events: { Purchase: 1, "Outbound Link: Click": 1 },
  });
  expect(await propsOf(site, "plan")).toEqual({ pro: 1 });
});

it("counts what plausible-tracker sends", async () => {
  await visit(`
    import Plausible from "plausible-tracker";
    const plausible = Plausible({ domain: location.hostname, apiHost: "${FOOTFALL}" });
    plausible.enableAutoPageviews();
    plausible.enableAutoOutboundTracking();
    plausible.trackEvent("Signup", { props: { plan: "pro", seats: 3 } });`);
  await expectCounted(site, {
    visits: 1,
    views: { "/start": 1, "/route": 1 },
    events: { Signup: 1, "Outbound Link: Click": 1 },
  });
  expect(await propsOf(site, "seats")).toEqual({ 3: 1 });
});

it("counts what plausible-client sends", async () => {
  await visit(`
    import { enableAutoOutboundTracking, enableAutoPageviews, Plausible } from "plausible-client";
    const plausible = new Plausible({ domain: location.hostname, apiHost: "${FOOTFALL}" });
    enableAutoPageviews(plausible);
    enableAutoOutboundTracking(plausible);
    plausible.sendEvent("Signup", { props: { plan: "pro", none: null }, revenue: { currency: "USD", amount: 5 } });`);
  await expectCounted(site, {
    visits: 1,
    views: { "/start": 1, "/route": 1 },
    events: { Signup: 1, "Outbound Link: Click": 1 },
  });
});
