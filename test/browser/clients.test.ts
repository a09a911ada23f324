/** The trackers that sites already have, each pointed at Footfall by nothing but its address. */
import { expect, it } from "vitest";
import { expectCounted, FOOTFALL, propsOf, type Site } from "./sites.ts";
import { useTab } from "./tab.ts";

const tab = useTab();

async function visit(code: string): Promise<Site> {
  const site = await tab.makeApp(code);
  await tab.page.goto(`${site.origin}/start?utm_source=news`);
  await tab.page.evaluate(() => history.pushState({}, "", "/route"));
  await tab.page.click("a");
  return site;
}

it("counts what @plausible-analytics/tracker sends", async () => {
  const site = await visit(`
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
  const site = await visit(`
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
  const site = await visit(`
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
