/** `GET /r/:token`: links in mails. */

import type { Link } from "../link-token.ts";
import type { Beacon } from "./beacon.ts";

/**
 * A followed link: an event `click` that is not interactive, never a page view or a visit. Whether the reader arrives is
 * told by the page that the link leads to, if that is counted; the click alone is of nobody, as the opening of a mail.
 */
export function clickOf({ domain, name, url }: Link): Beacon {
  return {
    domains: [domain],
    kind: "event",
    name: "click",
    page: { host: null, path: "/", query: "", fragment: "" },
    hashMode: false,
    referrer: "",
    // Both were checked when the link was made, and keep to the bounds of properties.
    props: [
      ["link", name],
      ["url", url],
    ],
    interactive: false,
    viewportWidth: 0,
    byMailProxy: false,
    visitless: true,
  };
}
