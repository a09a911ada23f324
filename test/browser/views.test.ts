import { describe, expect, it } from "vitest";
import { expectCounted, tag } from "./sites.ts";
import { useTab } from "./tab.ts";

const tab = useTab();

const scripts = ["/script.js", "/script.full.js", "/js/script.js"];

describe.each(scripts)("with %s", (script) => {
  it("counts each page of a site, and one visit of one visitor", async () => {
    const site = await tab.makeSite({
      "/": `<title>Home</title>${tag("", script)}<a href="/about?x=1#team">About</a>`,
      "/about": `<title>About</title>${tag("", script)}<a href="/">Home</a>`,
    });
    await tab.page.goto(site.origin);
    await tab.page.click("a");
    await tab.page.click("a");
    await expectCounted(site, { visitors: 1, visits: 1, views: { "/": 2, "/about": 1 }, events: {} });
  });

  it.each([
    ["with the Navigation API", false],
    ["without", true],
  ])("counts the routes of an app that pushes and replaces its history: %s", async (_, without) => {
    const site = await tab.makeSite({ "*": `<title>App</title>${tag("", script)}` });
    if (without) await tab.page.addInitScript(() => Reflect.deleteProperty(window, "navigation"));
    await tab.page.goto(`${site.origin}/a`);
    const [hasApi, state] = await tab.page.evaluate(() => {
      history.pushState({}, "", "/b");
      history.pushState({}, "", "/b?page=2");
      history.pushState({}, "", "/b#top");
      history.replaceState({}, "", "/b");
      history.replaceState({ seen: true }, "", "/c");
      return ["navigation" in window, history.state];
    });
    expect([hasApi, state]).toEqual([!without, { seen: true }]);
    await tab.page.evaluate(
      () =>
        new Promise((resolve) => {
          addEventListener("popstate", resolve, { once: true });
          history.back();
        }),
    );
    await expectCounted(site, { visits: 1, views: { "/a": 1, "/b": 2, "/c": 1 } });
  });

  it("counts routes by the Navigation API's own navigate()", async () => {
    const site = await tab.makeSite({ "*": `<title>App</title>${tag("", script)}` });
    await tab.page.goto(`${site.origin}/a`);
    await tab.page.evaluate(async () => {
      navigation.addEventListener("navigate", (event) => event.intercept({ handler: async () => {} }));
      await navigation.navigate("/b").finished;
      await navigation.navigate("/b?sorted", { history: "replace" }).finished;
      await navigation.back().finished;
    });
    await expectCounted(site, { views: { "/a": 2, "/b": 1 } });
  });

  it("counts routes in the fragment where the tag says so, and only there", async () => {
    const site = await tab.makeSite({
      "/app": `<title>App</title>${tag("data-hash", script)}<a href="#/two">Two</a>`,
      "/plain": `<title>Plain</title>${tag("", script)}<a href="#two">Two</a>`,
    });
    await tab.page.goto(`${site.origin}/app#/one`);
    await tab.page.click("a");
    await tab.page.evaluate(() => {
      location.hash = "#/two?sorted=1";
      location.hash = "#/three";
    });
    await tab.page.goto(`${site.origin}/plain#one`);
    await tab.page.click("a");
    await expectCounted(site, { views: { "/app#/one": 1, "/app#/two": 1, "/app#/three": 1, "/plain": 1 } });
  });

  it.each([
    ["a constant", "<script>const navigation = { items: [] }</script>", "/a"],
    ["an element, where there is no Navigation API", '<nav id="navigation"></nav>', "/b"],
  ])("counts routes of a page that has something of its own called navigation: %s", async (_, own, path) => {
    const site = await tab.makeSite({ "*": `<title>App</title>${own}${tag("", script)}` });
    if (path === "/b") await tab.page.addInitScript(() => Reflect.deleteProperty(window, "navigation"));
    await tab.page.goto(`${site.origin}${path}`);
    await tab.page.evaluate(() => history.pushState({}, "", "/route"));
    await expectCounted(site, { views: { [path]: 1, "/route": 1 } });
  });

  it("counts a page that has a constant called URL", async () => {
    const site = await tab.makeSite({ "/": `<title>x</title><script>const URL = "x"</script>${tag("", script)}` });
    await tab.page.goto(site.origin);
    await expectCounted(site, { views: { "/": 1 } });
  });

  it("counts beside Plausible's own script, and leaves that its function", async () => {
    const plausible = `<script>window.plausible = Object.assign(() => {}, { l: true, own: true })</script>`;
    const site = await tab.makeSite({ "/": `<title>x</title>${plausible}${tag("", script)}` });
    await tab.page.goto(site.origin);
    await tab.page.evaluate(() => window.footfall?.("Event"));
    await expectCounted(site, { views: { "/": 1 }, events: { Event: 1 } });
    expect(await tab.page.evaluate(() => window.plausible && "own" in window.plausible)).toBe(true);
  });

  it("counts a page of which the visitor sees little, being gone at once", async () => {
    const site = await tab.makeSite({ "/a": `<title>A</title>${tag("", script)}`, "/b": "<title>B</title>" });
    await tab.page.goto(`${site.origin}/a`, { waitUntil: "commit" });
    await tab.page.waitForFunction(() => "footfall" in window);
    await tab.page.goto(`${site.origin}/b`);
    await expectCounted(site, { views: { "/a": 1 } });
  });

  it("counts a page in an iframe as a page of its own", async () => {
    const site = await tab.makeSite({
      "/outer": `<title>Outer</title>${tag("", script)}<iframe src="/inner"></iframe>`,
      "/inner": `<title>Inner</title>${tag("", script)}`,
    });
    await tab.page.goto(`${site.origin}/outer`);
    await expectCounted(site, { visitors: 1, visits: 1, views: { "/outer": 1, "/inner": 1 } });
  });

  it("counts once where a page runs its tag twice", async () => {
    const site = await tab.makeSite({ "/": `<title>Twice</title>${tag("", script)}${tag("", script)}<p>` });
    await tab.page.goto(site.origin);
    await tab.page.evaluate(() => window.footfall?.("Once"));
    await expectCounted(site, { views: { "/": 1 }, events: { Once: 1 } });
  });

  it("counts a page whose address is too long for a beacon", async () => {
    const site = await tab.makeSite({ "*": `<title>Long</title>${tag("", script)}` });
    await tab.page.goto(`${site.origin}/long?utm_source=news&x=${"ä".repeat(500)}`);
    await expectCounted(site, { views: { "/long": 1 } });
  });
});

it("counts the pixel where JavaScript is off, by the snippet that making the site gave", async () => {
  const site = await tab.makeSite({ "/a": "SNIPPET" });
  await tab.reopen({ javaScriptEnabled: false });
  await tab.page.goto(`${site.origin}/a`);
  await expectCounted(site, { visitors: 1, visits: 1, views: { "/a": 1 } });
});

it("counts by the snippet that making the site gave", async () => {
  const site = await tab.makeSite({ "/a": "SNIPPET" });
  await tab.page.goto(`${site.origin}/a`);
  await expectCounted(site, { visitors: 1, visits: 1, views: { "/a": 1 } });
});

it("takes the start of an app's routes for the page that it is on, with the full script", async () => {
  const site = await tab.makeSite({ "/app": `<title>App</title>${tag("data-hash", "/script.full.js")}` });
  await tab.page.goto(`${site.origin}/app`);
  await tab.page.evaluate(() => {
    location.replace("#/");
    location.hash = "#/two";
    location.hash = "#/?x=1";
  });
  await expectCounted(site, { views: { "/app": 2, "/app#/two": 1 } });
});
