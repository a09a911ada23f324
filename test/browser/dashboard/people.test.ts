/** The dashboard for all who read it: by eyes, ears and keys, on any screen, in any light, with and without a connection. */
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { en } from "../../../src/dashboard/texts/en.ts";
import { LANGUAGES } from "../../../src/dashboard/texts.ts";
import { expectAccessible } from "./accessible.ts";
import { footfall, sites, useDashboard } from "./dashboard.ts";

// Nothing is looked at while it changes its colour.
const dashboard = useDashboard({ reducedMotion: "reduce" });
const site = `/${sites.demo}`;
const pathOf = (url: string) => url.slice(new URL(url).origin.length);

const NARROW = { viewport: { width: 320, height: 800 } };
const WIDE = { viewport: { width: 3840, height: 2160 } };
const DARK = { colorScheme: "dark" } as const;
const REFUSED = /^40[13]: GET \/api\//;

/** Pages as they are when they are opened, and who opens them. */
const PAGES: { name: string; address: string; as?: string | null }[] = [
  { name: "a site", address: `${site}?compare=year_over_year` },
  { name: "a site filtered", address: `${site}?f=is,visit:source,Google,Bing` },
  { name: "a site with what is refused", address: `${site}?f=is,visit:source,Google&f=is,visit:country,DE` },
  { name: "realtime", address: `${site}?period=realtime` },
  { name: "a full list", address: `${site}?list=event:page` },
  { name: "a site without counts", address: `/${sites.empty}` },
  { name: "a period without counts", address: `${site}?period=day&date=2020-01-01` },
  { name: "sites", address: "/" },
  { name: "settings", address: `${site}/settings` },
  { name: "the login", address: "/", as: null },
  { name: "a site that is not to be seen", address: site, as: null },
  { name: "a shared link", address: pathOf(sites.link), as: null },
  { name: "a locked link", address: pathOf(sites.lockedLink), as: null },
  { name: "a public site", address: `/${sites.public}`, as: null },
  { name: "an embedded site", address: `/${sites.public}?embed`, as: null },
  { name: "settings that are not to be changed", address: `${site}/settings`, as: sites.readingKey },
];

describe.each([
  ["light", {}],
  ["dark and narrow", { ...DARK, ...NARROW }],
] as const)("%s", (_how, options) => {
  it.each(PAGES)("$name keeps to the rules of accessibility, and to the width", async ({ name, address, as }) => {
    dashboard.expectProblems(REFUSED);
    await dashboard.reopen({ ...options, ...(as !== undefined && { as }) });
    await dashboard.open(address);
    // What is shown in a frame stands on the page around it, which is white where there is none.
    await expectAccessible(dashboard.page, name, address.includes("embed") && "colorScheme" in options);
    expect(await overflow(dashboard.page)).toBe(0);
  });
});

it("keeps to the rules on a very wide screen", async () => {
  await dashboard.reopen(WIDE);
  await dashboard.open(site);
  await expectAccessible(dashboard.page, "wide");
});

it("keeps to the rules with each menu and dialog open, and in every panel", async () => {
  const { page } = dashboard;
  await dashboard.open(`${site}?f=is,visit:source,Google,Bing`);
  for (const name of [/^Period:/, /^Comparison:/, "More", /^About this number: Visitors/]) {
    await page.getByRole("button", { name }).first().click();
    await expectAccessible(page, String(name));
    await page.keyboard.press("Escape");
  }
  for (const key of ["?", "/", "c"]) {
    await page.keyboard.press(key);
    await page.getByRole("dialog").waitFor();
    await expectAccessible(page, key);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  }
  await page.getByRole("button", { name: "As a table" }).click();
  for (const tab of ["Campaigns", "Entry", "Regions", "Browsers", "Properties"]) {
    await page.getByRole("tab", { name: tab }).click();
    await dashboard.settled();
  }
  for (const details of await page.locator("details > summary").all()) await details.click();
  await expectAccessible(page, "other tabs");
});

it("keeps to the rules in the owner's dialogs and forms", async () => {
  const { page } = dashboard;
  await dashboard.open("/");
  await page.getByRole("button", { name: "Add a site" }).click();
  await expectAccessible(page, "a new site");
  await dashboard.open(`${site}/settings`);
  for (const details of await page.locator("details > summary").all()) await details.click();
  await page.getByRole("button", { name: "Check whether hits arrive" }).click();
  await page.getByLabel("Name", { exact: true }).first().fill("x");
  await expectAccessible(page, "all of the settings");
  await page.getByRole("button", { name: "Delete the site" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete the site" }).click();
  await expectAccessible(page, "a question");
});

it("says that there is no answer, keeps what was there, and asks again", async () => {
  const { page, context } = dashboard;
  dashboard.expectProblems(/^failed: /, /^503: /);
  await page.route("**/api/stats/**", (route) => route.fulfill({ status: 503, body: "{}" }));
  await dashboard.open(site);
  await expectAccessible(page, "no answer");
  expect(await page.getByRole("alert").innerText()).toContain(en.states.busy);
  await page.unroute("**/api/stats/**");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator(".metrics").waitFor();

  await context.setOffline(true);
  await page.keyboard.press("w");
  await expect.poll(() => page.getByRole("alert").first().innerText()).toContain(en.states.offline);
  expect(await page.locator(".metrics .tile").count()).toBe(6);
  await expectAccessible(page, "offline");
  const asked = dashboard.watch.asked.length;
  await context.setOffline(false);
  await expect.poll(() => page.getByRole("alert").count()).toBe(0);
  expect(dashboard.watch.asked.slice(asked)).toContain(`GET /api/stats/${sites.demo}`);
  expect(dashboard.address).toBe(`${site}?period=7d`);
});

it("shows what it can of an answer that is late", async () => {
  const { page } = dashboard;
  const held = Promise.withResolvers<void>();
  await page.route("**/api/stats/**", async (route) => {
    await held.promise;
    await route.continue();
  });
  await page.goto(footfall + site);
  await page.locator(".skeleton").waitFor();
  await expectAccessible(page, "loading");
  held.resolve();
  await page.locator(".metrics").waitFor();
});

it("is reached by keys in the order of the page, and shows where one is", async () => {
  const { page } = dashboard;
  await dashboard.open(`${site}?f=is,visit:source,Google`);
  const reachable = await page.evaluate(() => {
    const all = [...document.querySelectorAll<HTMLElement>("a[href], button, select, input, summary, [tabindex='0']")];
    const isThere = (one: HTMLElement) =>
      one.tabIndex >= 0 && one.checkVisibility() && !(one as HTMLButtonElement).disabled;
    return all.filter(isThere).length;
  });
  expect(reachable).toBeGreaterThan(60);
  await page.keyboard.press("Tab");
  expect(await focused(page)).toMatchObject({ name: "Skip to content" });
  const seen: { at: string; isSeen: boolean; name: string }[] = [await focused(page)];
  for (let press = 1; press < reachable; press++) {
    await page.keyboard.press("Tab");
    seen.push(await focused(page));
  }
  expect(seen.filter(({ isSeen }) => !isSeen)).toEqual([]);
  expect(new Set(seen.map(({ at }) => at)).size).toBe(reachable);
  await page.keyboard.press("Tab");
  // From the last of it the browser goes on to its own buttons, and begins again.
  expect((await focused(page)).at).not.toBe(seen.at(-1)?.at);
});

it("gives the focus back where a menu or a dialog took it from", async () => {
  const { page } = dashboard;
  await dashboard.open(`${site}?f=is,visit:source,Google`);
  const opens = [
    page.getByRole("button", { name: "Filter", exact: true }),
    page.getByRole("button", { name: /^Period:/ }),
    page.getByRole("button", { name: "Source is Google", exact: true }),
    page.getByRole("button", { name: "Keyboard shortcuts" }),
    page.getByRole("button", { name: "Details All values: Page" }),
  ];
  for (const button of opens) {
    await button.focus();
    await page.keyboard.press("Enter");
    await dashboard.settled();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Escape");
    await dashboard.settled();
    expect(await button.evaluate((one) => one === document.activeElement), String(button)).toBe(true);
  }
  // What is gone has it no more, and yet it is not lost.
  await page.getByRole("button", { name: "Remove the filter Source is Google" }).press("Enter");
  await dashboard.settled();
  expect(await focused(page)).toMatchObject({ name: expect.stringContaining("Filter") });
});

it("says aloud what came of a choice", async () => {
  const { page } = dashboard;
  await dashboard.open(site);
  await page.keyboard.press("w");
  await dashboard.settled();
  const [visitors] = (await page.locator(".metrics .tile-value").first().innerText()).split("\n");
  await expect
    .poll(() => page.locator("[aria-live=polite]").last().innerText())
    .toBe(`Last 7 days: ${visitors} visitors`);
});

it("moves nothing for who wants no motion, and something for others", async () => {
  const moving = () =>
    dashboard.page.evaluate(
      () =>
        [...document.querySelectorAll("*")].filter((one) => {
          const { transitionDuration, animationName } = getComputedStyle(one);
          return /[1-9]/.test(transitionDuration) || animationName !== "none";
        }).length,
    );
  await dashboard.open(site);
  expect(await moving()).toBe(0);
  await dashboard.reopen({ reducedMotion: "no-preference" });
  await dashboard.open(site);
  expect(await moving()).toBeGreaterThan(0);
});

it("keeps all in sight where text is twice as large", async () => {
  // A window of 1280 pixels at 200 %.
  await dashboard.reopen({ viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 });
  await dashboard.open(site);
  expect(await overflow(dashboard.page)).toBe(0);
});

it.each(Object.keys(LANGUAGES))("speaks %s, and writes numbers as it does", async (language) => {
  await dashboard.reopen({ locale: language });
  const { page } = dashboard;
  await dashboard.open(`${site}?period=12mo&compare=off`);
  expect(await page.locator("html").getAttribute("lang")).toBe(language);
  const title = await page.locator(".metrics .tile").first().getAttribute("title");
  expect(title).toBe(Number(title?.replace(/\D/g, "")).toLocaleString(language));
  const heading = await page.locator("#drops-title").innerText();
  expect(heading === en.drops.title, heading).toBe(language === "en");
  const shown = await page.locator("body").innerText();
  expect(shown).not.toMatch(/undefined|NaN|\[object/);
  await expectAccessible(page, language);
});

it("speaks a language that is chosen, from then on", async () => {
  const { page } = dashboard;
  await dashboard.open(site);
  await page.locator(".foot").getByRole("combobox").selectOption("de");
  await expect.poll(() => page.locator("html").getAttribute("lang")).toBe("de");
  await page.reload();
  await dashboard.settled();
  expect(await page.locator("html").getAttribute("lang")).toBe("de");
});

it("writes numbers as the reader's country does, and bears names of languages that are none", async () => {
  await dashboard.reopen({ locale: "de-CH" });
  await dashboard.open(`${site}?period=12mo`);
  const title = () => dashboard.page.locator(".metrics .tile").first().getAttribute("title");
  expect(await title()).toMatch(/^\d+['’]\d{3}$/);
  await dashboard.reopen();
  await dashboard.context.addInitScript(() => {
    Object.defineProperty(navigator, "languages", { get: () => ["en-US@posix", "en-GB"] });
  });
  await dashboard.open(`${site}?period=12mo`);
  expect(await title()).toMatch(/^\d+,\d{3}$/);
});

/** How many pixels of a page are beside the window. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth));
}

/** What has the focus, and whether that is to be seen. */
function focused(page: Page): Promise<{ at: string; isSeen: boolean; name: string }> {
  return page.evaluate(() => {
    const { activeElement: one } = document;
    if (!(one instanceof HTMLElement) || one === document.body) return { at: "", isSeen: false, name: "" };
    const at = [...document.querySelectorAll("*")].indexOf(one);
    const { outlineStyle, outlineWidth } = getComputedStyle(one);
    const { width, height } = one.getBoundingClientRect();
    const isSeen = outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2 && width > 0 && height > 0;
    return { at: String(at), isSeen, name: one.getAttribute("aria-label") ?? one.textContent?.trim() ?? "" };
  });
}
