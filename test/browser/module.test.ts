/** The tracker's package in a page, as a bundler puts it there. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildModule } from "../../scripts/tracker/module.ts";
import { temporaryDirectory } from "../node/footfall.ts";
import { expectCounted, FOOTFALL, propsOf, type Site } from "./sites.ts";
import { useTab } from "./tab.ts";

const folder = temporaryDirectory();
const tab = useTab();
beforeAll(() => buildModule(join(folder, "node_modules/footfall-tracker")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function open(code: string): Promise<Site> {
  const site = await tab.makeApp(`import { init, track } from "footfall-tracker";\n${code}`, folder);
  await tab.page.goto(`${site.origin}/start`);
  return site;
}

it("counts page views, routes and events once init was called, and those before it then", async () => {
  const site = await open(`
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
  expect(await tab.page.evaluate(() => ["footfall", "plausible"].filter((name) => name in window))).toEqual([]);
});

it("leaves page views to the page where it is told so", async () => {
  const site = await open(`
    init({ api: "${FOOTFALL}/api/event", manual: true });
    history.pushState({}, "", "/route");
    track("pageview", { url: location.origin + "/by/hand" });`);
  await expectCounted(site, { views: { "/by/hand": 1 }, events: {} });
});
