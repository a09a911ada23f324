/** The `<script>` tag's side: settings from its attributes, and the two global functions. */

import type { Call, Options, Props } from "./options.ts";
import { footfall, start } from "./tracker.ts";

declare const FULL: boolean;

/** What a page may have put in our place until we come; with `l` we are there already. */
type Global = ((...call: Call) => void) & { q?: Call[]; l?: unknown };

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
if (!stub.l) {
  let options: Options = tag.dataset;
  if (FULL) {
    const props: Props = {};
    for (const { name, value } of tag.attributes) if (/^event-/.test(name)) props[name.slice(6)] = value;
    options = { ...options, props };
    // Plausible's features, of which the address tells: /js/script.hash.local.js
    for (const [feature] of tag.src.matchAll(/[a-z-]+(?=\.[^/]*$)/g)) Object.assign(options, { [feature]: 1 });
  }
  start(options, stub.q || [], tag.src);
  window.footfall = window.plausible = footfall;
  window.footfall.l = 1;
}
