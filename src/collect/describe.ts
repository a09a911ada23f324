import type { Hit } from "../hit.ts";
import type { Site } from "../site.ts";
import type { Beacon } from "./beacon.ts";
import { goalsOfPage } from "./page-goals.ts";
import { pagePath } from "./page-url.ts";
import { inThousandths } from "./revenue.ts";
import { isHostOf } from "./screen.ts";
import type { Sender } from "./sender.ts";
import { acquisitionOf, type Referrer } from "./source.ts";

/** A hit before anything says when it happened and whose it is. */
export type Description = Omit<Hit, "id" | "at" | "day" | "hour" | "visitor" | "previousVisitor" | "approximate">;

/** Derives what is counted from a beacon and its sender. `referrer` is the beacon's, taken apart. */
export function describe(site: Site, beacon: Beacon, referrer: Referrer | null, sender: Sender): Description {
  const host = beacon.page.host ?? site.domain;
  // A link within the site leads nobody here.
  const isOwn = referrer !== null && (referrer.host === host || isHostOf(site, referrer.host));
  const { agent } = sender;
  const path = pagePath(beacon.page, beacon.hashMode);
  const goals = beacon.kind === "pageview" ? goalsOfPage(site.goals, path) : null;
  const revenue = beacon.kind === "event" && beacon.revenue ? inThousandths(beacon.revenue) : null;
  return {
    kind: beacon.kind,
    page: host + path,
    ...acquisitionOf(beacon.page.query, isOwn ? null : referrer),
    country: sender.country,
    region: sender.region,
    browser: agent.browser,
    browserVersion: agent.browserVersion,
    os: agent.os,
    osVersion: agent.osVersion,
    device: agent.device,
    screen: screenClass(beacon.viewportWidth),
    language: sender.language,
    ...(beacon.kind === "event" && {
      event: { name: beacon.name, interactive: beacon.interactive },
    }),
    ...(goals && { goals }),
    ...(revenue && { revenue }),
    ...(beacon.kind !== "engagement" && beacon.props.length > 0 && { props: beacon.props }),
    ...(beacon.kind === "event" && beacon.visitless && { visitless: true }),
    ...(beacon.engagement && { engagement: beacon.engagement }),
  };
}

/** The class of a viewport's width in CSS pixels, after the usual breakpoints of layouts; blank for 0. */
export function screenClass(width: number): string {
  if (width <= 0) return "";
  if (width < 576) return "Mobile";
  if (width < 992) return "Tablet";
  return width < 1440 ? "Laptop" : "Desktop";
}
