/** The tracker's package: in Node as on a server that renders pages, and for backends. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildModule, tsc } from "../../scripts/tracker/module.ts";
import { connect, type ServerEvent } from "../../src/tracker/server.ts";
import { endAll, freePort, start, temporaryDirectory } from "./footfall.ts";

describe("the package", () => {
  const consumer = mkdtempSync(join(tmpdir(), "footfall-consumer-"));
  const pack = join(consumer, "node_modules/footfall-tracker");
  beforeAll(async () => {
    mkdirSync(pack, { recursive: true });
    await buildModule(pack);
  });
  afterAll(() => rmSync(consumer, { recursive: true, force: true }));

  it("does nothing on a server: on import, at init, on track", () => {
    const code = `
      const before = Object.keys(globalThis);
      globalThis.fetch = () => { throw new Error("sent"); };
      const { init, track } = await import("footfall-tracker");
      init({ api: "https://stats.example/api/event", domain: "example.com" });
      track("Signup", { props: { plan: "pro" } });
      console.log(JSON.stringify(Object.keys(globalThis).filter((name) => !before.includes(name))));`;
    const file = join(consumer, "server-render.mjs");
    writeFileSync(file, code);
    const { stdout, stderr, status } = spawnSync(process.execPath, [file], { encoding: "utf8" });
    expect([status, stderr, stdout]).toEqual([0, "", "[]\n"]);
  });

  it("has types that hold a caller to the rules", () => {
    const code = `
      import { type EventOptions, init, track } from "footfall-tracker";
      import { connect } from "footfall-tracker/server";
      const options: EventOptions = { props: { plan: "pro", seats: 3 }, revenue: { amount: 1, currency: "EUR" } };
      init({ api: "https://stats.example/api/event", exclude: ["/admin/**"], hash: true });
      track("Signup", options);
      void connect({ api: "a", key: "k", domain: "d" }).track("Signup", { url: "u", ip: "1.2.3.4", headers: new Headers() });
      // @ts-expect-error api is required
      init({ domain: "example.com" });
      // @ts-expect-error lists are no values
      track("Signup", { props: { list: [] } });
      // @ts-expect-error ip is required
      void connect({ api: "a", key: "k", domain: "d" }).track("Signup", { url: "u", headers: {} });`;
    writeFileSync(join(consumer, "use.ts"), code);
    writeFileSync(join(consumer, "package.json"), '{"type":"module"}');
    const flags = [
      "--noEmit",
      "--strict",
      "--module",
      "nodenext",
      "--target",
      "es2022",
      "--lib",
      "es2023,dom",
      "--types",
      "",
    ];
    const { stdout, status } = spawnSync(process.execPath, [tsc, ...flags, "use.ts"], {
      cwd: consumer,
      encoding: "utf8",
    });
    expect([stdout, status]).toEqual(["", 0]);
  });

  it("names nothing outside of itself", () => {
    for (const file of ["index.js", "server.js"]) {
      expect(readFileSync(join(pack, file), "utf8")).not.toMatch(/\bimport\b|\brequire\(/);
    }
  });
});

describe("a backend's connection", () => {
  const directory = temporaryDirectory();
  const admin = "module-test";
  let url = "";
  let key = "";
  const call = async (method: string, path: string, body?: object) => {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${admin}` },
      ...(body && { body: JSON.stringify(body) }),
    });
    return response.json() as Promise<Record<string, string>>;
  };
  beforeAll(async () => {
    const places = ["--persist-to", join(directory, "state"), "--dev-vars", join(directory, "vars")];
    url = await start(["--port", String(await freePort()), ...places], { ADMIN_KEY: admin }).ready;
    for (const domain of ["example.com", "other.example"])
      await call("POST", "/api/v1/sites", { domain, timezone: "Etc/UTC" });
    key = (await call("POST", "/api/v1/keys", { name: "shop", site_id: "example.com", scopes: ["stats"] })).key ?? "";
  }, 60_000);
  afterAll(() => {
    endAll();
    rmSync(directory, { recursive: true, force: true });
  });

  const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
  const event = (more: Partial<ServerEvent> = {}): ServerEvent => ({
    url: "https://example.com/cart",
    ip: "198.51.100.7",
    headers: { "user-agent": FIREFOX, "accept-language": "lv,en;q=0.5" },
    ...more,
  });
  const connection = (more: object = {}) =>
    connect({ api: `${url}/api/event`, key, domain: "example.com", wait: async () => {}, ...more });
  const counted = async () => {
    const query = "site_id=example.com&period=day";
    const total = await call("GET", `/api/v1/stats/aggregate?${query}&metrics=visitors`);
    const events = await call("GET", `/api/v1/stats/breakdown?${query}&property=event:name&metrics=events`);
    return { total: total.results, events: events.results };
  };

  it("counts events of its visitors, each by address and browser; opt-outs and robots say why not", async () => {
    const { track } = connection();
    const taken = { counted: true, pending: false, dropped: null };
    expect(await track("Purchase", event({ props: { plan: "pro" }, referrer: "https://news.example/" }))).toEqual(
      taken,
    );
    expect(await track("Purchase", event({ headers: new Headers({ "User-Agent": FIREFOX }) }))).toEqual(taken);
    expect(await track("Purchase", event({ ip: "2001:db8::1" }))).toEqual(taken);
    const silent = event({ headers: { "user-agent": FIREFOX, "sec-gpc": "1" } });
    expect(await track("Purchase", silent)).toEqual({ counted: false, pending: false, dropped: "opt_out" });
    const robot = event({ headers: { "user-agent": "Googlebot/2.1 (+http://www.google.com/bot.html)" } });
    expect(await track("Purchase", robot)).toMatchObject({ counted: false, dropped: "bot" });
    expect(await counted()).toEqual({
      total: { visitors: { value: 2 } },
      events: [{ name: "Purchase", events: 3 }],
    });
  });

  it("repeats what was not answered, and counts it once", async () => {
    const waits: number[] = [];
    let attempt = 0;
    const faulty: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      attempt++;
      if (attempt === 1) throw new TypeError("fetch failed");
      return attempt === 2 ? new Response("away", { status: 503 }) : response;
    };
    const { track } = connection({ fetch: faulty, wait: async (ms: number) => waits.push(ms) });
    expect(await track("Once", event())).toMatchObject({ counted: true });
    expect([attempt, waits]).toEqual([3, [250, 1_000]]);
    await connection().track("Twice", event({ id: "order-7" }));
    await connection().track("Twice", event({ id: "order-7" }));
    const { events } = await counted();
    expect(events).toContainEqual({ name: "Once", events: 1 });
    expect(events).toContainEqual({ name: "Twice", events: 1 });
  });

  it("gives up after three attempts", async () => {
    let attempts = 0;
    const away: typeof fetch = async () => {
      attempts++;
      throw new TypeError("fetch failed");
    };
    await expect(connection({ fetch: away }).track("Never", event())).rejects.toThrow("Footfall does not answer");
    expect(attempts).toBe(3);
    const failing: typeof fetch = async () => new Response("away", { status: 503 });
    await expect(connection({ fetch: failing }).track("Never", event())).rejects.toThrow("Footfall answered 503: away");
  });

  it.each([
    ["another site's key", { domain: "other.example" }, {}, /^key or ip: no key of this site/],
    ["a wrong key", { key: "ff_wrong" }, {}, /^key or ip: no key of this site/],
    ["no key", { key: "" }, {}, /^key: an API key of the site is required/],
    ["no address", {}, { ip: "" }, /^ip: the visitor's address is required/],
    ["what is no address", {}, { ip: "unknown" }, /^key or ip: .*no address/],
    [
      "no headers",
      {},
      { headers: undefined as unknown as Headers },
      /^headers: the visitor's request headers are required/,
    ],
    ["no User-Agent", {}, { headers: {} }, /^headers: the visitor's User-Agent is required/],
    ["no page", {}, { url: "" }, /^Footfall answered 400: .*"url":\["is required"\]/],
  ])("says what is wrong with %s", async (_, settings, more, message) => {
    await expect(async () => connection(settings).track("Wrong", event(more))).rejects.toThrow(message);
  });
});
