/**
 * What runs in a visitor's browser: one source for the tag's two scripts (`script.ts`) and the module (`index.ts`).
 * Page and clicks in, beacons out. It knows the page's address and referrer, how long and how far it is looked at, and
 * nothing of the device; it keeps nothing there but an opt-out that the visitor asks for. Every byte is paid by every
 * visitor, so whatever the server can do, it does, and code that is shorter compressed wins over code that is neater.
 */

import type { Call, EventOptions, Options, Props } from "./options.ts";

/** Set by the build. False leaves out what `/script.js` has no room for. */
declare const FULL: boolean;

/** At most one engagement in this time, so that a flickering focus is no flood. */
const ENGAGEMENT_PAUSE_MS = 3_000;
/** Where a scroll ended is measured once its frame is drawn: asking at once would force a layout. */
const MEASURE_AFTER_MS = 300;
/** Of a page that is read for long an engagement is sent meanwhile: the visit would be over before it is left. */
const LONG_READ_MS = 1e6;
/** The server refuses longer URLs and values. */
const URL_CHARS = 2_000;

declare global {
  interface Navigator {
    /** Global Privacy Control (W3C): Firefox, Safari 27.3, extensions. */
    readonly globalPrivacyControl?: boolean;
  }
  interface Document {
    /** Chromium: rendered ahead, and not shown yet. */
    readonly prerendering?: boolean;
  }
}

let options: Options;
/** The script's own URL, beside which hits go unless the options say where. */
let base: string;
/** Calls that wait until the page was visible. */
let queue: Call[];

/** The path that was counted last; none before the page was visible. */
let viewed: unknown;
/** The URL that engagements belong to; none on an excluded page. */
let current: string | undefined;
/** Nothing may be sent of this visitor; of this page. */
let silent: unknown;
let excluded: unknown;
/** The path of which `excluded` tells. */
let judgedPath: unknown;
/** Visible and in focus, when last looked at. */
let active: unknown;
let lookedAt = 0;
let engagedMs = 0;
let engagementAt = -ENGAGEMENT_PAUSE_MS;
/** How far down the page was seen, of which height, in CSS pixels. */
let deepest = 0;
let height = 0;
let measuring: unknown;
let clickedAt: unknown;

/** Starts counting. To be called once. */
export function start(settings: Options, calls: Call[], script: string): void {
  options = settings;
  queue = calls;
  base = script;
  // On the window and while events descend: no handler of the page can keep them from us.
  `visibilitychange prerenderingchange popstate auxclick focus blur pageshow click scroll${FULL ? " submit" : ""}`
    .split(" ")
    .map((type) => addEventListener(type, look as EventListener, true));
  // A page may have something of its own by this name. In a sandboxed frame there are no entries.
  if (window.navigation?.currentEntry) window.navigation.addEventListener("currententrychange", look as EventListener);
  else
    (["pushState", "replaceState"] as const).map((name) => {
      const original = history[name];
      history[name] = (...given) => {
        original.apply(history, given);
        look();
      };
    });
  look();
}

/** `footfall("Signup", {props: {plan: "pro"}})`: sends an event of the page's own. Never throws. */
export function footfall(...call: Call): void {
  queue.push(call);
  look();
}

/** Takes in the state of things, whatever happened, and sends what follows: so one listener serves all events. */
function look(event: Partial<MouseEvent & PageTransitionEvent> = {}): void {
  const { hash } = location;
  silent =
    navigator.webdriver ||
    navigator.globalPrivacyControl ||
    navigator.doNotTrack == "1" ||
    (!("local" in options) && /^(localhost|127.0.0.1|)$/.test(location.hostname));
  try {
    if (hash == "#footfall-off") {
      // Also where nothing more can be stored: for as long as it stands in the address.
      if (FULL) silent = 1;
      localStorage.footfall = 1;
    }
    if (hash == "#footfall-on") delete localStorage.footfall;
    silent ||= localStorage.footfall;
  } catch {
    // Storage is forbidden here, and so is the opt-out.
  }
  // The router of an app that was opened without a route goes on to "#/": the same page.
  const path =
    "hash" in options
      ? location.pathname + (FULL ? hash.replace(/^#\/$|\?.*/, "") : hash.split("?")[0])
      : location.pathname;
  // Not again with each scroll.
  if (FULL && path != judgedPath) {
    judgedPath = path;
    const { include, exclude } = options;
    excluded = (include && !matches(include, path)) || (exclude && matches(exclude, path));
  }

  const now = performance.now();
  if (active) engagedMs += now - lookedAt;
  lookedAt = now;
  // What is sent while prerendering goes out as prefetched, though the page may be visible by then.
  const hidden = silent || document.prerendering || document.hidden;
  active = !hidden && document.hasFocus();
  measuring ||= setTimeout(() => {
    measuring = 0;
    deepest = Math.max(deepest, scrollY + innerHeight);
    height = document.documentElement.scrollHeight;
  }, MEASURE_AFTER_MS);

  // Back from the back-forward cache: the same page again.
  if (event.persisted) viewed = 0;
  if (hidden) engage();
  else if (path != viewed) {
    viewed = path;
    if (!(FULL && "manual" in options)) send("pageview");
  } else if (engagedMs > LONG_READ_MS) engage();
  const submits = FULL && event.type == "submit";
  // The browser makes a second click at the same instant for the field of a label.
  const repeats = FULL && event.timeStamp == clickedAt;
  // Right clicks follow no link.
  if (((event.button as number) < 2 && !repeats) || submits) {
    if (FULL) clickedAt = event.timeStamp;
    const elements = (event as MouseEvent).composedPath() as HTMLAnchorElement[];
    const link = elements.find((element) => element.href?.trim);
    const props: Props = { url: link?.href };
    let named: unknown;
    if (FULL) {
      // A form's event is its submission, not the clicks within.
      for (const element of elements)
        if (!named && submits == (element.localName == "form")) named = readEvent(element, props);
      if (submits && !named) {
        named = "Form: Submission";
        props.path = location.pathname;
      }
    }
    const name =
      (FULL && named) ||
      // Other schemes than the web's have no host.
      (link?.host &&
        ((FULL
          ? /\.(pdf|xlsx?|docx?|txt|rtf|csv|exe|key|pp[st]x?|7z|pkg|rar|gz|zip|avi|mov|mp4|mpe?g|wm[av]|midi?|mp3|wav|dmg)$/i
          : /\.(pdf|csv|txt|zip|rar|7z|gz|exe|pkg|dmg|mp3|mp4|mov|(doc|xls|ppt)x?)$/i
        ).test(link.pathname)
          ? "File Download"
          : link.host != location.host && "Outbound Link: Click"));
    if (name) send(name as string, { props });
  }
  if (viewed || silent) queue.splice(0).map((call) => send(...call));
}

function engage(): void {
  if (current && engagedMs > 9 && lookedAt - engagementAt > ENGAGEMENT_PAUSE_MS) {
    engagementAt = lookedAt;
    send("engagement", { u: current, e: engagedMs, sd: (deepest / height) * 100 });
    engagedMs = 0;
  }
}

async function send(
  n: string,
  event?: (EventOptions & { e?: number; sd?: number }) | null,
  answer?: unknown,
): Promise<void> {
  try {
    const url = event?.u || event?.url || location.href.slice(0, URL_CHARS);
    if (n == "pageview") {
      engage();
      current = FULL && excluded ? "" : url;
      engagedMs = deepest = 0;
    }
    const body = JSON.stringify({
      // Settings and options go under their own names: the server knows `domain`, `hash`, `props`, `revenue` …
      ...options,
      ...event,
      ...(FULL && { props: { ...options.props, ...event?.props } }),
      n,
      u: url,
      r: document.referrer,
    });
    const to = options.api || new window.URL("/api/event", base);
    // Engagements belong to the page before, where that was not excluded.
    if (!(silent || (FULL && excluded && n != "engagement")))
      answer =
        // Where fetch does not outlive the page a beacon does. What failed is not sent again: it may have arrived.
        "keepalive" in Request.prototype
          ? await fetch(to, { method: "POST", keepalive: true, credentials: "omit", body })
          : navigator.sendBeacon(to, body);
  } catch {
    // Blocked, offline, or nothing that JSON can say: that is not the page's matter.
  }
  event?.callback?.(answer);
}

/** Whether a path matches one of the patterns, with or without a slash at its end. */
function matches(patterns: string, path: string): boolean {
  return patterns
    .split(",")
    .some((pattern) =>
      RegExp(
        `^${pattern.trim().replace(/\*+|\W/g, (part) => (part == "*" ? "[^/]*" : part[1] ? ".*" : `\\${part}`))}/?$`,
      ).test(path),
    );
}

/**
 * The event that an element names: `data-footfall-event="Signup"`, or Plausible's class `plausible-event-name=Signup`.
 * @param props takes the properties that it names: `data-footfall-event-plan="pro"`, `plausible-event-plan=pro`
 */
function readEvent(element: Element, props: Props): string | undefined {
  let name: string | undefined;
  // Classes cannot hold spaces. A form may have fields of these names in their place.
  const texts = Array.from(element.classList || [], (text) => text.replaceAll("+", " "));
  for (const { name, value } of Array.from(element.attributes || [])) texts.push(`${name}=${value}`);
  for (const text of texts) {
    const [, key, value = ""] = /^(?:data-footfall|plausible)-event-?(.*?)(?:=|--)(.*)/s.exec(text) || [];
    if (!key || key == "name") name ||= value;
    else props[key] = value;
  }
  return name;
}
