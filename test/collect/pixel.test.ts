import { describe, expect, it } from "vitest";
import type { Beacon } from "../../src/collect/beacon.ts";
import { parsePixel } from "../../src/collect/pixel.ts";
import { CHROME } from "./fakes.ts";

const GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";
const YAHOO = "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html";
const APPLE = "Mozilla/5.0";

function parse(search: string, { userAgent = CHROME, referer = null as string | null } = {}): Beacon {
  const parsed = parsePixel(search, userAgent, referer);
  if ("errors" in parsed) throw new Error(JSON.stringify(parsed.errors));
  return parsed.beacon;
}

describe("a pixel", () => {
  it.each([
    ["?d=example.com&u=https://example.com/a?utm_source%3Dfb", "example.com", "/a", "?utm_source=fb"],
    ["?d=example.com&p=/feed/1", null, "/feed/1", ""],
    ["?d=example.com&p=feed", null, "/feed", ""],
    ["?d=example.com&p=//other.test/x", null, "/other.test/x", ""],
    ["?d=example.com&p=/a%3Fx%3D1&utm_source=fb", null, "/a", "?x=1&utm_source=fb"],
    ["?d=example.com", null, "/", ""],
    [
      "?d=example.com&u=https://example.com/?utm_source%3Da%26utm_term%3Dt&utm_source=b&utm_medium=email",
      "example.com",
      "/",
      "?utm_source=b&utm_term=t&utm_medium=email",
    ],
  ])("tells the page: %s", (search, host, path, query) => {
    expect(parse(search).page).toMatchObject({ host, path, query });
  });

  it("counts the page that the Referer header names where it says nothing of it", () => {
    const referer = "https://www.example.com/blog/";
    expect(parse("?d=example.com", { referer }).page).toMatchObject({ host: "www.example.com", path: "/blog/" });
    expect(parse("", { referer }).domains).toEqual(["example.com"]);
    expect(parse("?d=example.com&p=/x", { referer }).page).toMatchObject({ host: null, path: "/x" });
    expect(parse("?d=example.com", { referer: "nonsense" }).page).toMatchObject({ host: null, path: "/" });
  });

  it("is a page view unless it names an event", () => {
    expect(parse("?d=example.com")).toMatchObject({ kind: "pageview", name: "pageview", interactive: true });
    expect(parse("?d=example.com&n=Seen")).toMatchObject({ kind: "event", name: "Seen", interactive: true });
    expect(parse("?d=example.com&r=https://a.test/x").referrer).toBe("https://a.test/x");
    expect(parse("?d=a.test,b.test").domains).toEqual(["a.test", "b.test"]);
  });

  it("with n=open is an event that is not interactive, whose Referer is the web mail", () => {
    const referer = "https://mail.example.org/inbox";
    const open = parse("?d=example.com&n=open", { referer });
    expect(open).toMatchObject({ kind: "event", name: "open", interactive: false, byMailProxy: false });
    expect(open.page).toMatchObject({ host: null, path: "/" });
  });

  it.each([
    ["Gmail's proxy", GMAIL, "?d=example.com"],
    ["Gmail's proxy", GMAIL, "?d=example.com&n=pageview"],
    ["Gmail's proxy", GMAIL, "?d=example.com&n=open"],
    ["Yahoo's proxy", YAHOO, "?d=example.com"],
    ["Apple's proxy", APPLE, "?d=example.com&n=open"],
  ])("fetched by %s is never a page view: %s %s", (_, userAgent, search) => {
    const beacon = parse(search, { userAgent });
    expect(beacon).toMatchObject({ kind: "event", name: "open", interactive: false, byMailProxy: true });
  });

  it("is no mail's for a crawler that says as little as Apple's proxy, unless it was marked as a mail", () => {
    expect(parse("?d=example.com", { userAgent: APPLE })).toMatchObject({ kind: "pageview", byMailProxy: false });
  });

  it.each([
    ["", { domain: ["is required"] }],
    ["?p=/x", { domain: ["is required"] }],
    ["?d=example.com&n=engagement", { name: ["must not be engagement: an image cannot tell of one"] }],
    [`?d=example.com&n=${"x".repeat(121)}`, { name: ["must be at most 120 characters"] }],
    ["?d=example.com&n=a%00", { name: ["must not contain NUL characters"] }],
    ["?d=example.com&u=nonsense", { url: ["must be a URL with a scheme, or a path that begins with a slash"] }],
    ["?d=example.com&u=data:,x", { url: ["must not be a data: URL"] }],
    [`?d=example.com&p=/${"x".repeat(2000)}`, { url: ["must be at most 2000 bytes"] }],
    ["?d=example.com&r=%00", { referrer: ["must not contain NUL characters"] }],
  ])("that breaks a rule names it: %.60s", (search, errors) => {
    expect(parsePixel(search, CHROME, null)).toEqual({ errors });
  });
});
