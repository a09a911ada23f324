/** The `<script>` tag's side: settings from its attributes, and the two global functions. */

import type { Call, Options, Props } from "./options.ts";
import { footfall, start } from "./tracker.ts";

declare const FULL: boolean;

/** What a page may have put in our place until we come; with `f` we are there already, with `l` Plausible is. */
type Global = ((...call: Call) => void) & { q?: Call[]; f?: unknown; l?: unknown };

declare global {
  interface Window {
    footfall?: Global;
    plausible?: Global;
  }
}

// A module has no current script.
const tag = (
  FULL ? document.currentScript || document.querySelector("script[data-domain]") : document.currentScript
) as HTMLScriptElement;
const stub = (window.footfall || window.plausible || 0) as Partial<Global>;
// Some pages run a tag again with each part that they load.
if (!stub.f && (!FULL || tag?.src != null)) {
  let options: Options = tag.dataset;
  let calls = stub.q || [];
  if (FULL) {
    const props: Props = {};
    for (const { name, value } of tag.attributes) if (/^event-/.test(name)) props[name.slice(6)] = value;
    options = { ...options, props };
    // Plausible's features, of which the address tells: /js/script.hash.local.js
    for (const feature of ["hash", "local", "manual"] as const)
      if (RegExp(`[.]${feature}[.][^/]*$`).test(tag.src.split("?")[0] as string)) options[feature] = 1;
    // A page that moves over may have both stubs.
    if (window.plausible !== stub) calls = calls.concat(window.plausible?.q || []);
  }
  start(options, calls, tag.src);
  window.footfall = footfall;
  window.footfall.f = 1;
  // Not in place of Plausible's own script, which a page may have beside ours.
  if (!window.plausible?.l) window.plausible = footfall;
}
