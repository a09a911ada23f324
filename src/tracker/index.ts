/**
 * The tracker as an ES module, for sites with a bundler: the same code as the full script. Importing it does nothing,
 * in a browser as on a server.
 *
 * @example
 * import { init, track } from "footfall-tracker";
 * init({ api: "https://stats.example.com/api/event", domain: "example.com" });
 * track("Signup", { props: { plan: "pro" } });
 */

import type { Call, EventOptions, Props } from "./options.ts";
import { footfall, start } from "./tracker.ts";

export type { EventOptions, Props };

export interface Settings {
  /** The URL of Footfall's `/api/event`. */
  api: string;
  /** The site, or several with commas. Default: the page's host. */
  domain?: string;
  /** The fragment is part of the path: for routers that navigate by it. Default false. */
  hash?: boolean;
  /** Count on localhost, too. Default false. */
  local?: boolean;
  /** Send no page view but those of `track("pageview")`. Default false. */
  manual?: boolean;
  /** The only paths that send anything: `*` within a segment, `**` across. A list, or a text with commas. */
  include?: string | readonly string[];
  /** Paths that send nothing. */
  exclude?: string | readonly string[];
  /** Properties of every page view and event. */
  props?: Props;
}

let started = false;
/** Calls before `init`. */
const early: Call[] = [];

const isBrowser = () => typeof document !== "undefined";

/**
 * Starts counting page views, clicks on outbound links and downloads, submitted forms and engagement. A second call
 * does nothing, nor does one on a server.
 * @throws TypeError without `api`
 */
export function init(settings: Settings): void {
  if (started || !isBrowser()) return;
  const { api, domain, props } = settings;
  if (!api) throw new TypeError("api: the URL of Footfall's /api/event is required");
  started = true;
  const flags = (["hash", "local", "manual"] as const).filter((name) => settings[name]).map((name) => [name, true]);
  const lists = (["include", "exclude"] as const).map((name) => [name, settings[name]?.toString()]);
  start({ api, domain, props, ...Object.fromEntries([...flags, ...lists]) }, early, "");
}

/** Sends an event, once `init` was called and the page was visible. Never throws. On a server it does nothing. */
export function track(name: string, options?: EventOptions): void {
  if (started) footfall(name, options);
  else if (isBrowser()) early.push([name, options]);
}
