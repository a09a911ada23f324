import { describe, expect, it } from "vitest";
import { pagePath, parsePageUrl } from "../../src/collect/page-url.ts";

function path(url: string, hashMode = false): string {
  const page = parsePageUrl(url);
  if (!page) throw new Error(`no URL: ${url}`);
  return pagePath(page, hashMode);
}

describe("the path of a page", () => {
  it.each([
    ["https://example.com", "/"],
    ["https://example.com/", "/"],
    ["https://example.com/a/", "/a/"],
    ["https://example.com/a?b=c#d", "/a"],
    ["https://example.com/caf%C3%A9", "/café"],
    ["https://example.com/café", "/café"],
    ["https://example.com/100%25", "/100%"],
    ["https://example.com/%ff", "/%ff"],
    ["https://example.com/%ff%C3%A9", "/%ff%C3%A9"],
    ["https://example.com/a%00b%0A%09c", "/abc"],
    ["https://example.com/a/../b", "/b"],
    [`https://example.com/${"x".repeat(600)}`, `/${"x".repeat(499)}`],
    ["app://localhost", "/"],
    ["/a/b?x", "/a/b"],
  ])("of %s is %s", (url, expected) => {
    expect(path(url)).toBe(expected);
  });

  it.each([
    ["https://example.com/#/about", "/#/about"],
    ["https://example.com/app#/caf%C3%A9?token=secret", "/app#/café"],
    ["https://example.com/app#", "/app"],
    ["https://example.com/app#/", "/app"],
    ["https://example.com/app#/?x=1", "/app"],
    ["https://example.com/app#footfall-on", "/app"],
    ["https://example.com/app#footfall-offer", "/app#footfall-offer"],
    ["https://example.com/app", "/app"],
  ])("of %s in hash mode is %s", (url, expected) => {
    expect(path(url, true)).toBe(expected);
  });
});
