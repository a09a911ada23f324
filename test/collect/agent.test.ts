import { describe, expect, it } from "vitest";
import { type AgentHeaders, Agents, parseAgent } from "../../src/collect/agent.ts";
import { CHROME } from "./fakes.ts";

const headers = (userAgent: string, hints: Partial<AgentHeaders> = {}): AgentHeaders => ({
  userAgent,
  brands: "",
  mobile: "",
  platform: "",
  platformVersion: "",
  ...hints,
});

const M = "Mozilla/5.0 ";
const KHTML = "AppleWebKit/537.36 (KHTML, like Gecko)";
const IPHONE = `${M}(iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)`;

describe("a User-Agent", () => {
  it.each([
    [CHROME, "Chrome 142", "Windows 10/11", "Desktop"],
    [`${CHROME} Edg/142.0.0.0`, "Microsoft Edge 142", "Windows 10/11", "Desktop"],
    [`${CHROME} OPR/125.0.0.0`, "Opera 125", "Windows 10/11", "Desktop"],
    [`${CHROME} Vivaldi/7.0`, "Vivaldi 7", "Windows 10/11", "Desktop"],
    [`${M}(Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko`, "Internet Explorer 11", "Windows 7", "Desktop"],
    [
      `${M}(Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Safari/605.1.15`,
      "Safari 26",
      "macOS 10.15+",
      "Desktop",
    ],
    [
      `${M}(Macintosh; Intel Mac OS X 10_13_6) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.1 Safari/605.1.15`,
      "Safari 13",
      "macOS 10.13",
      "Desktop",
    ],
    [`${M}(X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0`, "Firefox 145", "Linux", "Desktop"],
    [`${M}(X11; FreeBSD amd64; rv:145.0) Gecko/20100101 Firefox/145.0`, "Firefox 145", "BSD", "Desktop"],
    [`${M}(X11; CrOS x86_64 14541.0.0) ${KHTML} Chrome/142.0.0.0 Safari/537.36`, "Chrome 142", "Chrome OS", "Desktop"],
    [
      `${M}(iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1`,
      "Safari 26",
      "iOS 26",
      "Mobile",
    ],
    [`${IPHONE} CriOS/142.0.7444.77 Mobile/15E148 Safari/604.1`, "Chrome 142", "iOS 17", "Mobile"],
    [`${IPHONE} FxiOS/145.0 Mobile/15E148 Safari/605.1.15`, "Firefox 145", "iOS 17", "Mobile"],
    [`${IPHONE} GSA/340.3 Mobile/15E148 Safari/604.1`, "Google app 340", "iOS 17", "Mobile"],
    [`${IPHONE} Mobile/15E148 [FBAN/FBIOS;FBAV/450.0]`, "Facebook app", "iOS 17", "Mobile"],
    [`${IPHONE} Mobile/15E148 Instagram 330.0.0.0`, "Instagram app", "iOS 17", "Mobile"],
    [
      `${M}(iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1`,
      "Safari 16",
      "iOS 16",
      "Tablet",
    ],
    [
      `${M}(Linux; Android 10; K) ${KHTML} Chrome/142.0.0.0 Mobile Safari/537.36`,
      "Chrome 142",
      "Android 10+",
      "Mobile",
    ],
    [`${M}(Linux; Android 14; SM-X710) ${KHTML} Chrome/142.0.0.0 Safari/537.36`, "Chrome 142", "Android 14", "Tablet"],
    [`${M}(Android 15; Mobile; rv:145.0) Gecko/145.0 Firefox/145.0`, "Firefox 145", "Android 15", "Mobile"],
    [
      `${M}(Linux; Android 14; SAMSUNG SM-S911B) ${KHTML} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36`,
      "Samsung Internet 28",
      "Android 14",
      "Mobile",
    ],
    [
      `${M}(Linux; Android 10; K) ${KHTML} Chrome/142.0.0.0 Mobile DuckDuckGo/5 Safari/537.36`,
      "DuckDuckGo 5",
      "Android 10+",
      "Mobile",
    ],
    [
      `${M}(Web0S; Linux/SmartTV) ${KHTML} Chrome/87.0.4280.88 Safari/537.36 WebAppManager`,
      "WebOS Browser",
      "WebOS",
      "TV",
    ],
    [
      `${M}(PlayStation; PlayStation 5/2.26) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 Safari/605.1.15`,
      "Safari 13",
      "PlayStation",
      "Console",
    ],
    [`${M}(Mobile; Nokia 8110 4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5`, "Firefox 48", "KaiOS", "Mobile"],
    [
      `${M}(Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Thunderbird/140.0`,
      "Thunderbird 140",
      "Windows 10/11",
      "Desktop",
    ],
  ])("%s is %s on %s, %s", (userAgent, browser, os, device) => {
    const agent = parseAgent(headers(userAgent));
    expect(`${agent.browser} ${agent.browserVersion}`.trim()).toBe(browser);
    expect(`${agent.os} ${agent.osVersion}`.trim()).toBe(os);
    expect(agent.device).toBe(device);
    expect(agent.bot).toBe(false);
  });

  it.each([
    "",
    "curl/8.5.0",
    "Mozilla/5.0",
    `${M}(compatible; Googlebot/2.1; +http://www.google.com/bot.html)`,
    `${M}${KHTML}; compatible; GPTBot/1.1; +https://openai.com/gptbot)`,
    `${M}(X11; Linux x86_64) ${KHTML} HeadlessChrome/142.0.0.0 Safari/537.36`,
    "node",
    "python-requests/2.32",
    "facebookexternalhit/1.1",
    "UptimeRobot/2.0",
  ])("of a bot is known: %s", (userAgent) => {
    expect(parseAgent(headers(userAgent)).bot).toBe(true);
  });

  it.each([
    "MARKED-AGENT-4711/99991234.5",
    "MARKED-AGENT-4711/7.0 (X11; Linux x86_64)",
    `${M}(MARKED-AGENT-4711) MARKED-AGENT-4711/99991234`,
    `${M}(Windows NT 99991234.5; MARKED-AGENT-4711) Chrome/99991234.0 Safari/99991234`,
    `${M}(Linux; Android 99991234; MARKED-AGENT-4711) ${KHTML} Chrome/99991234.0 Mobile`,
    `${M}(MARKED-AGENT-4711 Mac OS X 99991234) Macintosh Version/99991234 Safari/1`,
  ])("never gets into a count, but as a known name and a short number: %s", (userAgent) => {
    const { bot: _, ...agent } = parseAgent(headers(userAgent));
    expect(JSON.stringify(agent)).not.toMatch(/MARKED|99991234/);
  });
});

describe("client hints", () => {
  it.each([
    ['"Brave";v="142", "Chromium";v="142", "Not_A Brand";v="99"', "Brave 142"],
    ['"Not_A Brand";v="99", "Chromium";v="142", "Opera";v="125"', "Opera 125"],
    ['"Google Chrome";v="142", "Chromium";v="142"', "Chrome 142"],
    ['"constructor";v="1"', "Chrome 142"],
    ["broken", "Chrome 142"],
  ])("tell the browser better: %s is %s", (brands, browser) => {
    const agent = parseAgent(headers(CHROME, { brands }));
    expect(`${agent.browser} ${agent.browserVersion}`).toBe(browser);
  });

  it.each([
    ['"Windows"', '"15.0.0"', "Windows 11"],
    ['"Windows"', '"10.0.0"', "Windows 10"],
    ['"Windows"', '"0.3.0"', "Windows"],
    ['"Windows"', "", "Windows 10/11"],
    ['"macOS"', '"26.1.0"', "macOS 26"],
    ['"macOS"', "", "macOS"],
    ['"Linux"', '"6.8.0"', "Linux"],
    ['"Android"', '"16.0.0"', "Android 16"],
    ['"toString"', '"1"', "Windows 10/11"],
  ])("tell the system better: %s %s is %s", (platform, platformVersion, os) => {
    const agent = parseAgent(headers(CHROME, { platform, platformVersion }));
    expect(`${agent.os} ${agent.osVersion}`.trim()).toBe(os);
  });

  it("tell a phone, and a headless browser", () => {
    expect(parseAgent(headers(CHROME, { mobile: "?1" })).device).toBe("Mobile");
    expect(parseAgent(headers(CHROME, { brands: '"HeadlessChrome";v="142"' })).bot).toBe(true);
  });
});

describe("remembered agents", () => {
  it("are parsed once, and told apart by every header", () => {
    const agents = new Agents();
    const first = agents.of(headers(CHROME));
    expect(agents.of(headers(CHROME))).toBe(first);
    expect(agents.of(headers(`${CHROME} Edg/142.0.0.0`)).browser).toBe("Microsoft Edge");
    expect(agents.of(headers(CHROME, { brands: '"Brave";v="142"' })).browser).toBe("Brave");
    expect(agents.of(headers(CHROME, { platform: '"macOS"' })).os).toBe("macOS");
  });

  it("are at most 2,000", () => {
    const agents = new Agents();
    const first = agents.of(headers(CHROME));
    for (let n = 0; n < 1_999; n++) agents.of(headers(`X${n}/1`));
    expect(agents.of(headers(CHROME))).toBe(first);
    agents.of(headers("Y/1"));
    expect(agents.of(headers(CHROME))).not.toBe(first);
  });

  it("do not collide", () => {
    const agents = new Agents(7);
    for (let n = 0; n < 300; n++) {
      const userAgent = CHROME.replace("142", String(1 + n));
      expect(agents.of(headers(userAgent)).browserVersion).toBe(String(1 + n));
    }
  });
});
