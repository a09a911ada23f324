/** Who sees what: by a key, by a shared link, of a public site, and within a frame. */
import { expect, it } from "vitest";
import { en } from "../../../src/dashboard/texts/en.ts";
import { owners } from "../../../src/dashboard/texts/owners/en.ts";
import { ask, card, footfall, key, sites, useDashboard } from "./dashboard.ts";

const dashboard = useDashboard();
const site = `/${sites.demo}`;
/** Where nobody may see what he asks for. */
const REFUSED = /^401: GET \/api\/stats/;

const keyField = () => dashboard.page.getByLabel("Admin key or API key");
const figures = () => dashboard.page.locator(".metrics .tile-value");
const pathOf = (url: string) => url.slice(new URL(url).origin.length);

it("asks strangers for a key, tells them of a wrong one, and lets them in by the right one, and out", async () => {
  dashboard.expectProblems(REFUSED, /^401: POST \/api\/session$/);
  await dashboard.reopen({ as: null });
  const { page } = dashboard;
  await dashboard.open("/");
  // Who opens the page can type at once.
  await page.keyboard.type("no-such-key");
  await page.keyboard.press("Enter");
  await expect.poll(() => page.getByRole("alert").innerText()).toBe("This key is not known here.");
  expect(await keyField().evaluate((field) => field === document.activeElement)).toBe(true);
  await keyField().fill(key);
  await page.getByRole("button", { name: "Log in" }).click();
  await page.getByRole("heading", { name: "Sites" }).waitFor();
  expect(await page.getByRole("link", { name: sites.demo, exact: true }).count()).toBe(1);
  await page.getByRole("link", { name: sites.demo, exact: true }).click();
  await dashboard.settled();
  expect(dashboard.address).toBe(site);
  await page.getByRole("button", { name: "More", exact: true }).click();
  await page.getByRole("button", { name: "Log out" }).click();
  await keyField().waitFor();
  expect(dashboard.address).toBe("/");
  expect(await dashboard.context.cookies()).toEqual([]);
});

it("lets in at the page that was asked for", async () => {
  dashboard.expectProblems(REFUSED);
  await dashboard.reopen({ as: null });
  await dashboard.open(`${site}?period=7d`);
  expect(await dashboard.page.locator("#content").innerText()).toContain(en.states.wrongAddress);
  await keyField().fill(sites.readingKey);
  await dashboard.page.keyboard.press("Enter");
  await figures().first().waitFor();
  expect(dashboard.address).toBe(`${site}?period=7d`);
});

it("ends a session with the key that opened it", async () => {
  const made = await ask("/api/v1/keys", { name: "Soon gone", scopes: ["stats"], site_id: sites.demo });
  const { id, key: soonGone } = (await made.json()) as { id: number; key: string };
  await dashboard.reopen({ as: soonGone });
  const { page } = dashboard;
  await dashboard.open(site);
  expect(await figures().count()).toBe(6);
  await fetch(`${footfall}/api/v1/keys/${id}`, { method: "DELETE", headers: { Authorization: `Bearer ${key}` } });
  dashboard.expectProblems(REFUSED);
  await page.keyboard.press("w");
  await keyField().waitFor();
  expect(await figures().count()).toBe(0);
});

it("shows a reader's key no settings", async () => {
  dashboard.expectProblems(/^403: GET \/api\/v1\/sites/);
  await dashboard.reopen({ as: sites.readingKey });
  const { page } = dashboard;
  await dashboard.open(site);
  await page.getByRole("button", { name: "More", exact: true }).click();
  expect(await page.locator(".site-menu + .sheet").getByRole("link").allInnerTexts()).toEqual(["All sites"]);
  await dashboard.open(`${site}/settings`);
  expect(await page.locator("#content").innerText()).toContain(owners.settings.otherKey);
  await dashboard.open("/");
  expect(await page.locator(".site-card h2").allInnerTexts()).toEqual([sites.demo]);
  expect(await page.getByRole("button", { name: "Add a site" }).count()).toBe(0);
});

it("shows whoever has a shared link the same numbers, and no way to change anything", async () => {
  await dashboard.open(site);
  const told = await figures().allInnerTexts();
  await dashboard.reopen({ as: null });
  const { page } = dashboard;
  const link = pathOf(sites.link);
  await dashboard.open(link);
  expect(await figures().allInnerTexts()).toEqual(told);
  await page.keyboard.press("w");
  await dashboard.settled();
  expect(dashboard.address).toBe(`${link}&period=7d`);
  await page.getByRole("button", { name: "Organic search" }).click();
  await dashboard.settled();
  expect(dashboard.address).toBe(`${link}&period=7d&f=is,visit:channel,Organic+Search`);
  expect(await page.getByRole("button", { name: "More", exact: true }).count()).toBe(0);
  expect(await page.getByRole("link", { name: "Settings" }).count()).toBe(0);
  expect(dashboard.watch.asked.filter((one) => !one.startsWith("GET /api/stats/"))).toEqual([]);
});

it("opens a locked link by its password, for as long as the tab", async () => {
  dashboard.expectProblems(REFUSED, /^401: POST \/api\/v1\/shared-links\/unlock$/);
  await dashboard.reopen({ as: null });
  const { page } = dashboard;
  await dashboard.open(pathOf(sites.lockedLink));
  expect(await page.locator("#content").innerText()).toContain("This link has a password");
  await page.getByLabel("Password").fill("let me in, then");
  await page.keyboard.press("Enter");
  await expect.poll(() => page.getByRole("alert").innerText()).toBe("That is not the password.");
  await page.getByLabel("Password").fill(sites.password);
  await page.getByRole("button", { name: "Open" }).click();
  await figures().first().waitFor();
  await page.reload();
  await dashboard.settled();
  expect(await figures().count()).toBe(6);
});

it("tells of a link that does not work", async () => {
  dashboard.expectProblems(REFUSED);
  await dashboard.reopen({ as: null });
  await dashboard.open(`/share/${sites.demo}?auth=AAAAAAAAAAAAAAAAAAAAAA`);
  expect(await dashboard.page.locator("#content").innerText()).toContain(en.login.linkWrong);
});

it("shows everybody a public site, few visitors together, and nobody another", async () => {
  dashboard.expectProblems(REFUSED);
  await dashboard.reopen({ as: null });
  const { page } = dashboard;
  await dashboard.open(`/${sites.public}`);
  expect(await figures().count()).toBe(6);
  await page.getByRole("tab", { name: "Countries" }).click();
  const rows = card(page, "Locations").locator("tbody tr");
  await expect.poll(() => rows.filter({ hasText: "Other" }).getByRole("button").count()).toBe(0);
  expect(await page.getByRole("link", { name: "Log in" }).count()).toBe(1);
  await dashboard.open(site);
  expect(await figures().count()).toBe(0);
});

it("shows a public site within a frame of its hosts' pages, and within no others", async () => {
  dashboard.expectProblems(/^elsewhere: /, /frame-ancestors/, /^failed: net::ERR_BLOCKED_BY_RESPONSE/);
  const frame = `<title>x</title><iframe width="600" height="900" src="${footfall}/${sites.public}?embed"></iframe>`;
  const { origin, other, domain } = await dashboard.makeSite({ "*": frame });
  await dashboard.reopen({ as: null });
  const { page } = dashboard;
  await page.goto(origin.replace(domain, "localhost"));
  const embedded = page.frameLocator("iframe");
  await embedded.locator(".metrics .tile-value").first().waitFor();
  await embedded.getByRole("button", { name: "Organic search" }).click();
  await embedded.getByRole("button", { name: "Channel is Organic search", exact: true }).waitFor();
  expect(await embedded.getByRole("link", { name: "Footfall" }).getAttribute("target")).toBe("_blank");
  await page.goto(other);
  await expect.poll(() => page.frames().at(1)?.url()).toMatch(/^chrome-error:/);
});
