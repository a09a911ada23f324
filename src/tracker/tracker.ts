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
const MEASURE_AFTER_MS = 100;
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
/** Visible and in focus, when last looked at. */
let active: unknown;
let lookedAt = 0;
let engagedMs = 0;
let engagementAt = -ENGAGEMENT_PAUSE_MS;
/** How far down the page was seen, in CSS pixels. */
let deepest = 0;
let measuring: unknown;

/** Starts counting. To be called once. */
export function start(settings: Options, calls: Call[], script: string): void {
  options = settings;
  queue = calls;
  base = script;
  // On the window and while events descend: no handler of the page can keep them from us.
  `visibilitychange prerenderingchange pageshow focus blur popstate scroll click auxclick${FULL ? " submit" : ""}`
    .split(" ")
    .map((type) => addEventListener(type, look as EventListener, true));
  if (window.navigation) navigation.addEventListener("currententrychange", look as EventListener);
  else
    ("pushState replaceState".split(" ") as ["pushState", "replaceState"]).map((name) => {
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
  const { hash, pathname } = location;
  silent =
    navigator.webdriver ||
    navigator.globalPrivacyControl ||
    navigator.doNotTrack == "1" ||
    (!("local" in options) && /^(localhost|127.0.0.1|\[::1]|)$/.test(location.hostname));
  try {
    if (hash == "#footfall-off") localStorage.footfall = 1;
    if (hash == "#footfall-on") delete localStorage.footfall;
    silent ||= localStorage.footfall;
  } catch {
    // Storage is forbidden here, and so is the opt-out.
  }
  const path = "hash" in options ? pathname + hash.split("?")[0] : pathname;
  if (FULL) {
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
  }, MEASURE_AFTER_MS);

  // Back from the back-forward cache: the same page again.
  if (event.persisted) viewed = 0;
  if (hidden) engage();
  else if (path != viewed) {
    viewed = path;
    if (!(FULL && "manual" in options)) send("pageview");
  }
  const submits = FULL && event.type == "submit";
  // Right clicks follow no link.
  if ((event.button as number) < 2 || submits) {
    const elements = (event as MouseEvent).composedPath() as HTMLAnchorElement[];
    const link = elements.find((element) => element.href?.slice);
    const props: Props = { url: link?.href.slice(0, URL_CHARS) };
    let named: unknown;
    if (FULL) {
      // A form's event is its submission, not the clicks within.
      for (const element of elements)
        if (!named && submits == (element.localName == "form")) named = readEvent(element, props);
      if (submits && !named) {
        named = "Form: Submission";
        props.path = pathname;
      }
    }
    const name =
      (FULL && named) ||
      (link &&
        (/\.(pdf|xlsx?|docx?|txt|rtf|csv|exe|key|pp[st]x?|7z|pkg|rar|gz|zip|avi|mov|mp4|mpe?g|wm[av]|midi?|mp3|wav|dmg)$/i.test(
          link.pathname,
        )
          ? "File Download"
          : // Other schemes have no host.
            link.host && link.host != location.host && "Outbound Link: Click"));
    if (name) send(name as string, { props });
  }
  if (viewed || silent) queue.splice(0).map((call) => send(...call));
}

function engage(): void {
  if (current && engagedMs && lookedAt - engagementAt > ENGAGEMENT_PAUSE_MS) {
    engagementAt = lookedAt;
    send("engagement", { u: current, e: engagedMs, sd: (deepest / document.documentElement.scrollHeight) * 100 });
    engagedMs = 0;
  }
}

async function send(n: string, event?: (EventOptions & { e?: number; sd?: number }) | null): Promise<void> {
  let answer: unknown;
  try {
    const url = event?.u || event?.url || location.href.slice(0, URL_CHARS);
    if (n == "pageview") {
      engage();
      current = FULL && excluded ? "" : url;
      engagedMs = deepest = 0;
    }
    const body = JSON.stringify({
      // Options go under their own names, which the server knows as well.
      ...event,
      ...(FULL && { props: { ...options.props, ...event?.props } }),
      n,
      u: url,
      d: options.domain,
      r: document.referrer,
      h: "hash" in options,
    });
    const to = options.api || new URL("/api/event", base);
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
  // Classes cannot hold spaces.
  const texts = [...(element.classList || [])].map((text) => text.replaceAll("+", " "));
  for (const attribute of element.attributes || []) texts.push(`${attribute.name}=${attribute.value}`);
  for (const text of texts) {
    const [, key, value = ""] = /^(?:data-footfall|plausible)-event-?(.*?)(?:=|--)(.*)/s.exec(text) || [];
    if (!key || key == "name") name ||= value;
    else props[key] = value;
  }
  return name;
}
