import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { counted, expectCounted, FOOTFALL, tag } from "./sites.ts";
import { useTab } from "./tab.ts";

const tab = useTab();

const QUEUE =
  "<script>window.footfall=function(){(footfall.q=footfall.q||[]).push(arguments)};footfall('Early')</script>";
const CONTENT = `<title>x</title>${QUEUE}SCRIPT<a id="out" target="_blank" href="OTHER/x">Out</a><div style="height:3000px"></div>`;

/** Does all that would be counted, and returns the beacons that were sent. */
async function visit(path: string, init?: () => void): Promise<string[]> {
  const beacons: string[] = [];
  tab.page.on("request", (request) => {
    if (request.url().startsWith(FOOTFALL) && request.method() !== "GET") beacons.push(request.postData() ?? "");
  });
  if (init) await tab.page.addInitScript(init);
  await tab.page.goto(path);
  await tab.page.click("#out");
  await tab.page.evaluate(async () => {
    await new Promise((callback) => window.footfall?.("Event", { callback }));
    history.pushState({}, "", `${location.pathname}/next${location.hash}`);
    scrollTo(0, 1000);
    window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
    Object.defineProperty(document, "hidden", { configurable: true, value: true });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    Reflect.deleteProperty(document, "hidden");
  });
  return beacons;
}

const define = (name: string, value: unknown) =>
  `Object.defineProperty(Navigator.prototype, ${JSON.stringify(name)}, { get: () => ${JSON.stringify(value)} })`;

const LOUD = { views: { "/a": 1, "/a/next": 2 }, events: { Early: 1, Event: 1, "Outbound Link: Click": 1 } };

describe.each(["/script.js", "/script.full.js"])("%s", (script) => {
  const serve = () => tab.makeSite({ "*": CONTENT.replace("SCRIPT", tag("", script)) });

  it("is heard without a reason to be silent", async () => {
    const site = await serve();
    expect((await visit(`${site.origin}/a`)).length).toBeGreaterThan(5);
    await expectCounted(site, LOUD);
  });

  it.each([
    ["Global Privacy Control", "globalPrivacyControl", true],
    ["Do Not Track", "doNotTrack", "1"],
    ["an automated browser", "webdriver", true],
  ])("sends nothing with %s, and calls back all the same", async (_, name, value) => {
    const site = await serve();
    const beacons = await visit(`${site.origin}/a`, new Function(define(name, value)) as () => void);
    expect(beacons).toEqual([]);
    expect(await counted(site)).toEqual({ visitors: 0, visits: 0, views: {}, events: {} });
    expect(await tab.page.evaluate(() => Object.keys(localStorage))).toEqual([]);
  });

  it.each([
    ["doNotTrack", "unspecified"],
    ["doNotTrack", "0"],
    ["globalPrivacyControl", false],
  ])("counts where %s is %s", async (name, value) => {
    const site = await serve();
    await visit(`${site.origin}/a`, new Function(define(name, value)) as () => void);
    await expectCounted(site, LOUD);
  });

  it("keeps an opt-out that the visitor asked for, and nothing else, until he takes it back", async () => {
    const site = await serve();
    expect(await visit(`${site.origin}/a#footfall-off`)).toEqual([]);
    const stored = () => tab.page.evaluate(() => [{ ...localStorage }, { ...sessionStorage }, document.cookie]);
    expect(await stored()).toEqual([{ footfall: "1" }, {}, ""]);
    await tab.page.goto(`${site.origin}/b`);
    await tab.page.evaluate(() => new Promise((callback) => window.footfall?.("Event", { callback })));
    expect(await counted(site)).toMatchObject({ views: {}, events: {} });

    // By a link within the page, as in a privacy notice.
    await tab.page.evaluate(() => {
      location.hash = "#footfall-on";
    });
    expect(await stored()).toEqual([{}, {}, ""]);
    await tab.page.evaluate(() => new Promise((callback) => window.footfall?.("Back", { callback })));
    await tab.page.evaluate(() => {
      location.hash = "#footfall-off";
    });
    expect(await stored()).toEqual([{ footfall: "1" }, {}, ""]);
    await tab.page.evaluate(() => new Promise((callback) => window.footfall?.("Gone", { callback })));
    await expectCounted(site, { events: { Back: 1 } });
  });

  it("objects by the links that the docs give for privacy pages, which say so", async () => {
    const docs = readFileSync(join(import.meta.dirname, "../../docs/script.md"), "utf8");
    const notice = docs.match(/```html\n(<p>[^`]*footfall-off[^`]*)```/)?.[1] ?? "";
    const site = await tab.makeSite({ "/privacy": `<title>Privacy</title>${tag("", script)}${notice}` });
    await tab.page.goto(`${site.origin}/privacy`);
    const said = async () => tab.page.locator(".footfall-said:visible").allInnerTexts();
    expect(await said()).toEqual([]);
    await tab.page.click("text=do not count me");
    expect(await said()).toEqual(["From now on this browser's visits are not counted here."]);
    expect(await tab.page.evaluate(() => ({ ...localStorage }))).toEqual({ footfall: "1" });
    await tab.page.click("text=count me again");
    expect(await said()).toEqual(["This browser's visits are counted again."]);
    expect(await tab.page.evaluate(() => ({ ...localStorage }))).toEqual({});
    await expectCounted(site, { views: { "/privacy": 1 } });
  });

  it("counts where storage is forbidden", async () => {
    const site = await serve();
    await visit(`${site.origin}/a`, () =>
      Object.defineProperty(window, "localStorage", {
        get: () => {
          throw new DOMException("denied", "SecurityError");
        },
      }),
    );
    await expectCounted(site, LOUD);
  });

  it.each(["localhost", "127.0.0.1"])("counts %s only where the tag says so", async (host) => {
    const site = await tab.makeSite(
      {
        "/loud/a": CONTENT.replace("SCRIPT", tag("data-local", script)),
        "*": CONTENT.replace("SCRIPT", tag("", script)),
      },
      { allowed_hosts: ["localhost", "127.0.0.1"] },
    );
    const { port } = new URL(site.origin);
    expect(await visit(`http://${host}:${port}/quiet`)).toEqual([]);
    await tab.reopen();
    await visit(`http://${host}:${port}/loud/a`);
    await expectCounted(site, { views: { "/loud/a": 1, "/loud/a/next": 2 } });
  });
});

it("objects with the full script for as long as it stands in the address, where nothing more can be stored", async () => {
  const site = await tab.makeSite({ "*": CONTENT.replace("SCRIPT", tag("", "/script.full.js")) });
  await tab.page.goto(`${site.origin}/a`);
  const events = await tab.page.evaluate(async () => {
    for (let size = 2 ** 22; size > 0; size >>= 1) {
      try {
        localStorage[`fill${size}`] = "x".repeat(size);
      } catch {
        // As much as there is room for.
      }
    }
    location.hash = "#footfall-off";
    await new Promise((callback) => window.footfall?.("Silent", { callback }));
    return localStorage.footfall;
  });
  expect(events).toBe(undefined);
  await expectCounted(site, { views: { "/a": 1 }, events: { Early: 1 } });
});
