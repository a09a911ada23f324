/** The browsers of the demo's visitors, whose versions move on over the year. Pure. */

import type { Random } from "../../bench/traffic/random.ts";
import { drawer } from "./draw.ts";

/** What a browser says of itself: User-Agent and the client hints that it sends unasked, empty where it sends none. */
export interface Browser {
  userAgent: string;
  brands: string;
  mobile: string;
  platform: string;
  /** Widths of its window, in CSS pixels. */
  widths: readonly number[];
}

const DESKTOP = [1280, 1366, 1440, 1536, 1680, 1920, 1920, 2560];
const PHONE = [360, 375, 390, 393, 412, 430];
const TABLET = [768, 820, 1024];

/** Chrome and Firefox of today; each had one number less four weeks before. */
const CHROME_NOW = 144;
const FIREFOX_NOW = 146;
const SAMSUNG_NOW = 29;
const RELEASE_DAYS = 28;
const SAMSUNG_DAYS = 110;
/** Safari 26 came so many days ago, with iOS 26, and takes so long to reach nearly everybody. */
const SAFARI_26_DAYS = 72;
const SAFARI_26_TAKES = 90;

interface Kind {
  weight: number;
  /** At so many days ago, in the version of so many releases before the newest. */
  at: (daysAgo: number, behind: number, has26: boolean) => Browser;
}

const SYSTEMS = {
  windows: ["Windows NT 10.0; Win64; x64", "Windows", "?0"],
  mac: ["Macintosh; Intel Mac OS X 10_15_7", "macOS", "?0"],
  linux: ["X11; Linux x86_64", "Linux", "?0"],
  android: ["Linux; Android 10; K", "Android", "?1"],
} as const;

const chromium =
  (system: keyof typeof SYSTEMS, brand = "Google Chrome", suffix?: (version: number) => string): Kind["at"] =>
  (daysAgo, behind) => {
    const [token, platform, mobile] = SYSTEMS[system];
    const version = CHROME_NOW - Math.floor(daysAgo / RELEASE_DAYS) - behind;
    const phone = mobile === "?1" ? "Mobile " : "";
    return {
      userAgent: `Mozilla/5.0 (${token}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 ${phone}Safari/537.36${suffix?.(version) ?? ""}`,
      brands: `"Chromium";v="${version}", "${brand}";v="${version}", "Not_A Brand";v="99"`,
      mobile,
      platform: `"${platform}"`,
      widths: phone ? PHONE : DESKTOP,
    };
  };

const silent = (userAgent: string, widths: readonly number[]): Browser => ({
  userAgent,
  brands: "",
  mobile: "",
  platform: "",
  widths,
});

const firefox =
  (system: string, widths: readonly number[] = DESKTOP): Kind["at"] =>
  (daysAgo, behind) => {
    const version = FIREFOX_NOW - Math.floor(daysAgo / RELEASE_DAYS) - behind;
    return silent(`Mozilla/5.0 (${system}; rv:${version}.0) Gecko/20100101 Firefox/${version}.0`, widths);
  };

const WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
const iphone: Kind["at"] = (_, behind, has26) => {
  // From 26 on Safari says that the system is iOS 18.
  const [os, version] = has26 ? ["18_7", "26.1"] : behind > 2 ? ["17_7", "17.7"] : ["18_6", "18.6"];
  return silent(
    `Mozilla/5.0 (iPhone; CPU iPhone OS ${os} like Mac OS X) ${WEBKIT} Version/${version} Mobile/15E148 Safari/604.1`,
    PHONE,
  );
};
const ipad: Kind["at"] = () =>
  silent(`Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) ${WEBKIT} Version/18.6 Mobile/15E148 Safari/604.1`, TABLET);
const safari: Kind["at"] = (_, behind, has26) =>
  silent(
    `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${WEBKIT} Version/${has26 ? "26.1" : behind > 2 ? "17.6" : "18.6"} Safari/605.1.15`,
    DESKTOP,
  );
const samsung: Kind["at"] = (daysAgo) => {
  const version = SAMSUNG_NOW - Math.floor(daysAgo / SAMSUNG_DAYS);
  return {
    ...chromium("android", "Samsung Internet", () => "")(daysAgo, 4, false),
    userAgent: `Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/${version}.0 Chrome/136.0.0.0 Mobile Safari/537.36`,
  };
};

const KINDS: readonly Kind[] = [
  { weight: 24, at: chromium("windows") },
  { weight: 15, at: chromium("mac") },
  { weight: 14, at: chromium("android") },
  { weight: 13, at: iphone },
  { weight: 8, at: safari },
  { weight: 7, at: firefox("Windows NT 10.0; Win64; x64") },
  { weight: 6, at: firefox("X11; Linux x86_64") },
  { weight: 6, at: chromium("windows", "Microsoft Edge", (version) => ` Edg/${version}.0.0.0`) },
  { weight: 4, at: chromium("linux") },
  { weight: 3, at: firefox("Macintosh; Intel Mac OS X 10.15") },
  { weight: 2, at: samsung },
  { weight: 1.5, at: chromium("mac", "Brave") },
  { weight: 1.5, at: firefox("Android 15; Mobile", PHONE) },
  { weight: 1, at: ipad },
  { weight: 0.7, at: chromium("windows", "Opera", (version) => ` OPR/${version - 16}.0.0.0`) },
  { weight: 0.5, at: chromium("mac", "Vivaldi") },
];

const drawKind = drawer(KINDS, ({ weight }) => weight);
/** How many have the newest version, the one before, …; the last are far behind. */
const drawBehind = drawer([0, 1, 2, 5, 9], (behind) => [74, 15, 5, 4, 2][[0, 1, 2, 5, 9].indexOf(behind)] ?? 0);

/** A visitor's browser at a day so many days ago. Equal ones are one object, so that each has to be parsed once. */
export class Browsers {
  readonly #known = new Map<string, Browser>();

  draw(random: Random, daysAgo: number): Browser {
    const kind = drawKind(random);
    const behind = drawBehind(random);
    const has26 = random() < Math.min(Math.max((SAFARI_26_DAYS - daysAgo) / SAFARI_26_TAKES, 0), 0.8);
    const browser = kind.at(daysAgo, behind, has26);
    const key = `${browser.userAgent}\n${browser.brands}`;
    const known = this.#known.get(key);
    if (!known) this.#known.set(key, browser);
    return known ?? browser;
  }
}
