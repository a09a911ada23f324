import { describe, expect, it } from "vitest";
import { NO_AGENT } from "../../src/collect/agent.ts";
import type { Beacon } from "../../src/collect/beacon.ts";
import { parsePageUrl } from "../../src/collect/page-url.ts";
import { isHostOf, screen } from "../../src/collect/screen.ts";
import type { Sender } from "../../src/collect/sender.ts";
import { parseReferrer } from "../../src/collect/source.ts";
import { DROP_REASONS, type DropReason } from "../../src/drops.ts";
import type { Site } from "../../src/site.ts";
import { site } from "./fakes.ts";

const SENDER: Sender = {
  userAgent: "x",
  agent: { ...NO_AGENT, bot: false },
  optsOut: false,
  prefetches: false,
  country: "LV",
  region: "LV-RIX",
  language: "lv",
};

function beacon(url: string, changes: Partial<Beacon> = {}): Beacon {
  const page = parsePageUrl(url);
  if (!page) throw new Error(url);
  return {
    domains: ["example.com"],
    kind: "pageview",
    name: "pageview",
    page,
    hashMode: false,
    referrer: "",
    props: [],
    interactive: true,
    viewportWidth: 0,
    byMailProxy: false,
    ...changes,
  };
}

interface Case {
  url?: string;
  referrer?: string;
  site?: Partial<Site>;
  sender?: Partial<Sender>;
  beacon?: Partial<Beacon>;
}

function reasonOf(one: Case): DropReason | null {
  const sent = beacon(one.url ?? "https://example.com/a", one.beacon);
  return screen(site(one.site), sent, parseReferrer(one.referrer ?? ""), { ...SENDER, ...one.sender });
}

const BOT = { agent: NO_AGENT };

describe("a beacon", () => {
  it.each<[string, Case, DropReason | null]>([
    ["of a visitor", {}, null],
    ["of another host", { url: "https://other.test/a" }, "host_not_allowed"],
    ["of a file", { url: "file:///a" }, "host_not_allowed"],
    ["with nothing but a path", { url: "/a" }, null],
    ["of one who opts out", { sender: { optsOut: true } }, "opt_out"],
    ["of a page fetched ahead", { sender: { prefetches: true } }, "prefetch"],
    ["of a bot", { sender: BOT }, "bot"],
    ["of a mail service's proxy, which is a machine and says so", { sender: BOT, beacon: { byMailProxy: true } }, null],
    ["with a spam referrer", { referrer: "http://www.semalt.com/x" }, "spam_referrer"],
    ["with any other referrer", { referrer: "https://www.google.com/" }, null],
    [
      "of an excluded path",
      { site: { excludedPaths: ["/b", "/a*"] }, url: "https://example.com/ab?x" },
      "excluded_path",
    ],
    ["of another path", { site: { excludedPaths: ["/b", "/a*"] }, url: "https://example.com/a/b" }, null],
    [
      "of an excluded path behind #",
      { site: { excludedPaths: ["/#/admin/**"] }, url: "https://example.com/#/admin/x", beacon: { hashMode: true } },
      "excluded_path",
    ],
    ["of an excluded country", { site: { excludedCountries: ["EE", "LV"] } }, "excluded_country"],
    ["of an unknown country", { site: { excludedCountries: ["LV"] }, sender: { country: "" } }, null],
  ])("%s", (_, one, expected) => {
    expect(reasonOf(one)).toBe(expected);
  });

  it("is dropped for the first reason in the order of the table", () => {
    const faults: [DropReason, Case][] = [
      ["host_not_allowed", { url: "https://other.test/a" }],
      ["opt_out", { sender: { optsOut: true } }],
      ["prefetch", { sender: { prefetches: true } }],
      ["bot", { sender: BOT }],
      ["spam_referrer", { referrer: "https://semalt.com/" }],
      ["excluded_path", { site: { excludedPaths: ["/a"] } }],
      ["excluded_country", { site: { excludedCountries: ["LV"] } }],
    ];
    const order = Object.keys(DROP_REASONS);
    expect(faults.map(([reason]) => reason)).toEqual(order.slice(1, 1 + faults.length));
    for (let first = 0; first < faults.length; first++) {
      const all = faults.slice(first).map(([, one]) => one);
      const one: Case = {
        ...Object.assign({}, ...all),
        site: Object.assign({}, ...all.map((other) => other.site)),
        sender: Object.assign({}, ...all.map((other) => other.sender)),
      };
      expect(reasonOf(one)).toBe(faults[first]?.[0]);
    }
  });
});

describe("a host of a site", () => {
  it.each<[string, string[], string, boolean]>([
    ["example.com", [], "example.com", true],
    ["example.com", [], "www.example.com", true],
    ["example.com", [], "a.b.example.com", true],
    ["example.com", [], "notexample.com", false],
    ["example.com", [], "example.com.evil.test", false],
    ["example.com", [], "", false],
    ["example.com", ["shop.test", "*.x.org"], "shop.test", true],
    ["example.com", ["shop.test", "*.x.org"], "www.shop.test", true],
    ["example.com", ["www.shop.test"], "shop.test", true],
    ["example.com", ["shop.test", "*.x.org"], "a.shop.test", false],
    ["example.com", ["shop.test", "*.x.org"], "a.x.org", true],
    ["example.com", ["shop.test", "*.x.org"], "a.b.x.org", true],
    ["example.com", ["shop.test", "*.x.org"], "x.org", false],
    ["example.com", ["shop.test", "*.x.org"], "evilx.org", false],
    ["example.com", ["shop.test"], "example.com", false],
    ["localhost", [], "localhost", true],
    ["localhost", [], "127.0.0.1", true],
    ["localhost", [], "[::1]", true],
    ["localhost", [], "", true],
    ["example.com", [], "", false],
    ["localhost", [], "app.localhost", true],
    ["localhost", [], "127.0.0.2", false],
    ["example.com", [], "127.0.0.1", false],
  ])("%s with the list %j: %s is %s", (domain, allowedHosts, host, expected) => {
    expect(isHostOf({ domain, allowedHosts }, host)).toBe(expected);
  });
});
