import { describe, expect, it } from "vitest";
import { embedCode } from "../../src/dashboard/settings/embed.ts";
import { fieldErrorOf } from "../../src/dashboard/settings/field-error.ts";
import { entriesOf, linesOf } from "../../src/dashboard/settings/lines.ts";
import { isShorter } from "../../src/dashboard/settings/retention.ts";
import { shareWritten } from "../../src/dashboard/settings/written.ts";
import { arrivalOf, waitMs } from "../../src/dashboard/sites/arrival.ts";
import { domainIn } from "../../src/dashboard/sites/domain-in.ts";
import type { Drop, LiveAnswer } from "../../src/report/summary-answer.ts";

describe("the domain in what was pasted", () => {
  it.each([
    ["example.com", "example.com"],
    ["  Example.COM. ", "example.com"],
    ["https://www.example.com/blog?x=1#y", "example.com"],
    ["http://blog.example.com", "blog.example.com"],
    ["//example.com/", "example.com"],
    ["example.com/pricing", "example.com"],
    ["example.com?x=/y", "example.com"],
    ["localhost:3000", "localhost"],
    ["https://me:secret@example.com:8443/", "example.com"],
    ["https://bücher.example/ä", "bücher.example"],
    // What is none is left for the API to refuse.
    ["", ""],
    ["not a domain", "not a domain"],
    ["www.com", "com"],
  ])("%j is %j", (text, domain) => {
    expect(domainIn(text)).toBe(domain);
  });
});

describe("what the API says is wrong", () => {
  it.each([
    [
      "domain: a site of this name exists already",
      { field: "domain", index: null, rule: "a site of this name exists already" },
    ],
    [
      'allowed_hosts.2: must be a host, or "*." and a host',
      { field: "allowed_hosts", index: 2, rule: 'must be a host, or "*." and a host' },
    ],
    [
      'page_path: must begin with "/": always',
      { field: "page_path", index: null, rule: 'must begin with "/": always' },
    ],
    ['This needs a key with the scope "sites".', null],
    ["Too many requests: at most 600 an hour. Try again in 3595 s.", null],
    ["imported_visitors_20250101_20251231.csv, line 2, column 5 (visits): must be a whole number of 0 or more", null],
    ["Sec-Fetch-Site: must be same-origin", null],
    ["Something went wrong here.", null],
    ["", null],
  ])("%j", (message, error) => {
    expect(fieldErrorOf(message)).toEqual(error);
  });
});

describe("what has arrived", () => {
  const bot: Drop = { reason: "bot", text: "", count: 3 };
  const host: Drop = { reason: "host_not_allowed", text: "", count: 7 };
  const live = (today: Partial<LiveAnswer["today"]>, rest: Partial<LiveAnswer> = {}): LiveAnswer => ({
    visitors: 0,
    minutes: [{ at: "2026-11-25T00:00:00Z", visitors: 0, pageviews: 0 }],
    today: { visitors: 0, pageviews: 0, events: 0, drops: [], ...today },
    ...rest,
  });

  it.each([
    ["nothing", live({}), { kind: "waiting" }],
    ["drops of nothing", live({ drops: [{ ...bot, count: 0 }] }), { kind: "waiting" }],
    ["drops alone", live({ drops: [bot, host] }), { kind: "dropped", drops: [host, bot] }],
    [
      "a page view besides drops",
      live({ pageviews: 1, events: 1, drops: [host] }),
      { kind: "received", pageviews: 1, events: 0 },
    ],
    ["an event alone", live({ events: 1 }), { kind: "received", pageviews: 0, events: 1 }],
    [
      "a visitor of the last minutes of yesterday",
      live({}, { visitors: 1 }),
      { kind: "received", pageviews: 0, events: 0 },
    ],
    [
      "a page view of yesterday, minutes ago",
      live({}, { minutes: [{ at: "2026-11-24T23:40:00Z", visitors: 1, pageviews: 1 }] }),
      { kind: "received", pageviews: 0, events: 0 },
    ],
  ])("%s", (_what, answer, arrival) => {
    expect(arrivalOf(answer)).toEqual(arrival);
  });

  it.each([
    [0, 3_000],
    [119_999, 3_000],
    [120_000, 10_000],
    [3_600_000, 10_000],
  ])("is asked for less often after two minutes: after %d ms", (elapsed, wait) => {
    expect(waitMs(elapsed)).toBe(wait);
  });

  it("costs fewer requests than a key has in an hour", () => {
    let requests = 0;
    for (let elapsed = 0; elapsed < 3_600_000; elapsed += waitMs(elapsed)) requests++;
    expect(requests).toBeLessThan(600);
  });
});

describe("a list of lines", () => {
  it("leaves out what is blank, so that an entry's number is its line's", () => {
    expect(linesOf(entriesOf("a.example\n\n  *.b.example \r\n \nc"))).toBe("a.example\n*.b.example\nc");
    expect(entriesOf(" \n")).toEqual([]);
  });
});

describe("a frame", () => {
  it.each([
    [
      "https://stats.example/share/example.com?auth=ffl_a-b",
      'src="https://stats.example/share/example.com?auth=ffl_a-b&amp;embed"',
    ],
    ["https://stats.example/example.com", 'src="https://stats.example/example.com?embed"'],
  ])("of %s", (url, source) => {
    expect(embedCode(url, 'Visits of "x" <y>')).toContain(
      `<iframe ${source} title="Visits of &quot;x&quot; &lt;y&gt;"`,
    );
  });
});

describe("an import that is being written", () => {
  it.each([
    ["2026-01-01", "2026-01-10", null, null],
    ["2026-01-01", "2026-01-10", "2026-01-01", 0.1],
    ["2026-01-01", "2026-01-10", "2026-01-10", 1],
    ["2026-03-28", "2026-03-31", "2026-03-29", 0.5],
    ["2026-01-01", "2026-01-01", "2026-01-01", 1],
  ])("from %s to %s, written to %s", (from, to, written_to, share) => {
    expect(shareWritten({ from, to, written_to })).toBe(share);
  });
});

describe("how long counts are kept", () => {
  it.each([
    [25, 12, true],
    [25, 25, false],
    [25, 30, false],
    [25, 0, false],
    [0, 25, true],
    [0, 0, false],
    // Nothing is typed.
    [25, Number.NaN, false],
  ])("from %d to %d erases something: %s", (from, to, erases) => {
    expect(isShorter(from, to)).toBe(erases);
  });
});
