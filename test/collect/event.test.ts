import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Beacon, FieldErrors } from "../../src/collect/beacon.ts";
import { parseEvent } from "../../src/collect/event.ts";

const MINIMAL = { n: "pageview", u: "https://example.com/a", d: "example.com" };

function parse(body: unknown): Beacon {
  const parsed = parseEvent(typeof body === "string" ? body : JSON.stringify(body));
  if ("errors" in parsed) throw new Error(JSON.stringify(parsed.errors));
  return parsed.beacon;
}

function errorsOf(body: unknown): FieldErrors {
  const parsed = parseEvent(typeof body === "string" ? body : JSON.stringify(body));
  return "errors" in parsed ? parsed.errors : {};
}

/** A pageview of example.com/a with these fields instead. */
const event = (changes: object) => parse({ ...MINIMAL, ...changes });
const errors = (changes: object) => errorsOf({ ...MINIMAL, ...changes });

describe("the clients' own payloads", () => {
  const CAPTURED: [client: string, body: string, expected: Partial<Beacon>][] = [
    [
      "@plausible-analytics/tracker 0.4.6, page view",
      '{"n":"pageview","v":36,"u":"https://example.com/a?utm_source=x#f","d":"example.com","r":"https://news.ycombinator.com/item?id=1"}',
      {
        kind: "pageview",
        domains: ["example.com"],
        page: { host: "example.com", path: "/a", query: "?utm_source=x", fragment: "#f" },
        referrer: "https://news.ycombinator.com/item?id=1",
        hashMode: false,
        props: [],
      },
    ],
    [
      "@plausible-analytics/tracker 0.4.6, event",
      '{"n":"Purchase","v":36,"u":"https://example.com/a","d":"example.com","r":"https://news.ycombinator.com/","p":{"plan":"pro"},"i":false,"$":{"amount":10.5,"currency":"EUR"}}',
      {
        kind: "event",
        name: "Purchase",
        props: [["plan", "pro"]],
        interactive: false,
        revenue: { amount: 10.5, currency: "EUR" },
      },
    ],
    [
      "@plausible-analytics/tracker 0.4.6, engagement",
      '{"n":"engagement","sd":87,"d":"example.com","u":"https://example.com/a","e":4262,"v":36}',
      { kind: "engagement", engagement: { engagedMs: 4262, scrollPercent: 87 } },
    ],
    [
      "plausible-tracker 0.3.9",
      String.raw`{"n":"Signup","u":"https://example.com/a","d":"example.com","r":"https://x.test/","w":1024,"h":1,"p":"{\"n\":1,\"b\":true}"}`,
      {
        kind: "event",
        name: "Signup",
        viewportWidth: 1024,
        hashMode: true,
        props: [
          ["n", "1"],
          ["b", "true"],
        ],
      },
    ],
    [
      "legacy script",
      String.raw`{"n":"Old","v":34,"u":"https://example.com/a","d":"example.com","r":"https://x.test/","m":"{\"a\":1}","p":{"b":2}}`,
      { name: "Old", props: [["a", "1"]] },
    ],
    [
      "plausible-client 2.0.0 (Node)",
      String.raw`{"n":"pageview","u":"https://example.com/a","d":"example.com","r":null,"w":0,"h":0,"p":"{\"a\":\"1\"}","revenue":"{\"currency\":\"USD\",\"amount\":3}"}`,
      {
        kind: "pageview",
        referrer: "",
        viewportWidth: 0,
        hashMode: false,
        props: [["a", "1"]],
        revenue: { amount: 3, currency: "USD" },
      },
    ],
  ];

  it.each(CAPTURED)("are read: %s", (_, body, expected) => {
    expect(parse(body)).toMatchObject(expected);
  });

  it("are the same beacon with the long names", () => {
    const short = { n: "Buy", u: "https://a.test/", d: "a.test", r: "https://b.test/", p: { x: "y" }, i: false, h: 1 };
    const long = {
      name: "Buy",
      url: "https://a.test/",
      domain: "a.test",
      referrer: "https://b.test/",
      props: { x: "y" },
      interactive: false,
      hashMode: 1,
    };
    expect(parse({ ...long, revenue: { amount: 1, currency: "EUR" }, screen_width: 700 })).toEqual(
      parse({ ...short, $: { amount: 1, currency: "EUR" }, w: 700 }),
    );
  });

  it("prefer the short name to the long one", () => {
    expect(parse({ ...MINIMAL, name: "Other", url: "https://other.test/", domain: "other.test" })).toEqual(
      parse(MINIMAL),
    );
  });
});

describe("n, the name", () => {
  it.each([
    ["Signup", "Signup"],
    [404, "404"],
    ["404", "404"],
    ["Outbound Link: Click", "Outbound Link: Click"],
    ["x".repeat(120), "x".repeat(120)],
    ["🎉".repeat(120), "🎉".repeat(120)],
    ["a\tb\u0007c", "abc"],
  ])("may be %j", (n, name) => {
    expect(event({ n })).toMatchObject({ name, kind: "event" });
  });

  it.each([
    [undefined, "is required"],
    [null, "is required"],
    ["", "is required"],
    ["  \t", "is required"],
    ["x".repeat(121), "must be at most 120 characters"],
    [4.5, "must be a string or a whole number"],
    [1e300, "must be a string or a whole number"],
    [true, "must be a string or a whole number"],
    [[], "must be a string or a whole number"],
    [{ toString: "x" }, "must be a string or a whole number"],
    ["a\0b", "must not contain NUL characters"],
    ["a\ud800", "must not contain lone surrogates"],
  ])("must not be %j", (n, rule) => {
    expect(errors({ n })).toEqual({ name: [rule] });
  });
});

describe("u, the URL", () => {
  it.each([
    ["https://example.com", "example.com", "/"],
    ["HTTPS://Example.COM:8443/A/", "example.com", "/A/"],
    ["https://user:secret@example.com/a", "example.com", "/a"],
    ["https://bücher.example/", "xn--bcher-kva.example", "/"],
    ["https://example.com./a", "example.com", "/a"],
    ["app://LocalHost/signup", "localhost", "/signup"],
    ["//example.com/b", "example.com", "/b"],
    ["http://[::1]:8787/x", "[::1]", "/x"],
    ["/only/a/path?x=1", null, "/only/a/path"],
    ["file:///home/x", "", "/home/x"],
    [`https://example.com/${"x".repeat(1980)}`, "example.com", `/${"x".repeat(1980)}`],
  ])("may be %s", (u, host, path) => {
    expect(event({ u }).page).toMatchObject({ host, path });
  });

  it.each([
    [undefined, "is required"],
    [null, "is required"],
    ["", "is required"],
    [5, "must be a string"],
    [["https://example.com/"], "must be a string"],
    [`https://example.com/${"x".repeat(1981)}`, "must be at most 2000 bytes"],
    [`https://example.com/${"ü".repeat(1000)}`, "must be at most 2000 bytes"],
    ["data:text/html,x", "must not be a data: URL"],
    [" DATA:,x", "must not be a data: URL"],
    ["no url", "must be a URL with a scheme, or a path that begins with a slash"],
    ["https://", "must be a URL with a scheme, or a path that begins with a slash"],
    ["https://exa mple.com/", "must be a URL with a scheme, or a path that begins with a slash"],
    ["https://example.com/\0", "must not contain NUL characters"],
    ["https://example.com/\udc00", "must not contain lone surrogates"],
  ])("must not be %j", (u, rule) => {
    expect(errors({ u })).toEqual({ url: [rule] });
  });
});

describe("d, the sites", () => {
  it.each<[unknown, string[]]>([
    ["example.com", ["example.com"]],
    ["a.test,b.test", ["a.test", "b.test"]],
    [" www.A.test , b.test,,a.test,", ["a.test", "b.test"]],
    ["www.a.test", ["a.test"]],
    ["Bücher.example", ["xn--bcher-kva.example"]],
    [undefined, ["from-url.test"]],
    [null, ["from-url.test"]],
    ["", ["from-url.test"]],
    [" , ", ["from-url.test"]],
  ])("%j are %j", (d, domains) => {
    expect(event({ d, u: "https://www.from-url.test/" }).domains).toEqual(domains);
  });

  it.each([
    [7, "must be a string"],
    [{}, "must be a string"],
    [Array.from({ length: 11 }, (_, n) => `s${n}.test`).join(), "must name at most 10 sites"],
    [`${"x".repeat(254)}`, "must be at most 253 characters each"],
    ["a\0b", "must not contain NUL characters"],
    ["\ud800", "must not contain lone surrogates"],
  ])("must not be %j", (d, rule) => {
    expect(errors({ d })).toEqual({ domain: [rule] });
  });

  it.each(["/a/path", "file:///x"])("are required where the URL has no host: %s", (u) => {
    expect(errors({ d: undefined, u })).toEqual({ domain: ["is required"] });
  });
});

describe("r, the referrer", () => {
  it.each([
    ["https://a.test/b", "https://a.test/b"],
    [null, ""],
    [undefined, ""],
    [7, ""],
    [{}, ""],
    ["x".repeat(2001), "x".repeat(2000)],
    [`${"x".repeat(1999)}🎉`, "x".repeat(1999)],
  ])("%j is taken as %j", (r, referrer) => {
    expect(event({ r }).referrer).toBe(referrer);
  });

  it.each([
    ["https://a.test/\0", "must not contain NUL characters"],
    ["https://a.test/\ud83d", "must not contain lone surrogates"],
  ])("must not be %j", (r, rule) => {
    expect(errors({ r })).toEqual({ referrer: [rule] });
  });
});

describe("m, meta, p, props: the properties", () => {
  it.each<[string, object, [string, string][]]>([
    ["m goes first", { m: { a: 1 }, meta: { b: 1 }, p: { c: 1 }, props: { d: 1 } }, [["a", "1"]]],
    ["then meta", { meta: { b: 1 }, p: { c: 1 }, props: { d: 1 } }, [["b", "1"]]],
    ["then p", { p: { c: 1 }, props: { d: 1 } }, [["c", "1"]]],
    ["then props", { props: { d: 1 } }, [["d", "1"]]],
    ["falsy ones are passed over", { m: null, meta: "", p: 0, props: { d: 1 } }, [["d", "1"]]],
    ["the first truthy one wins although it is malformed", { m: "{", p: { c: 1 } }, []],
    ["a JSON string", { p: '{"a":"b"}' }, [["a", "b"]]],
    ["a JSON string of a list", { p: "[1]" }, []],
    ["a JSON string of a JSON string", { p: '"{}"' }, []],
    ["no JSON", { p: "a=b" }, []],
    ["a list", { p: [["a", "b"]] }, []],
    ["a number", { p: 7 }, []],
    [
      "lists, maps, null and blanks are dropped",
      { p: { a: [], b: {}, c: null, d: "", e: "  ", f: "x" } },
      [["f", "x"]],
    ],
    [
      "the rest becomes strings",
      { p: { n: 1.5, z: 0, t: true, f: false, s: "x y" } },
      [
        ["n", "1.5"],
        ["z", "0"],
        ["t", "true"],
        ["f", "false"],
        ["s", "x y"],
      ],
    ],
    ["control characters are left out", { p: { "a\tb": "c\nd" } }, [["ab", "cd"]]],
    ["a blank name is no name", { p: { "": "x", "\t": "y" } }, []],
    ["__proto__ is a name like any other", JSON.parse('{"p":{"__proto__":"x"}}'), [["__proto__", "x"]]],
    [
      "300 bytes of name and 2,000 of value",
      { p: { ["k".repeat(300)]: "v".repeat(2000) } },
      [["k".repeat(300), "v".repeat(2000)]],
    ],
  ])("%s", (_, body, props) => {
    expect(event(body).props).toEqual(props);
  });

  it("are the first 30", () => {
    const p = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`key${n}`, n < 5 ? null : n]));
    const { props } = event({ p });
    expect(props).toHaveLength(30);
    expect(props[0]).toEqual(["key5", "5"]);
    expect(props[29]).toEqual(["key34", "34"]);
  });

  it.each([
    [{ ["k".repeat(301)]: "v" }, "must have names of at most 300 bytes"],
    [{ ["ü".repeat(151)]: "v" }, "must have names of at most 300 bytes"],
    [{ k: "v".repeat(2001) }, "must have values of at most 2000 bytes"],
    [{ k: "ü".repeat(1001) }, "must have values of at most 2000 bytes"],
    [{ k: "\0" }, "must not contain NUL characters"],
    [{ "\0": "v" }, "must not contain NUL characters"],
    [{ k: "\ud800" }, "must not contain lone surrogates"],
  ])("must not be %j", (p, rule) => {
    expect(errors({ p })).toEqual({ props: [rule] });
    expect(errors({ p: JSON.stringify(p) })).toEqual({ props: [rule] });
  });
});

describe("i, interactive", () => {
  it.each([
    [false, false],
    [true, true],
    [undefined, true],
    [null, true],
    [0, true],
    ["false", true],
  ])("%j is %j", (i, interactive) => {
    expect(event({ n: "Buy", i }).interactive).toBe(interactive);
  });

  it("is ignored for page views and engagements", () => {
    expect(event({ i: false }).interactive).toBe(true);
    expect(event({ n: "engagement", e: 1, i: false }).interactive).toBe(true);
  });
});

describe("$, the revenue", () => {
  it.each([
    [
      { amount: 10.5, currency: "EUR" },
      { amount: 10.5, currency: "EUR" },
    ],
    [
      { amount: "10.50", currency: "usd" },
      { amount: 10.5, currency: "USD" },
    ],
    [
      { amount: -3, currency: "JPY" },
      { amount: -3, currency: "JPY" },
    ],
    ['{"currency":"USD","amount":3}', { amount: 3, currency: "USD" }],
    [{ amount: 1, currency: "EURO" }, undefined],
    [{ amount: 1, currency: "XQX" }, undefined],
    [{ amount: "much", currency: "EUR" }, undefined],
    [{ amount: "", currency: "EUR" }, undefined],
    [{ amount: null, currency: "EUR" }, undefined],
    [{ currency: "EUR" }, undefined],
    [{ amount: 1 }, undefined],
    ["{", undefined],
    [[], undefined],
    [5, undefined],
    [null, undefined],
  ])("%j is %j", ($, revenue) => {
    expect(event({ n: "Buy", $ }).revenue).toEqual(revenue);
  });
});

describe("h, hash mode", () => {
  it.each([
    [1, true],
    [0, false],
    [true, true],
    [false, false],
    [undefined, false],
    [2, false],
    [{}, false],
  ])("%j is %j", (h, hashMode) => {
    expect(event({ h }).hashMode).toBe(hashMode);
  });

  it("is said by our script as the tag's attribute stands there", () => {
    expect(event({ hash: "" }).hashMode).toBe(true);
    expect(event({ hash: 1 }).hashMode).toBe(true);
    expect(event({ h: 0, hash: "" }).hashMode).toBe(false);
  });
});

describe("sd and e, the engagement", () => {
  it.each([
    [
      { sd: 87, e: 4262 },
      { scrollPercent: 87, engagedMs: 4262 },
    ],
    [{ sd: 250 }, { scrollPercent: 100, engagedMs: 0 }],
    [
      { sd: 33.4, e: 1000.6 },
      { scrollPercent: 33, engagedMs: 1001 },
    ],
    [{ e: 500 }, { engagedMs: 500 }],
    [{ e: 500, sd: null }, { engagedMs: 500 }],
    [{ e: 1e12 }, { engagedMs: 1_800_000 }],
    [{ sd: 0 }, { scrollPercent: 0, engagedMs: 0 }],
  ])("%j is %j", (fields, engagement) => {
    expect(event({ n: "engagement", ...fields }).engagement).toEqual(engagement);
  });

  it.each([
    [{}, { sd: ["is required for an engagement without e (engaged time)"] }],
    [{ sd: null, e: null }, { sd: ["is required for an engagement without e (engaged time)"] }],
    [{ sd: "87" }, { sd: ["must be a number from 0 on"] }],
    [{ sd: -1, e: 5 }, { sd: ["must be a number from 0 on"] }],
    [{ sd: 5, e: [] }, { e: ["must be a number from 0 on"] }],
  ])("%j is an error", (fields, expected) => {
    expect(errors({ n: "engagement", ...fields })).toEqual(expected);
  });

  it("are ignored for anything else", () => {
    expect(event({ n: "pageview", sd: "x", e: -1 }).engagement).toBeUndefined();
  });
});

describe("w, the viewport's width", () => {
  it.each([
    [1024, 1024],
    ["1024", 1024],
    [1023.6, 1024],
    [0, 0],
    [-5, 0],
    [1e9, 0],
    ["wide", 0],
    [null, 0],
    [{}, 0],
  ])("%j is %j", (w, viewportWidth) => {
    expect(event({ w }).viewportWidth).toBe(viewportWidth);
  });
});

describe("a body", () => {
  it.each(["", "{", "nope", "{'n':1}", '{"n":"a\nb"}', `${"[".repeat(60_000)}`, '{"n":"a\0b"}'])(
    "that is no JSON is an error of the request: %.20s",
    (body) => {
      expect(errorsOf(body)).toEqual({ request: ["must be valid JSON"] });
    },
  );

  it.each(["null", "[]", "7", '"x"', "true"])("must be an object, not %s", (body) => {
    expect(errorsOf(body)).toEqual({ request: ["must be a JSON object"] });
  });

  it("has all its faults named", () => {
    expect(errorsOf({ d: 1, u: [], r: "\0", p: { k: "\0" } })).toEqual({
      name: ["is required"],
      url: ["must be a string"],
      domain: ["must be a string"],
      referrer: ["must not contain NUL characters"],
      props: ["must not contain NUL characters"],
    });
  });

  it("never makes the reader throw, and gives either a whole beacon or errors", () => {
    const fields = fc.dictionary(
      fc.constantFrom(..."n name u url d domain r referrer m meta p props i $ revenue h sd e w".split(" ")),
      fc.oneof(
        fc.jsonValue(),
        fc.string({ unit: "binary" }),
        fc.constantFrom("pageview", "engagement", "https://example.com/%ff?a#b", "{}", '{"amount":1}', 1, false),
        fc.json(),
      ),
    );
    fc.assert(
      fc.property(fc.oneof(fields, fc.jsonValue()), (body) => {
        const parsed = parseEvent(JSON.stringify(body));
        if ("errors" in parsed) {
          expect(Object.keys(parsed.errors).length).toBeGreaterThan(0);
          return;
        }
        const { beacon } = parsed;
        expect(beacon.domains.length).toBeGreaterThan(0);
        expect(beacon.name).not.toBe("");
        expect(JSON.stringify(beacon).isWellFormed()).toBe(true);
        for (const text of [beacon.name, ...beacon.props.flat()]) expect(text).not.toMatch(/\p{Cc}/u);
      }),
      { numRuns: 2000 },
    );
  });

  it("never makes the reader throw, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(parseEvent(text)).toHaveProperty("errors");
      }),
      { numRuns: 1000 },
    );
  });
});
