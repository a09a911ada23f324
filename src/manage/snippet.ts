/** The HTML by which a page counts. Pure. Domains and origins are host names, which need no percent-encoding. */

import { escaped } from "../escaped.ts";
import { PINNED } from "../tracker/pinned/index.ts";

/**
 * What a site pastes into its pages: the script, and the pixel for visitors without JavaScript.
 * @param origin where this Worker was asked, `https://stats.example.com`
 */
export function snippet(origin: string, domain: string): string {
  return `${script(domain, `${origin}/script.js`)}\n<noscript>${pixel(origin, domain)}</noscript>`;
}

/**
 * The same by the script's hash: the browser runs exactly this version (W3C Subresource Integrity), and goes on doing
 * so when there is a newer one.
 */
export function pinnedSnippet(origin: string, domain: string): string {
  const { path, integrity } = PINNED.script;
  const tag = script(domain, origin + path, { integrity, crossorigin: "anonymous" });
  return `${tag}\n<noscript>${pixel(origin, domain)}</noscript>`;
}

/** The pixel alone, for pages that may hold no script. */
export function pixel(origin: string, domain: string): string {
  return (
    `<img src="${escaped(`${origin}/pixel.gif?d=${domain}`)}" alt="" width="1" height="1" ` +
    `referrerpolicy="no-referrer-when-downgrade" style="position:absolute">`
  );
}

function script(domain: string, src: string, more: Record<string, string> = {}): string {
  // The script is silent on a developer's machine unless it is told otherwise.
  const local = domain === "localhost" ? " data-local" : "";
  const attributes = Object.entries({ "data-domain": domain, src, ...more });
  return `<script defer${local}${attributes.map(([name, value]) => ` ${name}="${escaped(value)}"`).join("")}></script>`;
}
