/** What the script must never do to a page, and what pages do that must not harm it. */
import { beforeEach, describe, expect, it } from "vitest";
import { counted, expectCounted, FOOTFALL, tag } from "./sites.ts";
import { useTab } from "./tab.ts";

const tab = useTab();
/** Whatever reached the console, and errors that nobody caught. */
let noise: string[];
beforeEach(() => {
  noise = [];
  tab.page.on("console", (message) => noise.push(message.text()));
  tab.page.on("pageerror", (error) => noise.push(String(error)));
});

describe.each(["/script.js", "/script.full.js"])("%s", (script) => {
  it("leaves nothing on the device, no global but its own, and no noise", async () => {
    const site = await tab.makeSite({
      "/": `<title>x</title><script>before = Object.keys(window)</script>${tag("", script)}`,
    });
    await tab.page.goto(site.origin);
    await tab.page.evaluate(async () => {
      await new Promise((callback) => window.footfall?.("Event", { callback }));
      history.pushState({}, "", "/next");
    });
    await expectCounted(site, { views: { "/": 1, "/next": 1 }, events: { Event: 1 } });
    const left = await tab.page.evaluate(async () => {
      const { before, ...globals } = window as unknown as { before: string[] };
      return {
        globals: Object.keys(globals)
          .filter((name) => !before.includes(name))
          .sort(),
        storage: [Object.keys(localStorage), Object.keys(sessionStorage), document.cookie],
        databases: isSecureContext ? await indexedDB.databases() : [],
      };
    });
    expect(left).toEqual({ globals: ["footfall", "plausible"], storage: [[], [], ""], databases: [] });
    expect(await tab.context.cookies()).toEqual([]);
    expect(noise).toEqual([]);
  });

  it("reads nothing of the device", async () => {
    const site = await tab.makeSite({ "/": `<title>x</title>${tag("", script)}` });
    await tab.page.addInitScript(() => {
      const read: string[] = [];
      Object.assign(window, { read });
      const watch = (target: object, names: string[]) => {
        for (const name of names) {
          const { get, value } = Object.getOwnPropertyDescriptor(target, name) ?? {};
          const seen = function (this: unknown) {
            read.push(name);
            return get ? get.call(this) : value;
          };
          Object.defineProperty(target, name, { configurable: true, get: seen });
        }
      };
      // Whatever `navigator` and `screen` tell, but for the signals that ask for silence.
      const asked = ["webdriver", "doNotTrack", "globalPrivacyControl"];
      const names = Object.keys(Object.getOwnPropertyDescriptors(Navigator.prototype));
      watch(
        Navigator.prototype,
        names.filter((name) => name !== "constructor" && !asked.includes(name)),
      );
      watch(Screen.prototype, ["width", "height", "availWidth", "availHeight", "colorDepth", "pixelDepth"]);
      watch(
        window,
        ["devicePixelRatio", "indexedDB", "sessionStorage", "caches", "cookieStore"].filter((name) => name in window),
      );
      watch(
        Document.prototype,
        ["cookie", "fonts"].filter((name) => name in Document.prototype),
      );
      watch(HTMLCanvasElement.prototype, ["getContext", "toDataURL"]);
    });
    await tab.page.goto(site.origin);
    await tab.page.evaluate(async () => {
      await new Promise((callback) => window.footfall?.("Event", { callback }));
      history.pushState({}, "", "/next");
    });
    await expectCounted(site, { views: { "/": 1, "/next": 1 } });
    const read = () => tab.page.evaluate(() => (window as unknown as { read: string[] }).read);
    expect(await read()).toEqual([]);
    // It would have been noticed.
    await tab.page.evaluate(() => [navigator.userAgent, screen.width]);
    expect(await read()).toEqual(["userAgent", "width"]);
  });

  it("does not disturb a page whose policy forbids it to send", async () => {
    const site = await tab.makeSite({
      "/": {
        headers: { "Content-Security-Policy": `script-src 'unsafe-inline' ${FOOTFALL}; connect-src 'self'` },
        body: `<title>x</title>${tag("", script)}<script>
          addEventListener("unhandledrejection", (event) => console.log("unhandled " + event.reason))</script>`,
      },
    });
    await tab.page.goto(site.origin);
    const answered = await tab.page.evaluate(async () => [
      await new Promise((callback) => window.footfall?.("Event", { callback })),
      document.title,
    ]);
    expect(answered).toEqual([undefined, "x"]);
    // The browser's own reports of the violations; nothing of ours.
    expect(
      noise.filter((text) => !/violates the following Content Security Policy|Fetch API cannot load/.test(text)),
    ).toEqual([]);
    await expectCounted(site, { views: {}, events: {} });
  });

  it.each([
    ["a property of 80 kB", "{ props: { text: 'x'.repeat(80000) } }"],
    ["a property that JSON cannot say", "(() => { const o = {}; o.o = o; return { props: { o } } })()"],
    ["a bigint", "{ props: { n: 1n } }"],
    ["no options", "null"],
    ["options that throw", "{ get props() { throw new Error('no') } }"],
    ["options of another kind", "7"],
  ])("bears %s", async (_, options) => {
    const site = await tab.makeSite({ "/": `<title>x</title>${tag("", script)}` });
    await tab.page.goto(site.origin);
    await tab.page.evaluate(async (options) => {
      addEventListener("unhandledrejection", (event) => console.log(`unhandled ${event.reason}`));
      // biome-ignore lint/security/noGlobalEval: the test's own text, evaluated in its own page
      window.footfall?.("Odd", eval(`(${options})`));
      await new Promise((callback) => window.footfall?.("Fine", { callback }));
    }, options);
    await expect.poll(() => counted(site)).toMatchObject({ views: { "/": 1 }, events: { Fine: 1 } });
    const { events } = await counted(site);
    expect(Object.keys(events).filter((name) => !["Odd", "Fine"].includes(name))).toEqual([]);
    expect(noise).toEqual([]);
  });

  it("bears a collector that is away", async () => {
    const site = await tab.makeSite({
      "/": `<title>x</title>${tag('data-api="http://nobody.example:9/api/event"', script)}`,
    });
    await tab.page.goto(site.origin);
    await tab.page.evaluate(async () => {
      addEventListener("unhandledrejection", (event) => console.log(`unhandled ${event.reason}`));
      await new Promise((callback) => window.footfall?.("Event", { callback }));
    });
    expect(noise.filter((text) => !text.startsWith("Failed to load resource"))).toEqual([]);
  });

  it("sends by beacon where fetch does not outlive a page", async () => {
    const site = await tab.makeSite({ "/": `<title>x</title>${tag("", script)}` });
    await tab.page.addInitScript(() => Reflect.deleteProperty(Request.prototype, "keepalive"));
    await tab.page.goto(site.origin);
    const answer = await tab.page.evaluate(() => new Promise((callback) => window.footfall?.("Event", { callback })));
    expect(answer).toBe(true);
    await expectCounted(site, { views: { "/": 1 }, events: { Event: 1 } });
  });

  it("sends to the address that the tag names, without cookies and without asking first", async () => {
    const site = await tab.makeSite({ "/": `<title>x</title>${tag('data-api="OTHER/collect"', script)}`, "*": "" });
    await tab.context.addCookies([{ name: "session", value: "1", domain: "other.example", path: "/" }]);
    await tab.page.addInitScript(() => {
      const real = fetch;
      window.fetch = (input, init) => {
        document.title = `keepalive: ${init?.keepalive}`;
        return real(input, init);
      };
    });
    await tab.page.goto(site.origin);
    const collected = () => site.requests.filter(({ path }) => path === "/collect");
    await expect.poll(() => collected().length).toBe(1);
    const headers = collected()[0]?.headers ?? {};
    expect(headers["content-type"]).toBe("text/plain;charset=UTF-8");
    expect(headers.cookie).toBe(undefined);
    // Whether a request outlives its page cannot be told from one on this machine, where all are quick.
    expect(await tab.page.title()).toBe("keepalive: 1");
  });

  it("takes no long task on a page with 10,000 links, and counts a click on one", async () => {
    const links = Array.from({ length: 10_000 }, (_, i) => `<p><a href="OTHER/${i}" target="_blank">Link ${i}</a></p>`);
    const slow = `const from = performance.now(); while (performance.now() < from + 120);`;
    const site = await tab.makeSite({
      "/": `<title>x</title>${tag("", script)}<script src="/slow.js"></script>${links.join("")}`,
      "/slow.js": { headers: { "Content-Type": "text/javascript" }, body: slow },
    });
    await tab.page.addInitScript(() => {
      // Names the scripts that a long frame was spent in, so that what else the machine is doing does not matter.
      const spent: Record<string, number> = {};
      Object.assign(window, { spent });
      new PerformanceObserver((list) => {
        for (const frame of list.getEntries() as (PerformanceEntry & { scripts: ScriptTiming[] })[])
          for (const { sourceURL, duration } of frame.scripts)
            spent[sourceURL] = Math.max(duration, spent[sourceURL] ?? 0);
      }).observe({ type: "long-animation-frame", buffered: true });
      type ScriptTiming = { sourceURL: string; duration: number };
    });
    await tab.page.goto(site.origin);
    await tab.page.click("a >> nth=5000");
    await tab.page.evaluate(() => new Promise((callback) => window.footfall?.("Loaded", { callback })));
    await expectCounted(site, { views: { "/": 1 }, events: { Loaded: 1, "Outbound Link: Click": 1 } });
    const spent = () => tab.page.evaluate(() => (window as unknown as { spent: Record<string, number> }).spent);
    // A script that takes long is noticed.
    await expect.poll(async () => (await spent())[`${site.origin}/slow.js`] ?? 0).toBeGreaterThan(100);
    expect((await spent())[FOOTFALL + script] ?? 0).toBeLessThan(50);
  });

  it("forces no layout, whatever a page has changed", async () => {
    const site = await tab.makeSite({
      "/with": `<title>x</title>${tag("", script)}<body>`,
      "/without": "<title>x</title><body>",
    });
    /** How often a page is laid out that changes, and goes to another route each time; `forced` reads as a bad script would. */
    const layouts = async (path: string, forced: boolean) => {
      await tab.page.goto(site.origin + path);
      const devtools = await tab.context.newCDPSession(tab.page);
      await devtools.send("Performance.enable");
      const count = async () =>
        (await devtools.send("Performance.getMetrics")).metrics.find(({ name }) => name === "LayoutCount")?.value ?? 0;
      const before = await count();
      await tab.page.evaluate(async (forced) => {
        for (let i = 0; i < 20; i++) {
          document.body.append(document.createElement("p"), String(i));
          history.pushState({}, "", `/${i}`);
          window.dispatchEvent(new Event("scroll"));
          if (forced) document.documentElement.scrollHeight;
        }
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      }, forced);
      return (await count()) - before;
    };
    const without = await layouts("/without", false);
    expect(await layouts("/without", true), "layouts of a page that is forced").toBeGreaterThan(without + 10);
    expect(await layouts("/with", false)).toBeLessThan(without + 5);
  });
});
