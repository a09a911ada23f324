import { describe, expect, it } from "vitest";
import { acquisitionOf, parseReferrer } from "../../src/collect/source.ts";
import { SOURCE_NAMES } from "../../src/collect/source-names.ts";
import { isSpamHost, SPAM_HOSTS } from "../../src/collect/spam-referrers.ts";

const from = (referrer: string, query = "") => acquisitionOf(query, parseReferrer(referrer));

describe("a referrer", () => {
  it.each([
    ["https://www.example.org/a/b/?q=secret#frag", "example.org/a/b"],
    ["https://user:password@example.org/", "example.org"],
    ["HTTP://Example.ORG:8080/A", "example.org/A"],
    ["https://example.org/caf%C3%A9/", "example.org/café"],
    ["https://example.org/%ff", "example.org/%ff"],
    ["https://example.org///", "example.org"],
    ["https://example.org./a", "example.org/a"],
    ["android-app://com.google.android.gm/", "com.google.android.gm"],
    ["android-app://com.slack/https/x", "com.slack/https/x"],
    ["ios-app://544007664/vnd.youtube/x", "544007664/vnd.youtube/x"],
    [`https://example.org/${"x".repeat(500)}`, `example.org/${"x".repeat(288)}`],
    ["https://example.org/a%09b%0a", "example.org/ab"],
  ])("%s is kept as %s", (url, value) => {
    expect(parseReferrer(url)?.value).toBe(value);
  });

  it.each([
    "",
    "no url",
    "about:blank",
    "file:///home/me/x.html",
    "data:text/html,x",
    "javascript:1",
    "mailto:a@b.c",
    "https://",
  ])("%j is none", (url) => {
    expect(parseReferrer(url)).toBeNull();
    expect(from(url)).toMatchObject({ source: "", referrer: "", channel: "" });
  });
});

describe("the source and channel of a referrer", () => {
  it.each([
    ["https://www.google.com/", "Google", "Organic Search"],
    ["https://www.google.lv/search?q=x", "Google", "Organic Search"],
    ["https://google.co.uk/", "Google", "Organic Search"],
    ["https://www.google.com.au/", "Google", "Organic Search"],
    ["https://bing.com/", "Bing", "Organic Search"],
    ["https://duckduckgo.com/", "DuckDuckGo", "Organic Search"],
    ["https://yandex.com.tr/", "Yandex", "Organic Search"],
    ["https://ya.ru/", "Yandex", "Organic Search"],
    ["https://search.yahoo.com/", "Yahoo!", "Organic Search"],
    ["https://search.brave.com/", "Brave Search", "Organic Search"],
    ["https://images.google.de/", "Google Images", "Organic Search"],
    ["https://l.facebook.com/l.php?u=x", "Facebook", "Organic Social"],
    ["https://t.co/abc", "X", "Organic Social"],
    ["https://old.reddit.com/r/x", "Reddit", "Organic Social"],
    ["https://out.reddit.com/", "Reddit", "Organic Social"],
    ["https://news.ycombinator.com/item?id=1", "Hacker News", "Organic Social"],
    ["https://mastodon.social/@x/1", "Mastodon", "Organic Social"],
    ["https://bsky.app/", "Bluesky", "Organic Social"],
    ["https://uk.pinterest.com/", "Pinterest", "Organic Social"],
    ["https://www.pinterest.co.uk/", "Pinterest", "Organic Social"],
    ["https://www.youtube.com/watch?v=1", "YouTube", "Organic Video"],
    ["https://mail.google.com/", "Gmail", "Email"],
    ["https://mail.yahoo.com/", "Yahoo! Mail", "Email"],
    ["https://outlook.live.com/", "Outlook", "Email"],
    ["android-app://com.google.android.gm/", "Gmail", "Email"],
    ["android-app://com.google.android.googlequicksearchbox/", "Google", "Organic Search"],
    ["https://chatgpt.com/", "ChatGPT", "AI Assistants"],
    ["https://www.perplexity.ai/", "Perplexity", "AI Assistants"],
    ["https://claude.ai/", "Claude", "AI Assistants"],
    ["https://gemini.google.com/", "Gemini", "AI Assistants"],
    ["https://copilot.microsoft.com/", "Copilot", "AI Assistants"],
    ["https://www.amazon.co.jp/", "Amazon", "Organic Shopping"],
    ["https://open.spotify.com/", "Spotify", "Audio"],
    ["https://github.com/a/b", "GitHub", "Referral"],
    ["https://news.google.com/", "Google News", "Referral"],
    ["https://en.wikipedia.org/wiki/X", "Wikipedia", "Referral"],
    ["https://blog.unknown.example/a", "blog.unknown.example", "Referral"],
    ["https://www.unknown.example/a", "unknown.example", "Referral"],
    ["android-app://org.unknown.app/", "org.unknown.app", "Referral"],
    // Names that only look like well-known ones.
    ["https://google.evil.example/", "google.evil.example", "Referral"],
    ["https://notgoogle.com/", "notgoogle.com", "Referral"],
    ["https://google.blog/", "google.blog", "Referral"],
    ["https://facebook.com.evil.example/", "facebook.com.evil.example", "Referral"],
  ])("%s is %s, %s", (referrer, source, channel) => {
    expect(from(referrer)).toMatchObject({ source, channel });
  });
});

describe("the source that a link names", () => {
  it.each([
    ["?utm_source=fb", "Facebook", "Organic Social"],
    ["?utm_source=Facebook", "Facebook", "Organic Social"],
    ["?utm_source=ig", "Instagram", "Organic Social"],
    ["?utm_source=tw", "X", "Organic Social"],
    ["?utm_source=twitter", "X", "Organic Social"],
    ["?utm_source=yt", "YouTube", "Organic Video"],
    ["?utm_source=newsletter", "Newsletter", "Email"],
    ["?utm_source=chatgpt.com", "ChatGPT", "AI Assistants"],
    ["?utm_source=www.google.lv", "Google", "Organic Search"],
    ["?utm_source=https://news.ycombinator.com/x", "Hacker News", "Organic Social"],
    ["?ref=producthunt", "Product Hunt", "Organic Social"],
    ["?source=hn", "Hacker News", "Organic Social"],
    ["?ref=My+Friend", "My Friend", "Referral"],
    ["?utm_source=b&source=c&ref=d", "b", "Referral"],
    ["?source=c&ref=d", "c", "Referral"],
    ["?utm_source=&ref=d", "d", "Referral"],
    ["?utm_source=%20%09acme%00%20", "acme", "Referral"],
    [`?utm_source=${"x".repeat(400)}`, "x".repeat(300), "Referral"],
    ["?utm_source=constructor", "constructor", "Referral"],
    ["?UTM_SOURCE=x&q=y", "", ""],
  ])("%s is %s, %s", (query, source, channel) => {
    expect(from("", query)).toMatchObject({ source, channel });
  });

  it("goes before the referrer, which is kept", () => {
    expect(from("https://www.google.com/", "?utm_source=fb")).toMatchObject({
      source: "Facebook",
      referrer: "google.com",
    });
  });

  it("keeps the five utm_ values as sent, cut at 300 characters", () => {
    const query = `?utm_source=fb&utm_medium=Paid&utm_campaign=${"c".repeat(301)}&utm_content=%C3%BC%0A&utm_term=a+b`;
    expect(from("", query)).toEqual({
      source: "Facebook",
      channel: "Paid Social",
      referrer: "",
      utmSource: "fb",
      utmMedium: "Paid",
      utmCampaign: "c".repeat(300),
      utmContent: "ü",
      utmTerm: "a b",
    });
  });
});

describe("the channel", () => {
  const GOOGLE = "https://www.google.com/";
  const FACEBOOK = "https://www.facebook.com/";
  it.each([
    ["", "", ""],
    ["", "?q=1", ""],
    ["", "?utm_medium=whatever", ""],
    [GOOGLE, "?utm_campaign=x_cross-network_y", "Cross-network"],
    [GOOGLE, "?utm_medium=cpc", "Paid Search"],
    [GOOGLE, "?utm_medium=ppc", "Paid Search"],
    [GOOGLE, "?utm_medium=PAID-search", "Paid Search"],
    [GOOGLE, "?gclid=x", "Paid Search"],
    [GOOGLE, "?gbraid=x", "Paid Search"],
    ["https://www.bing.com/", "?msclkid=x", "Paid Search"],
    ["", "?gclid=x", "Paid Search"],
    [FACEBOOK, "?gclid=x", "Organic Social"],
    [FACEBOOK, "?fbclid=x", "Organic Social"],
    [FACEBOOK, "?utm_medium=cpm", "Paid Social"],
    [FACEBOOK, "?utm_medium=paid_social", "Paid Social"],
    ["https://www.tiktok.com/", "?ttclid=x", "Paid Social"],
    ["", "?li_fat_id=x", "Paid Social"],
    ["https://www.youtube.com/", "?utm_medium=cpv", "Paid Video"],
    ["https://www.amazon.de/", "?utm_medium=cpc", "Paid Shopping"],
    [GOOGLE, "?utm_medium=cpc&utm_campaign=Shopping+winter", "Paid Shopping"],
    ["", "?utm_source=acme&utm_campaign=summer-shop", "Organic Shopping"],
    ["", "?utm_source=acme&utm_campaign=workshop", "Referral"],
    ["https://a.example/", "?utm_medium=display", "Display"],
    ["https://a.example/", "?utm_medium=cpm", "Display"],
    ["", "?dclid=x", "Display"],
    ["https://a.example/", "?utm_medium=cpc", "Paid Other"],
    ["https://a.example/", "?utm_medium=retargeting", "Paid Other"],
    ["https://a.example/", "?utm_medium=social-media", "Organic Social"],
    ["https://a.example/", "?utm_medium=video-post", "Organic Video"],
    ["https://a.example/", "?utm_medium=organic", "Organic Search"],
    ["https://a.example/", "?utm_medium=e-mail", "Email"],
    ["", "?utm_medium=email", "Email"],
    ["", "?utm_source=mailchimp", "Email"],
    [GOOGLE, "?utm_medium=email", "Email"],
    ["", "?utm_source=acme&utm_medium=affiliate", "Affiliates"],
    ["", "?utm_source=acme&utm_medium=audio", "Audio"],
    ["", "?utm_source=sms", "SMS"],
    ["", "?utm_source=acme&utm_medium=sms", "SMS"],
    ["", "?utm_source=acme&utm_medium=web-push", "Mobile Push Notifications"],
    ["", "?utm_source=firebase", "Mobile Push Notifications"],
    ["", "?utm_source=acme&utm_medium=mobile+notification", "Mobile Push Notifications"],
    ["https://a.example/", "?utm_medium=referral", "Referral"],
  ])("of %j with %j is %j", (referrer, query, channel) => {
    expect(from(referrer, query).channel).toBe(channel);
  });
});

describe("the table of sources", () => {
  const rows = Object.values(SOURCE_NAMES).flatMap((names) => Object.entries(names));

  it("has a few hundred hosts, each once and in the form they are looked up by", () => {
    const keys = rows.flatMap(([, keys]) => keys.split(" "));
    expect(keys.filter((key) => key.includes(".")).length).toBeGreaterThan(400);
    for (const key of keys) expect(key).toMatch(/^[a-z0-9]([a-z0-9_-]*\.)*([a-z0-9_-]+|\*)$/);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  it("has each name once, in any case", () => {
    const names = rows.map(([name]) => name.toLowerCase());
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it("finds every host it has", () => {
    for (const [name, keys] of rows) {
      for (const key of keys.split(" ")) {
        if (!key.includes(".")) continue;
        expect([key, from(`https://${key.replace("*", "lv")}/`).source]).toEqual([key, name]);
      }
    }
  });
});

describe("a spam referrer", () => {
  it("is one of at least 60 hosts, or of their subdomains", () => {
    expect(SPAM_HOSTS).toBeGreaterThanOrEqual(60);
    for (const host of ["semalt.com", "www.semalt.com", "a.b.darodar.com", "buttons-for-website.com"]) {
      expect([host, isSpamHost(host)]).toEqual([host, true]);
    }
  });

  it("is no host that only ends in the same letters", () => {
    for (const host of ["notsemalt.com", "com", "", "semalt.com.example", "example.com", "google.com"]) {
      expect([host, isSpamHost(host)]).toEqual([host, false]);
    }
  });
});
