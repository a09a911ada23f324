/**
 * What the page is about: the place in its address, and the ways from one place to another.
 */

import { signal } from "@preact/signals";
import { addressOf, DEFAULT_VIEW, type Place, placeOf, type View } from "./address.ts";

/** Where the page is. Changed by `go`, by `show`, and by the browser's back and forward. */
export const place = signal<Place>(placeOf(new URL(location.href)));

/** Goes to another place: a new entry of the history, or in place of the current one. */
export function go(to: Place, how: "push" | "replace" = "push"): void {
  const address = addressOf(to);
  if (how === "replace") history.replaceState(null, "", address);
  else if (address !== location.pathname + location.search) history.pushState(null, "", address);
  const isOtherPage = pageOf(to) !== pageOf(place.peek());
  place.value = to;
  // As a browser does on its way to another page: of a long list one would come into the middle of a report.
  if (isOtherPage) scrollTo(0, 0);
}

/** What of a place is a page of its own; all else is how it is shown. */
function pageOf(at: Place): string {
  return at.kind === "sites" ? at.kind : `${at.kind} ${at.domain}`;
}

/** Changes what is shown of the site. */
export function show(changes: Partial<View>, how: "push" | "replace" = "push"): void {
  const { value } = place;
  if (value.kind === "site") go({ ...value, view: { ...value.view, ...changes } }, how);
}

/** The place of a site's reports, shown as by default. */
export function siteOf(domain: string, changes: Partial<View> = {}): Place {
  return { kind: "site", domain, auth: null, embed: false, view: { ...DEFAULT_VIEW, ...changes } };
}

/** What is to be read out to who cannot see what changed. */
export const announced = signal("");

export function announce(text: string): void {
  // The same text twice is read out only if it changed in between.
  announced.value = announced.value === text ? `${text}\u00a0` : text;
}

addEventListener("popstate", () => {
  place.value = placeOf(new URL(location.href));
});
