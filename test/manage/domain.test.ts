import { expect, it } from "vitest";
import { domainOf, hostOf } from "../../src/manage/domain.ts";

it.each([
  ["example.com", "example.com"],
  ["  Example.COM ", "example.com"],
  ["www.example.com", "example.com"],
  ["WWW.example.com.", "example.com"],
  ["blog.example.co.uk", "blog.example.co.uk"],
  ["localhost", "localhost"],
  ["127.0.0.1", "127.0.0.1"],
  ["bücher.example", "xn--bcher-kva.example"],
  ["例え.テスト", "xn--r8jz45g.xn--zckzah"],
  ["my_host.example.com", "my_host.example.com"],
  [`${"a".repeat(63)}.com`, `${"a".repeat(63)}.com`],
])("reads %j as the domain %s", (text, domain) => {
  expect(domainOf(text)).toBe(domain);
});

it.each([
  [""],
  ["   "],
  ["www."],
  ["www.com"],
  ["intranet"],
  ["https://example.com"],
  ["//example.com"],
  ["example.com/blog"],
  ["example.com:8080"],
  ["user@example.com"],
  ["example.com?x"],
  ["example.com#x"],
  ["exa mple.com"],
  ["example..com"],
  [".example.com"],
  ["-a.example.com"],
  ["%65xample.com"],
  ["example.com\\x"],
  ["[::1]"],
  ["0x7f.1"],
  ["127.1"],
  ["256.1.1.1"],
  ["1.5"],
  ["a\u0000b.com"],
  ["a\nb.com"],
  ["a\ud800.com"],
  ["*.example.com"],
  [`${"a".repeat(64)}.com`],
  [`${"a.".repeat(126)}com`],
  ['"><script>.com'],
])("refuses %j as a domain", (text) => {
  expect(domainOf(text)).toBeNull();
});

it("leaves a host's www. where it is", () => {
  expect(hostOf("www.example.com")).toBe("www.example.com");
  expect(hostOf("intranet")).toBe("intranet");
});
