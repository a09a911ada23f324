/** Who gets into the dashboard, by what real browsers send along and keep. */
import { beforeEach, expect, inject, it } from "vitest";
import { useTab } from "./tab.ts";

const { url: footfall, key } = inject("footfall");
const tab = useTab();
/** Whatever reached the console: what a policy forbids is told there. */
let noise: string[];
beforeEach(() => {
  noise = [];
  tab.page.on("console", (message) => noise.push(message.text()));
});

/** Asks from within the page that is open. */
function ask(method: string, path: string, body?: object): Promise<[number, string]> {
  const ask = async ([method, path, body]: [string, string, object | undefined]) => {
    const response = await fetch(path, { method, ...(body && { body: JSON.stringify(body) }) });
    return [response.status, await response.text()] satisfies [number, string];
  };
  return tab.page.evaluate(ask, [method, path, body] as [string, string, object | undefined]);
}

it("signs in and out, with a cookie that no script sees, and pages that break no policy", async () => {
  const { domain } = await tab.makeSite({});
  await tab.page.goto(footfall);
  await tab.page.waitForFunction(() => document.querySelector("#app")?.childElementCount);
  expect(noise).toEqual([]);
  expect((await ask("GET", "/api/session"))[0]).toBe(401);
  expect(await ask("POST", "/api/session", { key })).toEqual([200, '{"kind":"admin","manages":true,"site":null}']);
  const [cookie] = await tab.context.cookies();
  expect(cookie).toMatchObject({ name: "footfall", httpOnly: true, sameSite: "Strict", path: "/" });
  expect(await tab.page.evaluate(() => document.cookie)).toBe("");

  await tab.page.goto(`${footfall}/${domain}`);
  expect((await ask("GET", `/api/stats/${domain}`))[0]).toBe(200);
  expect((await ask("PUT", `/api/v1/sites/${domain}`, { min_visitors: 5 }))[0]).toBe(200);
  expect(await ask("DELETE", "/api/session")).toEqual([200, '{"deleted":true}']);
  expect((await ask("GET", `/api/stats/${domain}`))[0]).toBe(401);
  expect(await tab.context.cookies()).toEqual([]);
});

it("lets a page of another origin do nothing by the cookie, though it be of the same site", async () => {
  const { domain, origin } = await tab.makeSite({ "/": "<title>x</title>" });
  await tab.page.goto(footfall);
  await ask("POST", "/api/session", { key });
  // Another port of this machine: another origin of the same site, so that the cookie comes along.
  await tab.page.goto(origin.replace(domain, "127.0.0.1"));
  const statuses = new Map<string, number>();
  tab.page.on("response", (response) => statuses.set(new URL(response.url()).pathname, response.status()));
  await tab.page.evaluate(
    async ([url, domain]) => {
      const quietly = { mode: "no-cors", credentials: "include" } as const;
      await fetch(`${url}/api/stats/${domain}`, quietly);
      await fetch(`${url}/api/v1/links`, { ...quietly, method: "POST", body: "{}" });
      await fetch(`${url}/api/session`, { ...quietly, method: "POST", body: '{"key":"x"}' });
    },
    [footfall, domain] as const,
  );
  await expect.poll(() => statuses.size).toBe(3);
  // Without the cookie the second would be 401.
  expect(Object.fromEntries(statuses)).toEqual({
    [`/api/stats/${domain}`]: 401,
    "/api/v1/links": 403,
    "/api/session": 403,
  });
});

it("is framed by a public site's own pages, and by no others", async () => {
  const frame = (embedded: string) => `<title>x</title><iframe src="${footfall}/${embedded}"></iframe>`;
  const site = await tab.makeSite(
    { "/": () => frame(`${site.domain}?embed`), "/plain": () => frame(site.domain) },
    { public: true, allowed_hosts: ["localhost"] },
  );
  const own = site.origin.replace(site.domain, "localhost");
  const shown = async (address: string) => {
    await tab.page.goto(address);
    const element = await tab.page.waitForSelector("iframe");
    const inner = await element.contentFrame();
    return inner?.url().startsWith(footfall) === true && (await inner.$("#app")) !== null;
  };
  expect(await shown(`${own}/`)).toBe(true);
  expect(await shown(`${own}/plain`)).toBe(false);
  expect(await shown(`${site.other}/`)).toBe(false);
});
