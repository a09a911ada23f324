/** Browsers as visitors have them in late 2026, the frequent ones first. */

export interface BrowserHeaders {
  userAgent: string;
  /** Client hints that a browser sends unasked; empty where it sends none. */
  brands: string;
  mobile: string;
  platform: string;
  /** Widths of the viewport in CSS pixels. */
  widths: readonly number[];
}

const DESKTOP = [1280, 1366, 1440, 1536, 1920, 2560];
const PHONE = [360, 375, 390, 393, 412, 430];
const TABLET = [768, 820, 1024];

const SYSTEMS = {
  windows: { token: "Windows NT 10.0; Win64; x64", hint: "Windows", mobile: false },
  mac: { token: "Macintosh; Intel Mac OS X 10_15_7", hint: "macOS", mobile: false },
  linux: { token: "X11; Linux x86_64", hint: "Linux", mobile: false },
  chromeOs: { token: "X11; CrOS x86_64 14541.0.0", hint: "Chrome OS", mobile: false },
  android: { token: "Linux; Android 10; K", hint: "Android", mobile: true },
} as const;

function chromium(system: keyof typeof SYSTEMS, version: number, brand = "Google Chrome", suffix = ""): BrowserHeaders {
  const { token, hint, mobile } = SYSTEMS[system];
  const safari = `Chrome/${version}.0.0.0 ${mobile ? "Mobile " : ""}Safari/537.36`;
  return {
    userAgent: `Mozilla/5.0 (${token}) AppleWebKit/537.36 (KHTML, like Gecko) ${safari}${suffix}`,
    brands: `"Chromium";v="${version}", "${brand}";v="${version}", "Not_A Brand";v="99"`,
    mobile: mobile ? "?1" : "?0",
    platform: `"${hint}"`,
    widths: mobile ? PHONE : DESKTOP,
  };
}

const silent = (userAgent: string, widths: readonly number[]): BrowserHeaders => ({
  userAgent,
  brands: "",
  mobile: "",
  platform: "",
  widths,
});

const iphone = (os: string, safari: string) =>
  silent(
    `Mozilla/5.0 (iPhone; CPU iPhone OS ${os} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${safari} Mobile/15E148 Safari/604.1`,
    PHONE,
  );
const safari = (version: string) =>
  silent(
    `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${version} Safari/605.1.15`,
    DESKTOP,
  );
const firefox = (system: string, version: number, widths: readonly number[] = DESKTOP) =>
  silent(`Mozilla/5.0 (${system}; rv:${version}.0) Gecko/20100101 Firefox/${version}.0`, widths);
const inApp = (app: string) =>
  silent(
    `Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 ${app}`,
    PHONE,
  );

export const BROWSERS: readonly BrowserHeaders[] = [
  chromium("android", 144),
  chromium("windows", 144),
  iphone("18_7", "26.1"),
  iphone("18_6", "18.6"),
  chromium("mac", 144),
  chromium("windows", 144, "Microsoft Edge", " Edg/144.0.0.0"),
  chromium("android", 143),
  safari("26.1"),
  firefox("Windows NT 10.0; Win64; x64", 146),
  chromium("windows", 143),
  chromium("android", 138, "Samsung Internet", " SamsungBrowser/29.0"),
  iphone("18_5", "18.5"),
  safari("18.6"),
  firefox("X11; Linux x86_64", 146),
  chromium("linux", 144),
  chromium("mac", 143),
  chromium("windows", 143, "Microsoft Edge", " Edg/143.0.0.0"),
  firefox("Macintosh; Intel Mac OS X 10.15", 146),
  firefox("Android 15; Mobile", 146, PHONE),
  chromium("windows", 128, "Opera", " OPR/124.0.0.0"),
  inApp("[FBAN/FBIOS;FBAV/532.0.0.38.98;FBDV/iPhone15,2;FBMD/iPhone;FBSN/iOS;FBSV/18.6]"),
  inApp("Instagram 401.0.0.31.79 (iPhone15,4; iOS 18_6; en_US; en; scale=3.00; 1179x2556)"),
  silent(
    "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
    TABLET,
  ),
  chromium("chromeOs", 143),
  chromium("windows", 109),
  iphone("17_7", "17.7"),
  chromium("mac", 144, "Brave"),
  firefox("Windows NT 10.0; Win64; x64", 140),
  chromium("windows", 142),
  chromium("android", 131),
  chromium("windows", 140, "YaBrowser", " YaBrowser/25.10.0.0"),
  iphone("16_7", "16.6"),
  safari("17.6"),
  chromium("linux", 142),
  firefox("Windows NT 6.1; Win64; x64", 115),
  chromium("mac", 141, "Vivaldi"),
];
