import { describe, expect, it } from "vitest";
import { openAlone, openBehind } from "./browser.ts";
import { installedChrome } from "./program.ts";
import { api, expectCounted, type Site, tag } from "./sites.ts";
import { useTab } from "./tab.ts";

const tab = useTab();

// The Chromium that comes with npm has neither tabs in the background nor a back-forward cache.
const inChrome = it.skipIf(!installedChrome);

/** What the page sends, in order. */
function sent(): { n: string; u: string; e?: number; sd?: number }[] {
  const bodies: ReturnType<typeof sent> = [];
  tab.page.on("request", (request) => {
    if (request.method() === "POST") bodies.push(JSON.parse(request.postData() ?? ""));
  });
  return bodies;
}

/** Makes the page believe that it is hidden, or shown again. */
async function show(visible: boolean): Promise<void> {
  await tab.page.evaluate((visible) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => !visible });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  }, visible);
}

async function engagement({ domain }: Site): Promise<Record<string, { time_on_page: number; scroll_depth: number }>> {
  const query = `site_id=${domain}&period=day&property=event:page&metrics=time_on_page,scroll_depth`;
  const { results } = (await api("GET", `/api/v1/stats/breakdown?${query}`)) as {
    results: { page: string; time_on_page: number; scroll_depth: number }[];
  };
  return Object.fromEntries(results.map(({ page, ...metrics }) => [page, metrics]));
}

const onward = (path: string, when: string) =>
  `<script>const timer = setInterval(async () => {
    if ((await (await fetch("/${when}")).text()) === "yes") { clearInterval(timer); location.href = "${path}"; }
  }, 20)</script>`;

describe("a page that is prerendered", () => {
  const rules = (path: string) =>
    `<script type="speculationrules">{"prerender":[{"urls":["${path}"],"eagerness":"immediate"}]}</script>`;
  // Only once the page is prerendered, and has had its say, does the other one go on.
  const ready = `<script>footfall("Early"); addEventListener("load", () => fetch("/prerendered"))</script>`;
  const stub = `<script>window.footfall=function(){(footfall.q=footfall.q||[]).push(arguments)}</script>`;
  const pages = (to: string) => {
    const isReady = ({ requests }: Site) => (requests.some(({ path }) => path === "/prerendered") ? "yes" : "no");
    return {
      "/start": `<title>Start</title>${tag()}${rules("/next")}${onward(to, "ready")}`,
      "/next": `<title>Next</title>${stub}${tag()}${ready}`,
      "/other": `<title>Other</title>${tag()}`,
      "/ready": isReady,
      "/prerendered": "",
    };
  };

  it("counts when it is shown, with the events that it had before", async () => {
    const site = await tab.makeSite(pages("/next"));
    await openAlone(`${site.origin}/start`);
    await expectCounted(site, { visits: 1, views: { "/start": 1, "/next": 1 }, events: { Early: 1 } });
    const requests = site.requests.filter(({ path }) => path === "/next");
    expect(requests.map(({ headers }) => headers["sec-purpose"])).toEqual(["prefetch;prerender"]);
  });

  it("never counts if it is never shown", async () => {
    const site = await tab.makeSite(pages("/other"));
    await openAlone(`${site.origin}/start`);
    await expectCounted(site, { visits: 1, views: { "/start": 1, "/other": 1 }, events: {} });
    const requests = site.requests.filter(({ path }) => path === "/next");
    expect(requests.map(({ headers }) => headers["sec-purpose"])).toEqual(["prefetch;prerender"]);
  });
});

describe("a tab in the background", () => {
  it("counts when it is shown for the first time, and its events then, too", async () => {
    const site = await tab.makeSite({ "/": `<title>x</title>${tag()}` });
    const bodies = sent();
    await tab.page.addInitScript(() => Object.defineProperty(document, "hidden", { configurable: true, value: true }));
    await tab.page.goto(site.origin);
    await tab.page.evaluate(() => {
      window.footfall?.("Early");
      history.pushState({}, "", "/shown");
      window.dispatchEvent(new Event("focus"));
    });
    expect(bodies).toEqual([]);
    await show(true);
    await show(false);
    await show(true);
    await expectCounted(site, { visits: 1, views: { "/shown": 1 }, events: { Early: 1 } });
  });

  inChrome("is not counted while it is never shown, and counts once it really is", async () => {
    const loaded = `<script>addEventListener("load", () => fetch("/loaded"))</script>`;
    const site = await tab.makeSite({
      "/front": `<title>Front</title>${tag()}`,
      "/behind": `<title>Behind</title>${tag()}${loaded}`,
      "/loaded": "",
    });
    const show = await openBehind(`${site.origin}/behind`, `${site.origin}/front`, installedChrome ?? "");
    await expect.poll(() => site.requests.some(({ path }) => path === "/loaded"), { timeout: 8_000 }).toBe(true);
    await expectCounted(site, { views: { "/front": 1 } });
    show();
    await expectCounted(site, { visits: 1, views: { "/front": 1, "/behind": 1 } });
  });
});

describe("a page from the back-forward cache", () => {
  it("is a page view again", async () => {
    const site = await tab.makeSite({ "/": `<title>x</title>${tag()}` });
    await tab.page.goto(site.origin);
    await expectCounted(site, { views: { "/": 1 } });
    await tab.page.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
    await expectCounted(site, { visits: 1, views: { "/": 2 } });
  });

  it("waits to be counted where it comes back hidden", async () => {
    const site = await tab.makeSite({ "/": `<title>x</title>${tag()}` });
    await tab.page.goto(site.origin);
    await show(false);
    await tab.page.evaluate(() => window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
    await tab.page.evaluate(() => window.footfall?.("Hidden"));
    await show(true);
    await expectCounted(site, { views: { "/": 2 }, events: { Hidden: 1 } });
  });

  inChrome("is really in the cache, in spite of us", async () => {
    const site = await tab.makeSite({
      "/first": `<title>First</title>${tag()}<script>
        addEventListener("load", () => history.state || setTimeout(() => {
          history.replaceState({ left: true }, ""); location.href = "/second"; }, 200));
        addEventListener("pageshow", (event) => event.persisted && fetch("/restored"));</script>`,
      "/second": `<title>Second</title>${tag()}<script>addEventListener("load", () => setTimeout(() => history.back(), 200))</script>`,
      "/restored": "",
    });
    await openAlone(`${site.origin}/first`, installedChrome);
    await expectCounted(site, { visits: 1, views: { "/first": 2, "/second": 1 } });
    expect(site.requests.filter(({ path }) => path === "/first").length, "loads of the first page").toBe(1);
    expect(site.requests.filter(({ path }) => path === "/restored").length).toBe(1);
  });
});

describe("engagement", () => {
  const tall = `<title>x</title>${tag()}<style>body { margin: 0 } div { height: 4000px }</style><div></div>`;

  it("tells how long and how far a page was looked at, when it is left", async () => {
    const site = await tab.makeSite({ "/tall": tall, "/away": "<title>Away</title>" });
    await tab.page.setViewportSize({ width: 800, height: 1000 });
    await tab.page.goto(`${site.origin}/tall`);
    await tab.page.waitForFunction(() => performance.now() > 500);
    // After what is measured at the beginning, and back before it is left.
    await tab.page.evaluate(() => scrollTo(0, 1000));
    await tab.page.waitForFunction(
      (from) => performance.now() > from + 400,
      await tab.page.evaluate(() => performance.now()),
    );
    await tab.page.evaluate(() => scrollTo(0, 0));
    await tab.page.waitForFunction(() => performance.now() > 1200);
    await tab.page.goto(`${site.origin}/away`);
    await expect.poll(() => engagement(site), { timeout: 8_000 }).toMatchObject({ "/tall": { scroll_depth: 50 } });
    const { time_on_page } = (await engagement(site))["/tall"] ?? {};
    expect(time_on_page).toBeGreaterThanOrEqual(1);
    expect(time_on_page).toBeLessThan(8);
  });

  /** Scrolls, and waits until the page was told. */
  const scroll = (to: number) =>
    tab.page.evaluate(
      (to) =>
        new Promise((resolve) => {
          addEventListener("scroll", resolve, { once: true });
          scrollTo(0, to);
        }),
      to,
    );
  const engagements = (bodies: ReturnType<typeof sent>) =>
    bodies
      .filter(({ n }) => n === "engagement")
      .map(({ u, e = 0, sd }) => [new URL(u).pathname, Math.round(e / 1000), sd && Math.round(sd)]);

  it("of a route tells how far that was seen, though its content comes after its address", async () => {
    const site = await tab.makeSite({ "*": tall });
    const bodies = sent();
    await tab.page.setViewportSize({ width: 800, height: 1000 });
    await tab.page.clock.install();
    await tab.page.goto(`${site.origin}/a`);
    await tab.page.clock.runFor(1_000);
    await scroll(2_000);
    await tab.page.clock.runFor(3_000);
    await tab.page.evaluate(() => history.pushState({}, "", "/b"));
    await tab.page.clock.runFor(100);
    await scroll(0);
    await tab.page.clock.runFor(3_900);
    await show(false);
    expect(engagements(bodies)).toEqual([
      ["/a", 4, 75],
      ["/b", 4, 25],
    ]);
  });

  it("is not sent of the moment before an app redirects", async () => {
    const redirect = `<script>addEventListener("DOMContentLoaded", () => history.replaceState({}, "", "/en"))</script>`;
    const site = await tab.makeSite({ "*": tall + redirect });
    const bodies = sent();
    await tab.page.clock.install();
    await tab.page.goto(`${site.origin}/`);
    await tab.page.clock.runFor(2_000);
    await show(false);
    expect(engagements(bodies).map(([path, seconds]) => [path, seconds])).toEqual([["/en", 2]]);
    await expectCounted(site, { views: { "/": 1, "/en": 1 } });
  });

  it("of a page that is read for long is sent meanwhile, so that its visit goes on", async () => {
    const site = await tab.makeSite({ "*": tall });
    const bodies = sent();
    await tab.page.clock.install();
    await tab.page.goto(`${site.origin}/long`);
    for (let minutes = 0; minutes < 40; minutes += 10) {
      await tab.page.clock.runFor(10 * 60_000);
      await scroll(10 + minutes);
    }
    await show(false);
    expect(engagements(bodies).map(([, seconds]) => seconds)).toEqual([1_200, 1_200]);
  });

  it("does not tell of the time for which a visitor objected", async () => {
    const site = await tab.makeSite({ "*": tall });
    const bodies = sent();
    await tab.page.clock.install();
    await tab.page.goto(`${site.origin}/a`);
    await tab.page.clock.runFor(5_000);
    for (const hash of ["#footfall-off", "#footfall-on"]) {
      await tab.page.evaluate((hash) => {
        location.hash = hash;
      }, hash);
      await tab.page.clock.runFor(5_000);
    }
    await show(false);
    expect(engagements(bodies).map(([path, seconds]) => [path, seconds])).toEqual([["/a", 5]]);
  });

  it("of a page in an app is sent before the next view, and only once in three seconds", async () => {
    const site = await tab.makeSite({ "*": tall });
    const bodies = sent();
    await tab.page.goto(`${site.origin}/a`);
    await tab.page.waitForFunction(() => performance.now() > 200);
    await tab.page.evaluate(() => {
      for (const path of ["/b", "/c"]) history.pushState({}, "", path);
    });
    await show(false);
    await show(true);
    expect(bodies.map(({ n, u }) => [n, new URL(u).pathname])).toEqual([
      ["pageview", "/a"],
      ["engagement", "/a"],
      ["pageview", "/b"],
      ["pageview", "/c"],
    ]);
    await expectCounted(site, { visits: 1, views: { "/a": 1, "/b": 1, "/c": 1 }, events: {} });
  });

  it("is counted while the page is visible and in focus, and goes on after a pause", async () => {
    const site = await tab.makeSite({ "*": tall });
    const bodies = sent();
    await tab.page.clock.install();
    await tab.page.goto(`${site.origin}/a`);
    const focus = (focused: boolean) =>
      tab.page.evaluate((focused) => {
        document.hasFocus = () => focused;
        window.dispatchEvent(new Event(focused ? "focus" : "blur"));
      }, focused);
    await tab.page.clock.runFor(4_000);
    await focus(false);
    await tab.page.clock.runFor(60_000);
    await focus(true);
    await tab.page.clock.runFor(5_000);
    await show(false);
    await tab.page.clock.runFor(60_000);
    await show(true);
    await tab.page.clock.runFor(2_000);
    await show(false);
    await tab.page.clock.runFor(2_000);
    await show(false);
    const engagements = bodies.filter(({ n }) => n === "engagement").map(({ e = 0 }) => Math.round(e / 100) / 10);
    expect(engagements).toEqual([9, 2]);
  });

  it("is not sent of a page that was not counted", async () => {
    const site = await tab.makeSite({
      "*": `${tall}`
        .replace("/script.js", "/script.full.js")
        .replace("data-domain", 'data-exclude="/secret" data-domain'),
    });
    const bodies = sent();
    await tab.page.goto(`${site.origin}/secret`);
    await tab.page.waitForFunction(() => performance.now() > 200);
    await tab.page.evaluate(() => history.pushState({}, "", "/open"));
    await tab.page.waitForFunction(() => performance.now() > 400);
    await tab.page.evaluate(() => history.pushState({}, "", "/secret"));
    await show(false);
    expect(bodies.map(({ n, u }) => [n, new URL(u).pathname])).toEqual([
      ["pageview", "/open"],
      ["engagement", "/open"],
    ]);
  });
});
