import { beforeEach, describe, expect, it } from "vitest";
import type { Site } from "../../src/site.ts";
import { forgetSite, rememberSite, siteForBeacon, siteForLink } from "../../src/store/site-cache.ts";

const SECOND = 1000;
const T = Date.parse("2026-11-22T10:00:00Z");

let number = 0;
let domain = "";
beforeEach(() => {
  // The cache is the isolate's: each test has a domain of its own.
  domain = `site-${number++}.example`;
});

function site(id: number, linkKey: string | null = null): Site {
  return {
    id,
    domain,
    zones: [{ timezone: "UTC", fromDay: "2026-01-01", fromAt: 0 }],
    allowedHosts: [],
    shardRules: [],
    excludedPaths: [],
    excludedCountries: [],
    linkKey,
    goals: [],
    isPublic: false,
    badge: false,
    minVisitors: 3,
    detailDays: 0,
    retentionMonths: 0,
  };
}

class FakeKv {
  reads: string[] = [];
  value: string | null | Error | Promise<string | null>;
  constructor(value: string | null) {
    this.value = value;
  }
  async get(key: string): Promise<string | null> {
    this.reads.push(key);
    if (this.value instanceof Error) throw this.value;
    return this.value;
  }
}

describe("a site for a beacon", () => {
  it("is read from KV under site:<domain>", async () => {
    const kv = new FakeKv(JSON.stringify(site(7)));
    expect(await siteForBeacon(kv, domain, T)).toEqual(site(7));
    expect(kv.reads).toEqual([`site:${domain}`]);
  });

  it.each([
    ["a known site", JSON.stringify({ id: 7, zones: [] })],
    ["an unknown one", null],
  ])("is asked for once in 45 s, and known for at most 60 s: %s", async (_, value) => {
    const kv = new FakeKv(value);
    await siteForBeacon(kv, domain, T);
    await siteForBeacon(kv, domain, T + 44 * SECOND);
    expect(kv.reads).toHaveLength(1);
    kv.value = JSON.stringify(site(8));
    expect((await siteForBeacon(kv, domain, T + 60 * SECOND))?.id).toBe(8);
    expect(kv.reads).toHaveLength(2);
  });

  it("is refreshed by one request while the others go on with what is known, until 60 s", async () => {
    const kv = new FakeKv(JSON.stringify(site(7)));
    await siteForBeacon(kv, domain, T);
    let answer: (text: string) => void = () => {};
    kv.value = new Promise((resolve) => {
      answer = resolve;
    });
    const refreshing = siteForBeacon(kv, domain, T + 56 * SECOND);
    expect((await siteForBeacon(kv, domain, T + 57 * SECOND))?.id).toBe(7);
    expect(kv.reads).toHaveLength(2);
    const late = siteForBeacon(kv, domain, T + 60 * SECOND);
    expect(kv.reads).toHaveLength(3);
    answer(JSON.stringify(site(8)));
    expect((await refreshing)?.id).toBe(8);
    expect((await late)?.id).toBe(8);
  });

  it("stays as it was known last while KV fails, and KV is left alone for 5 s after each failure", async () => {
    const kv = new FakeKv(JSON.stringify(site(7)));
    await siteForBeacon(kv, domain, T);
    kv.value = new Error("KV is away");
    expect((await siteForBeacon(kv, domain, T + 3600 * SECOND))?.id).toBe(7);
    expect((await siteForBeacon(kv, domain, T + 3604 * SECOND))?.id).toBe(7);
    expect(kv.reads).toHaveLength(2);
    expect((await siteForBeacon(kv, domain, T + 3605 * SECOND))?.id).toBe(7);
    expect(kv.reads).toHaveLength(3);
    kv.value = JSON.stringify(site(8));
    expect((await siteForBeacon(kv, domain, T + 3611 * SECOND))?.id).toBe(8);
  });

  it("is an error, and not unknown, where KV fails and nothing is known", async () => {
    const kv = new FakeKv(null);
    kv.value = new Error("KV is away");
    await expect(siteForBeacon(kv, domain, T)).rejects.toThrow("KV is away");
    kv.value = JSON.stringify(site(7));
    expect((await siteForBeacon(kv, domain, T + 1))?.id).toBe(7);
  });

  it.each(["{", "null", "[]", '"x"', '{"id":"7","zones":[]}', '{"id":7}'])(
    "is never made from a malformed value: %s",
    async (value) => {
      const kv = new FakeKv(JSON.stringify(site(7)));
      await siteForBeacon(kv, domain, T);
      kv.value = value;
      expect((await siteForBeacon(kv, domain, T + 61 * SECOND))?.id).toBe(7);
    },
  );

  it("has no goals where it was published before there were any", async () => {
    const { goals: _, ...old } = site(7);
    expect(await siteForBeacon(new FakeKv(JSON.stringify(old)), domain, T)).toEqual(site(7));
  });

  it("is known at once to the isolate that made or changed it", async () => {
    const kv = new FakeKv(null);
    expect(await siteForBeacon(kv, domain, T)).toBeNull();
    rememberSite(site(7), T + 1);
    expect((await siteForBeacon(kv, domain, T + 2))?.id).toBe(7);
  });

  it("is gone at once in the isolate that deleted it, although KV still shows it", async () => {
    const kv = new FakeKv(JSON.stringify(site(7)));
    await siteForBeacon(kv, domain, T);
    forgetSite(domain, T + 1);
    expect(await siteForBeacon(kv, domain, T + 2)).toBeNull();
  });

  it("is not set back by what KV was asked before the change", async () => {
    const kv = new FakeKv(null);
    let answer: (text: string | null) => void = () => {};
    kv.value = new Promise((resolve) => {
      answer = resolve;
    });
    const asked = siteForBeacon(kv, domain, T);
    rememberSite(site(7), T);
    answer(null);
    expect((await asked)?.id).toBe(7);
    expect((await siteForBeacon(kv, domain, T + 1))?.id).toBe(7);
  });

  it("stays known though strangers ask for any number of names, of which the oldest are forgotten", async () => {
    const kv = new FakeKv(JSON.stringify(site(7)));
    await siteForBeacon(kv, domain, T);
    kv.value = null;
    for (let n = 0; n < 1500; n++) await siteForBeacon(kv, `${n}.${domain}`, T);
    kv.reads = [];
    expect((await siteForBeacon(kv, domain, T))?.id).toBe(7);
    await siteForBeacon(kv, `1499.${domain}`, T);
    expect(kv.reads).toEqual([]);
    await siteForBeacon(kv, `0.${domain}`, T);
    expect(kv.reads).toEqual([`site:0.${domain}`]);
  });

  it.each([["€".repeat(170)], [""], ["a b.example"], ["x".repeat(254)], ["[::1]"], ["UPPER.example"]])(
    "is none, without a look into KV, where the name can be no site's: %s",
    async (name) => {
      const kv = new FakeKv(JSON.stringify(site(7)));
      expect(await siteForBeacon(kv, name, T)).toBe(null);
      expect(kv.reads).toEqual([]);
    },
  );
});

describe("a site for a link", () => {
  const KEYLESS = () => JSON.stringify(site(7));
  const KEYED = () => JSON.stringify(site(7, "key"));

  it("is known as for beacons while it has a link key", async () => {
    const kv = new FakeKv(KEYED());
    expect(await siteForLink(kv, domain, T)).toEqual(site(7, "key"));
    expect(await siteForLink(kv, domain, T + 44 * SECOND)).toEqual(site(7, "key"));
    expect(await siteForBeacon(kv, domain, T + 44 * SECOND)).toEqual(site(7, "key"));
    expect(kv.reads).toEqual([`site:${domain}`]);
    kv.value = new Error("KV is away");
    expect(await siteForLink(kv, domain, T + 3600 * SECOND)).toEqual(site(7, "key"));
  });

  it("is asked for anew where it is remembered without a link key, and remembered with the one it has now", async () => {
    const kv = new FakeKv(KEYLESS());
    await siteForBeacon(kv, domain, T);
    kv.value = KEYED();
    expect((await siteForLink(kv, domain, T + 1))?.linkKey).toBe("key");
    expect((await siteForBeacon(kv, domain, T + 2))?.linkKey).toBe("key");
    expect((await siteForLink(kv, domain, T + 3))?.linkKey).toBe("key");
    expect(kv.reads).toHaveLength(2);
  });

  it("costs a read in 5 s, and not one each, however often made-up links to a site without any are followed", async () => {
    const kv = new FakeKv(KEYLESS());
    await siteForBeacon(kv, domain, T);
    for (let ms = 0; ms < 40 * SECOND; ms += 100) expect((await siteForLink(kv, domain, T + ms))?.linkKey).toBe(null);
    expect(kv.reads).toHaveLength(1 + 8);
    kv.value = KEYED();
    expect((await siteForLink(kv, domain, T + 40 * SECOND))?.linkKey).toBe("key");
  });

  it("does not wait for others who ask, nor take their pending question for an answer", async () => {
    const kv = new FakeKv(KEYLESS());
    await siteForBeacon(kv, domain, T);
    let answer: (text: string) => void = () => {};
    kv.value = new Promise((resolve) => {
      answer = resolve;
    });
    const first = siteForLink(kv, domain, T + 1);
    kv.value = KEYED();
    expect((await siteForLink(kv, domain, T + 2))?.linkKey).toBe("key");
    answer(KEYED());
    expect((await first)?.linkKey).toBe("key");
  });

  it("costs no read beyond those of beacons where there is no such site", async () => {
    const kv = new FakeKv(null);
    for (let ms = 0; ms < 40 * SECOND; ms += 100) expect(await siteForLink(kv, domain, T + ms)).toBe(null);
    expect(kv.reads).toHaveLength(1);
  });

  it("keeps what this isolate changed, where KV does not show it yet", async () => {
    const kv = new FakeKv(KEYLESS());
    rememberSite(site(8), T);
    expect((await siteForLink(kv, domain, T + 1))?.id).toBe(8);
    expect((await siteForBeacon(kv, domain, T + 2))?.id).toBe(8);
  });

  it("is gone at once in the isolate that deleted it, although KV still shows it", async () => {
    const kv = new FakeKv(KEYED());
    await siteForLink(kv, domain, T);
    forgetSite(domain, T + 1);
    expect(await siteForLink(kv, domain, T + 2)).toBe(null);
  });

  it("is found with its key, but not remembered, where this isolate changed something while KV was asked", async () => {
    const kv = new FakeKv(KEYLESS());
    await siteForBeacon(kv, domain, T);
    let answer: (text: string) => void = () => {};
    kv.value = new Promise((resolve) => {
      answer = resolve;
    });
    const asked = siteForLink(kv, domain, T + 1);
    forgetSite(domain, T + 2);
    answer(KEYED());
    expect((await asked)?.linkKey).toBe("key");
    expect(await siteForBeacon(kv, domain, T + 3)).toBe(null);
  });

  it("is an error, and not a site without links, where KV fails and no key is known", async () => {
    const kv = new FakeKv(KEYLESS());
    await siteForBeacon(kv, domain, T);
    kv.value = new Error("KV is away");
    await expect(siteForLink(kv, domain, T + 1)).rejects.toThrow("KV is away");
    kv.value = KEYED();
    expect((await siteForLink(kv, domain, T + 2))?.linkKey).toBe("key");
  });

  it("has no link key, and is not public, where it was published before there were such settings", async () => {
    const { linkKey, isPublic, badge, minVisitors, ...old } = site(7);
    const kv = new FakeKv(JSON.stringify(old));
    expect(await siteForLink(kv, domain, T)).toEqual(site(7));
  });
});
