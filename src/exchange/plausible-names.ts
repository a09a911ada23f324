/**
 * What Plausible calls systems, browsers and devices that are called otherwise here, so that a breakdown over imported
 * and counted days has one row of each. Its names are those of the device detector of Matomo, with changes of its own
 * (https://github.com/matomo-org/device-detector, `lib/plausible/ingestion/event.ex`); names that are not in these
 * tables are the same in both, or known to one alone. Pure.
 */

/**
 * - `=`: two names of one thing.
 * - `<`: several names there for what has one here; written under the name it has here.
 * - `>`: a name here for what is counted under a wider one there; it cannot be taken back.
 */
type Rule = readonly [here: string, "=" | "<" | ">", ...there: string[]];

const SYSTEMS: readonly Rule[] = [
  ["Linux", "=", "GNU/Linux"],
  // Distributions that say their name; here it is not looked for.
  ["Linux", "<", "Ubuntu", "Kubuntu", "Xubuntu", "Lubuntu", "Debian", "Fedora", "Mint", "Arch Linux", "Gentoo"],
  ["Linux", "<", "CentOS", "Red Hat", "SUSE", "Slackware"],
  ["macOS", "=", "Mac"],
  ["iOS", "<", "iPadOS"],
  ["Android", "<", "Android TV"],
  ["Chrome OS", "<", "Chromium OS"],
  ["Windows", "<", "Xbox"],
  ["BSD", "<", "FreeBSD", "OpenBSD", "NetBSD"],
  ["BlackBerry", "=", "BlackBerry OS"],
  ["Roku", "=", "Roku OS"],
  ["WebOS", "=", "webOS"],
  ["PlayStation", "<", "PlayStation Portable"],
  ["Nintendo", "<", "Nintendo Mobile"],
];

const BROWSERS: readonly Rule[] = [
  ["Samsung Internet", "=", "Samsung Browser"],
  ["Samsung Internet", "<", "Samsung Browser Lite"],
  ["DuckDuckGo", "=", "DuckDuckGo Privacy Browser"],
  ["Huawei Browser", "<", "Huawei Browser Mobile"],
  ["Mi Browser", "=", "MIUI Browser"],
  ["Vivo Browser", "=", "vivo Browser"],
  ["NAVER Whale Browser", "=", "Whale Browser"],
  ["Opera", "<", "Opera GX", "Opera Touch", "Opera Mobile", "Opera Mini", "Opera Mini iOS"],
  ["Opera Coast", "=", "Coast"],
  ["UC Browser", "<", "UC Browser HD", "UC Browser Mini", "UC Browser Turbo"],
  ["Internet Explorer", "<", "IE Mobile"],
  ["Amazon Silk", "=", "Mobile Silk"],
  ["BlackBerry", "=", "BlackBerry Browser"],
  ["Epiphany", "=", "GNOME Web"],
  ["Focus", "=", "Firefox Focus"],
  ["K-Meleon", "=", "K-meleon"],
  ["MZ Browser", "=", "Meizu Browser"],
  ["Puffin", "<", "Puffin Web Browser"],
  ["Sailfish", "=", "Sailfish Browser"],
  ["Sogou Browser", "=", "Sogou Explorer"],
  ["Sogou Browser", "<", "Sogou Mobile Browser"],
  ["Tizen", "=", "Tizen Browser"],
];

const DEVICES: readonly Rule[] = [
  // Classes of widths, from before Plausible read the User-Agent.
  ["Desktop", "<", "Laptop", "Ultra-wide"],
  ["TV", ">", "Desktop"],
  ["Console", ">", "Desktop"],
];

/** The names of one dimension, both ways. */
export interface Names {
  toPlausible: (name: string) => string;
  fromPlausible: (name: string) => string;
}

function namesOf(rules: readonly Rule[]): Names {
  const out = new Map<string, string>();
  const back = new Map<string, string>();
  for (const [here, direction, ...there] of rules) {
    for (const name of there) {
      if (direction !== "<") out.set(here, name);
      if (direction !== ">") back.set(name, here);
    }
  }
  return {
    toPlausible: (name) => out.get(name) ?? name,
    fromPlausible: (name) => back.get(name) ?? name,
  };
}

export const SYSTEM_NAMES = namesOf(SYSTEMS);
export const BROWSER_NAMES = namesOf(BROWSERS);
export const DEVICE_NAMES = namesOf(DEVICES);
