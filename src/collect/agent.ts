import Bowser from "bowser";
import { isbot } from "isbot";

/** What a browser says of itself, as far as it is counted. Blank where unknown. */
export interface Agent {
  /** A crawler, monitor, preview fetcher, automated browser, or nothing at all was said. */
  bot: boolean;
  browser: string;
  /** Major version. */
  browserVersion: string;
  os: string;
  /** Major version; `10/11`, `10.15+`, `10+` where browsers say the same for all that follow. */
  osVersion: string;
  /** `Desktop`, `Mobile`, `Tablet`, `TV`, `Console` */
  device: string;
}

/** User-Agent and client hints (`Sec-CH-UA…`) as sent; empty where absent. */
export interface AgentHeaders {
  userAgent: string;
  /** `"Google Chrome";v="142", "Chromium";v="142"` */
  brands: string;
  /** `?1` or `?0` */
  mobile: string;
  /** `"Windows"` */
  platform: string;
  /** `"15.0.0"`; sent only where a site asked for it. */
  platformVersion: string;
}

export const NO_AGENT: Agent = { bot: true, browser: "", browserVersion: "", os: "", osVersion: "", device: "" };

/** Brands of client hints that tell more than the User-Agent: hint → name. The others only repeat it. */
const BRANDS = new Map(
  Object.entries({
    Brave: "Brave",
    DuckDuckGo: "DuckDuckGo",
    Vivaldi: "Vivaldi",
    Opera: "Opera",
    "Opera GX": "Opera",
    YaBrowser: "Yandex Browser",
    Yandex: "Yandex Browser",
    "Samsung Internet": "Samsung Internet",
    Whale: "NAVER Whale Browser",
    Ecosia: "Ecosia",
  }),
);

/** Apps that show pages themselves, and browsers bowser does not know: token in the User-Agent → name. */
const TOKENS: [token: RegExp, name: string][] = [
  [/\bFBA[NV]\/|\bFB_IAB\//, "Facebook app"],
  [/\bInstagram[ /]/, "Instagram app"],
  [/\bLinkedInApp\b/, "LinkedIn app"],
  [/\b(?:musical_ly|BytedanceWebview|TikTok)\b/, "TikTok app"],
  [/\bSnapchat\//, "Snapchat app"],
  [/\[Pinterest\/|\bPinterest\/(?:iOS|Android)/, "Pinterest app"],
  [/\bGSA\/(\d+)/, "Google app"],
  [/\bEcosia (?:ios|android)@(\d+)/i, "Ecosia"],
  [/\b(?:DuckDuckGo|Ddg)\/(\d+)/, "DuckDuckGo"],
  [/\bHuaweiBrowser\/(\d+)/, "Huawei Browser"],
  [/\bMiuiBrowser\/(\d+)/, "Mi Browser"],
  [/\bOPT\/(\d+)/, "Opera"],
  [/\bThunderbird\/(\d+)/, "Thunderbird"],
];

/** bowser's names that read better otherwise. */
const RENAMED = new Map([["Samsung Internet for Android", "Samsung Internet"]]);

/** Only names that are known here are counted: a User-Agent is free text, and none of it may get into a count. */
const BROWSERS = new Set(Object.values(Bowser.BROWSER_MAP));
const SYSTEMS = new Set(Object.values(Bowser.OS_MAP));

const DEVICES = new Map(Object.entries({ desktop: "Desktop", mobile: "Mobile", tablet: "Tablet", tv: "TV" }));

const PLATFORMS = new Map(
  Object.entries({
    Windows: "Windows",
    macOS: "macOS",
    Linux: "Linux",
    Android: "Android",
    "Chrome OS": "Chrome OS",
    "Chromium OS": "Chrome OS",
    iOS: "iOS",
  }),
);

/** What the headers tell. Costs some 15 µs: see `Agents`. */
export function parseAgent(headers: AgentHeaders): Agent {
  const { userAgent } = headers;
  const bot = userAgent === "" || isbot(userAgent) || headers.brands.includes("HeadlessChrome");
  if (userAgent === "") return NO_AGENT;
  const parsed = Bowser.parse(userAgent);
  const browser = browserOf(headers, parsed);
  const os = osOf(headers, parsed);
  return { bot, ...browser, ...os, device: deviceOf(headers, parsed, os.os) };
}

type Browser = Pick<Agent, "browser" | "browserVersion">;
type System = Pick<Agent, "os" | "osVersion">;

function browserOf({ userAgent, brands }: AgentHeaders, parsed: Bowser.Parser.ParsedResult): Browser {
  for (const [, brand = "", version = ""] of brands.matchAll(/"([^"]{1,40})"\s*;\s*v="(\d+)/g)) {
    const name = BRANDS.get(brand);
    if (name) return { browser: name, browserVersion: major(version) };
  }
  for (const [token, name] of TOKENS) {
    const match = token.exec(userAgent);
    if (match) return { browser: name, browserVersion: major(match[1]) };
  }
  const { name = "", version } = parsed.browser;
  if (!BROWSERS.has(name)) return { browser: "", browserVersion: "" };
  return { browser: RENAMED.get(name) ?? name, browserVersion: major(version) };
}

function osOf(headers: AgentHeaders, parsed: Bowser.Parser.ParsedResult): System {
  const { userAgent } = headers;
  const hinted = PLATFORMS.get(unquoted(headers.platform));
  const os = hinted ?? systemOf(userAgent, parsed.os.name ?? "");
  const hintedVersion = unquoted(headers.platformVersion);
  if (hinted && /^\d/.test(hintedVersion)) return { os, osVersion: hintedOsVersion(os, hintedVersion) };
  return { os, osVersion: os === parsed.os.name ? osVersionOf(os, userAgent, parsed) : "" };
}

function systemOf(userAgent: string, name: string): string {
  if (SYSTEMS.has(name)) return name.startsWith("PlayStation") ? "PlayStation" : name;
  if (userAgent.includes("PlayStation")) return "PlayStation";
  if (userAgent.includes("Nintendo")) return "Nintendo";
  if (userAgent.includes("KAIOS")) return "KaiOS";
  if (/\b(?:Free|Open|Net)BSD\b/.test(userAgent)) return "BSD";
  return "";
}

/** Windows 11 says 13 and more, Windows 10 less (Microsoft's documentation of `Sec-CH-UA-Platform-Version`). */
function hintedOsVersion(os: string, version: string): string {
  if (os === "Linux") return "";
  if (os !== "Windows") return major(version);
  const number = Number(major(version));
  return number >= 13 ? "11" : number > 0 ? "10" : "";
}

/**
 * Browsers froze what they say: Windows 11 calls itself NT 10.0, every macOS since Catalina 10.15.7, Chrome's reduced
 * User-Agent Android "10; K", Safari 26 and later iOS 18.
 */
function osVersionOf(os: string, userAgent: string, parsed: Bowser.Parser.ParsedResult): string {
  const { version = "", versionName = "" } = parsed.os;
  switch (os) {
    case "Windows":
      if (version === "NT 10.0") return "10/11";
      return /^(?:XP|Vista|7|8|8\.1|2000)$/.test(versionName) ? versionName : "";
    case "macOS":
      if (version.startsWith("10.15")) return "10.15+";
      return version.startsWith("10.") ? (/^10\.\d{1,2}/.exec(version)?.[0] ?? "") : major(version);
    case "Android":
      return /Android 10; K\b/.test(userAgent) ? "10+" : major(version);
    case "iOS": {
      // From 26 on Safari's version is the system's.
      const safari = Number(/\bVersion\/(\d{2,3})\b/.exec(userAgent)?.[1] ?? 0);
      return safari >= 26 ? String(safari) : major(version);
    }
    case "Linux":
      return "";
    default:
      return major(version);
  }
}

function deviceOf({ userAgent, mobile }: AgentHeaders, parsed: Bowser.Parser.ParsedResult, os: string): string {
  const { type = "" } = parsed.platform;
  if (os === "PlayStation" || os === "Nintendo" || userAgent.includes("Xbox")) return "Console";
  if (/\b(?:SMART-TV|SmartTV|GoogleTV|Android TV|AppleTV|BRAVIA|AFT[A-Z])/i.test(userAgent)) return "TV";
  if (mobile === "?1" && type !== "tablet") return "Mobile";
  const device = DEVICES.get(type);
  if (device) return device;
  return os === "Chrome OS" || os === "Linux" || os === "BSD" ? "Desktop" : "";
}

/** The first number of a version, if it can be one. */
function major(version = ""): string {
  return /^(\d{1,4})(?!\d)/.exec(version)?.[1] ?? "";
}

function unquoted(text: string): string {
  return text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

const ENTRIES = 2_000;

/**
 * Parsed agents, remembered: a busy isolate parses each only once. They are kept under a hash, because a full
 * User-Agent may be kept for no longer than its request.
 */
export class Agents {
  readonly #parsed = new Map<number, Agent>();
  /** Makes the hashes of each isolate its own, so that nobody can prepare two agents that share one. */
  readonly #seed: number;

  constructor(seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) {
    this.#seed = seed;
  }

  of(headers: AgentHeaders): Agent {
    const { userAgent, brands, mobile, platform, platformVersion } = headers;
    const key = hash53(`${userAgent}\n${brands}\n${mobile}\n${platform}\n${platformVersion}`, this.#seed);
    const known = this.#parsed.get(key);
    if (known) return known;
    const agent = parseAgent(headers);
    const [oldest] = this.#parsed.keys();
    if (this.#parsed.size >= ENTRIES && oldest !== undefined) this.#parsed.delete(oldest);
    this.#parsed.set(key, agent);
    return agent;
  }
}

/** A fast hash of 53 bits (two 32-bit multiplicative lanes); no secret hangs on it. */
function hash53(text: string, seed: number): number {
  let a = seed ^ 0x9e3779b9;
  let b = ~seed ^ 0x85ebca6b;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ unit, 0x5bd1e995) + 1;
    b ^= b >>> 15;
  }
  a ^= Math.imul(b, 0xc2b2ae35) ^ (a >>> 16);
  b ^= Math.imul(a, 0x27d4eb2f) ^ (b >>> 13);
  return (b >>> 0) * 2 ** 21 + (a >>> 11);
}
