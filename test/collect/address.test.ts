import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { firstForwarded, normalAddress, parseIPv6 } from "../../src/collect/address.ts";

describe("the normal form of an address", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["0.0.0.0", "0.0.0.0"],
    ["255.255.255.255", "255.255.255.255"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:0001:0002::", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["fe80::1%25en1", "fe80:0:0:0::/64"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["::FFFF:cb00:7107", "203.0.113.7"],
    ["0:0:0:0:0:ffff:203.0.113.7", "203.0.113.7"],
    ["64:ff9b:1:2::203.0.113.7", "64:ff9b:1:2::/64"],
    ["1:2:3:4:5:6:7::", "1:2:3:4::/64"],
    ["::2:3:4:5:6:7:8", "0:2:3:4::/64"],
  ])("of %s is %s", (address, normal) => {
    expect(normalAddress(address)).toBe(normal);
  });

  it.each([
    "",
    "unknown",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.256",
    "01.2.3.4",
    "1.2.3.4.",
    ".1.2.3.4",
    "1.2.3.4 ",
    "1.2.3.-4",
    "0x7f.1",
    ":",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1::2:3:4:5:6:7:8",
    "12345::",
    "g::",
    "1.2.3.4::",
    "::1.2.3",
    "1:2:3:4:5:6:7:1.2.3.4",
    "[::1]",
    "_hidden",
  ])("of %j there is none", (address) => {
    expect(normalAddress(address)).toBe("");
  });

  const group = fc.integer({ min: 0, max: 0xffff });
  const groups = fc.array(fc.oneof(group, fc.constant(0)), { minLength: 8, maxLength: 8 });

  it("is the same for every way to write an IPv6 address", () => {
    fc.assert(
      fc.property(groups, fc.nat(7), fc.nat(8), fc.boolean(), fc.boolean(), (values, from, length, upper, padded) => {
        const written = values.map((value) => value.toString(16).padStart(padded ? 4 : 1, "0"));
        const zeros = values.slice(from, from + length);
        const plain = written.join(":");
        const short =
          zeros.length > 0 && zeros.every((value) => value === 0)
            ? `${written.slice(0, from).join(":")}::${written.slice(from + zeros.length).join(":")}`
            : plain;
        const text = upper ? short.toUpperCase() : short;
        expect(parseIPv6(text)).toEqual(values);
        expect(normalAddress(text)).toBe(normalAddress(plain));
      }),
      { numRuns: 1000 },
    );
  });

  it("depends on the first 64 bits alone", () => {
    fc.assert(
      fc.property(groups, groups, (a, b) => {
        fc.pre(a.slice(0, 4).some((value) => value !== 0));
        const text = (values: number[]) => values.map((value) => value.toString(16)).join(":");
        const shared = text([...a.slice(0, 4), ...b.slice(4)]);
        expect(normalAddress(shared)).toBe(normalAddress(text(a)));
      }),
    );
  });

  it("is the address itself for IPv4, alone or within IPv6", () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(normalAddress(address)).toBe(address);
        expect(normalAddress(`::ffff:${address}`)).toBe(address);
      }),
    );
  });

  it("is found for every address and for nothing else, without an exception", () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        expect(normalAddress(address)).not.toBe("");
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."0123456789abcdef:.%g[]") }), (text) => {
        const normal = normalAddress(text);
        if (normal !== "") expect(normalAddress(normal.replace("/64", ""))).toBe(normal);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("the first forwarded address", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7"],
    ["203.0.113.7, 198.51.100.1, 10.0.0.1", "203.0.113.7"],
    ["203.0.113.7:4711", "203.0.113.7"],
    ["[2001:db8::1]:443", "2001:db8::1"],
    ["[2001:db8::1]", "2001:db8::1"],
    ["2001:db8::1, x", "2001:db8::1"],
    ["", ""],
    [",", ""],
    ["unknown, 1.2.3.4", "unknown"],
  ])("of %j is %j", (header, first) => {
    expect(firstForwarded(header)).toBe(first);
  });
});
