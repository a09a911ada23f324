/** What an owner does: sites, their settings, keys, links, goals, imports. Each test has a site of its own. */
import { readFileSync } from "node:fs";
import type { Locator } from "playwright-core";
import { expect, it } from "vitest";
import { owners } from "../../../src/dashboard/texts/owners/en.ts";
import { ask, card, footfall, key, sites, useDashboard } from "./dashboard.ts";

const dashboard = useDashboard();
let made = 0;

async function newSite(): Promise<string> {
  const domain = `owned${++made}-${process.pid}.example`;
  expect((await ask("/api/v1/sites", { domain, timezone: sites.timezone })).status).toBe(200);
  return domain;
}

const dialog = () => dashboard.page.getByRole("dialog");

/** Answers the question whether something is to be deleted. */
async function confirm(): Promise<void> {
  await dialog().getByRole("button", { name: "Delete", exact: true }).click();
  await dialog().waitFor({ state: "detached" });
}

async function read<T>(path: string): Promise<T> {
  return (await (await ask(path)).json()) as T;
}

async function save(part: Locator, nth = 0): Promise<void> {
  await part.getByRole("button", { name: "Save", exact: true }).nth(nth).click();
  await expect.poll(() => part.innerText()).toContain("✓ Saved");
}

it("adds a site, gives its snippet, and sees the first hit come", async () => {
  const { page } = dashboard;
  const domain = `added-${process.pid}.example`;
  await dashboard.open("/");
  await page.getByRole("button", { name: "Add a site" }).click();
  const adding = card(page, "Add a site");
  await adding.getByLabel("Domain").fill("no domain");
  await page.keyboard.press("Enter");
  dashboard.expectProblems(/^400: POST \/api\/v1\/sites$/);
  await expect.poll(() => adding.getByLabel("Domain").getAttribute("aria-invalid")).toBe("true");
  await adding.getByLabel("Domain").fill(`https://www.${domain}/blog?x=1`);
  await adding.getByRole("button", { name: "Add the site" }).click();
  const ready = card(page, `${domain} is ready to count`);
  const snippet = await ready.getByLabel("Snippet").inputValue();
  expect(snippet).toContain(`data-domain="${domain}"`);
  expect(await ready.innerText()).toContain(owners.sites.firstHit.waiting);
  const headers = { "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0" };
  const body = JSON.stringify({ n: "pageview", d: domain, u: `https://${domain}/` });
  await fetch(`${footfall}/api/event`, { method: "POST", headers, body });
  await expect.poll(() => ready.innerText(), { timeout: 10_000 }).toContain(owners.sites.firstHit.received);
  expect(await ready.innerText()).toContain("1 pageview today.");
  await ready.getByRole("link", { name: "Open the reports" }).click();
  await dashboard.settled();
  expect(dashboard.address).toBe(`/${domain}?period=day`);
});

it("lists sites with today's visitors, and their last days", async () => {
  await dashboard.open("/");
  const { sites: all } = await read<{ sites: { domain: string; visitors_today: number; visitors: number[] }[] }>(
    "/api/stats",
  );
  const demo = all.find(({ domain }) => domain === sites.demo);
  const shown = dashboard.page.locator(".site-card").filter({ hasText: sites.demo });
  expect(await shown.locator(".site-card-today").innerText()).toBe(String(demo?.visitors_today));
  // Today is not over, and so not among them.
  const days = (demo?.visitors ?? []).slice(0, -1);
  const total = days.reduce((sum, count) => sum + count, 0).toLocaleString("en-US");
  expect(await shown.getByRole("img").getAttribute("aria-label")).toBe(owners.sites.days(29, total));
});

it("saves settings, and says at its field what is wrong with one", async () => {
  const { page } = dashboard;
  const domain = await newSite();
  await dashboard.open(`/${domain}/settings`);
  const general = card(page, "General");
  await general.getByLabel("Timezone").fill("Europe/Nowhere");
  await general.getByRole("button", { name: "Save" }).first().click();
  dashboard.expectProblems(/^400: PUT \/api\/v1\/sites\//);
  await expect.poll(() => general.getByLabel("Timezone").getAttribute("aria-invalid")).toBe("true");
  expect(await general.getByLabel("Timezone").evaluate((field) => field === document.activeElement)).toBe(true);
  await general.getByLabel("Timezone").fill("Europe/Riga");
  await save(general);
  await general.getByLabel("Public").check();
  await general.getByLabel("Badge").check();
  await general.getByLabel(owners.settings.minVisitors).fill("7");
  await general.getByRole("button", { name: "Save" }).nth(1).click();
  await expect.poll(() => general.getByLabel(owners.settings.badgeCode).count()).toBe(1);
  const counting = card(page, "What counts");
  await counting.getByLabel(owners.settings.lists.allowed_hosts).fill("shop.example\n\n*.shop.example\nno host at all");
  await counting.getByRole("button", { name: "Save" }).click();
  await expect
    .poll(() => counting.getByRole("alert").allInnerTexts())
    .toContainEqual(expect.stringMatching(/^Line 3: /));
  await counting.getByLabel(owners.settings.lists.allowed_hosts).fill("shop.example\n*.shop.example");
  await counting.getByLabel(owners.settings.lists.excluded_paths).fill("/admin/**");
  await counting.getByLabel(owners.settings.lists.excluded_countries).fill("lv");
  expect(await counting.innerText()).toContain("Latvia");
  await save(counting);
  const collected = card(page, "What is collected");
  await collected.getByLabel(owners.settings.retentionMonths).fill("13");
  expect(await collected.innerText()).toContain(owners.settings.erases);
  await collected.getByRole("button", { name: "Save and erase" }).click();
  await expect.poll(() => collected.innerText()).toContain("✓ Saved");
  expect(await read(`/api/v1/sites/${domain}`)).toMatchObject({
    public: true,
    badge: true,
    min_visitors: 7,
    allowed_hosts: ["shop.example", "*.shop.example"],
    excluded_paths: ["/admin/**"],
    excluded_countries: ["LV"],
    retention_months: 13,
  });
});

it("makes a key that works, and ends it", async () => {
  const { page } = dashboard;
  const domain = await newSite();
  await dashboard.open(`/${domain}/settings#keys`);
  const keys = card(page, "Keys");
  await keys.getByLabel("Name").fill("Report to the team");
  await keys.getByRole("button", { name: "Make a key" }).click();
  const field = keys.getByLabel("New key: Report to the team");
  await field.waitFor();
  const secret = await field.inputValue();
  const status = async () =>
    (await fetch(`${footfall}/api/stats/${domain}`, { headers: { Authorization: `Bearer ${secret}` } })).status;
  expect(await status()).toBe(200);
  await keys.getByRole("button", { name: "Delete Report to the team" }).click();
  await confirm();
  expect(await status()).toBe(401);
  expect(await keys.getByRole("listitem").filter({ hasText: "Report to the team" }).count()).toBe(0);
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe("Keys");
});

it("makes shared links, locks one, and ends it", async () => {
  const { page } = dashboard;
  const domain = await newSite();
  await dashboard.open(`/${domain}/settings#links`);
  const links = card(page, "Shared links");
  await links.getByLabel("Name").fill("For a friend");
  await links.getByRole("button", { name: "Make a link" }).click();
  const address = links.getByLabel("Address");
  await address.waitFor();
  const url = await address.inputValue();
  expect(url).toMatch(new RegExp(`^${footfall}/share/${domain}\\?auth=`));
  const auth = new URL(url).searchParams.get("auth");
  const status = async () =>
    (await fetch(`${footfall}/api/stats/${domain}`, { headers: { Authorization: `Bearer ${auth}` } })).status;
  expect(await status()).toBe(200);
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await links.getByRole("button", { name: "Copy" }).first().click();
  await expect.poll(() => links.getByRole("button", { name: "Copied" }).count()).toBe(1);
  await links.getByText(owners.settings.embedAndPassword).click();
  await links.getByLabel("Password").first().fill("short");
  dashboard.expectProblems(/^400: PUT \/api\/v1\/sites\/shared-links$/);
  await links.getByRole("button", { name: "Set a password" }).click();
  await expect.poll(() => links.getByLabel("Password").first().getAttribute("aria-invalid")).toBe("true");
  await links.getByLabel("Password").first().fill("long enough");
  await links.getByRole("button", { name: "Set a password" }).click();
  await expect.poll(() => links.innerText()).toContain("with a password");
  expect(await status()).toBe(401);
  await links.getByRole("button", { name: "Delete For a friend" }).click();
  await confirm();
  await expect.poll(() => links.innerText()).toContain(owners.settings.linksNone);
});

it("adds goals, and deletes one", async () => {
  const { page } = dashboard;
  const domain = await newSite();
  await dashboard.open(`/${domain}/settings#goals`);
  const goals = card(page, "Goals");
  const add = goals.getByRole("button", { name: "Add a goal" });
  await goals.getByLabel("Name of the event").fill("Purchase");
  await goals.getByLabel(owners.settings.currency).fill("EUR");
  await add.click();
  await goals.getByRole("button", { name: "Delete Purchase" }).waitFor();
  await goals.getByLabel("a page that is seen").check();
  await goals.getByLabel("Path of the page").fill("/pricing");
  await add.click();
  await goals.getByRole("button", { name: "Delete Visit /pricing" }).waitFor();
  await goals.getByRole("button", { name: "Delete Purchase" }).click();
  await confirm();
  const { goals: left } = await read<{ goals: object[] }>(`/api/v1/sites/goals?site_id=${domain}`);
  expect(left).toMatchObject([{ goal_type: "page", page_path: "/pricing" }]);
});

it("exports one site and imports it into another, tells how far it is, and removes it again", async () => {
  const { page } = dashboard;
  await dashboard.open(`/${sites.public}/settings#exchange`);
  const saved = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download the export" }).click();
  const download = await saved;
  const buffer = readFileSync(await download.path());

  const domain = await newSite();
  await dashboard.open(`/${domain}/settings#exchange`);
  const exchange = card(page, "Import and export");
  const file = exchange.getByLabel(owners.settings.chooseFiles);
  await file.setInputFiles({ name: download.suggestedFilename(), mimeType: "application/zip", buffer });
  await exchange.getByRole("progressbar").waitFor();
  await expect.poll(() => exchange.innerText(), { timeout: 20_000 }).toContain(owners.settings.imported);
  const { imports } = await read<{ imports: { days: number; visitors: number; pageviews: number }[] }>(
    `/api/v1/sites/${domain}/imports`,
  );
  const [{ days, visitors, pageviews } = { days: 0, visitors: 0, pageviews: 0 }] = imports;
  expect(days).toBeGreaterThan(27);
  const sums = owners.settings.importSums(days, visitors.toLocaleString("en-US"), pageviews.toLocaleString("en-US"));
  await expect.poll(() => exchange.getByRole("listitem").innerText()).toContain(sums);
  await file.setInputFiles({ name: "x.zip", mimeType: "application/zip", buffer: Buffer.from("no ZIP") });
  dashboard.expectProblems(/^400: POST \/api\/v1\/sites\/\S+\/import$/);
  await expect.poll(() => exchange.getByRole("alert").allInnerTexts()).toContainEqual(expect.stringMatching(/\w/));
  await exchange.getByRole("button", { name: /^Delete / }).click();
  await confirm();
  expect((await read<{ imports: object[] }>(`/api/v1/sites/${domain}/imports`)).imports).toEqual([]);
});

it("deletes a site whose name was typed, and no other", async () => {
  const { page } = dashboard;
  const domain = await newSite();
  await dashboard.open(`/${domain}/settings`);
  await page.getByRole("button", { name: "Delete the site" }).click();
  await dialog().getByLabel(`Type ${domain} to go on`).fill("something.example");
  await dialog().getByRole("button", { name: "Delete the site" }).click();
  expect(await dialog().getByRole("alert").allInnerTexts()).toContain("This is not what has to be typed.");
  expect((await ask(`/api/v1/sites/${domain}`)).status).toBe(200);
  await dialog().getByLabel(`Type ${domain} to go on`).fill(domain);
  await dialog().getByRole("button", { name: "Delete the site" }).click();
  await page.getByRole("heading", { name: "Sites" }).waitFor();
  expect(dashboard.address).toBe("/");
  expect((await ask(`/api/v1/sites/${domain}`)).status).toBe(404);
});

it("sends an owner whose session ended to the way to log in", async () => {
  const domain = await newSite();
  await dashboard.open(`/${domain}/settings`);
  await dashboard.context.clearCookies();
  dashboard.expectProblems(/^401: /);
  await dashboard.page.reload();
  await dashboard.page.getByLabel("Admin key or API key").fill(key);
  await dashboard.page.keyboard.press("Enter");
  await dashboard.page.getByRole("heading", { name: `Settings of ${domain}` }).waitFor();
});
