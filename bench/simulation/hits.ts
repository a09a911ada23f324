import { hourOf, type LocalDay } from "../../src/calendar.ts";
import { Agents } from "../../src/collect/agent.ts";
import type { Beacon } from "../../src/collect/beacon.ts";
import { describe } from "../../src/collect/describe.ts";
import { parsePageUrl } from "../../src/collect/page-url.ts";
import type { Sender } from "../../src/collect/sender.ts";
import { parseReferrer } from "../../src/collect/source.ts";
import type { Hit } from "../../src/hit.ts";
import type { Site } from "../../src/site.ts";
import type { Step, Visitor } from "../traffic/audience.ts";
import { hexId, type Random, seeded } from "../traffic/random.ts";

const agents = new Agents(1);

/** The hit that the collector makes of a visitor's step, described by the collector's own code. */
export function hitOf(site: Site, today: LocalDay, step: Step & { at: number }, random: Random): Hit {
  const page = parsePageUrl(`https://${site.domain}${step.path}${step.query}`);
  if (!page) throw new Error(`no page: ${step.path}`);
  const beacon: Beacon = {
    domains: [site.domain],
    kind: step.event ? "event" : "pageview",
    name: step.event?.name ?? "pageview",
    page,
    hashMode: false,
    referrer: step.referrer,
    props: step.event?.props ?? [],
    interactive: true,
    viewportWidth: step.visitor.viewportWidth,
    byMailProxy: false,
  };
  return {
    id: hexId(random),
    at: step.at,
    day: today,
    hour: hourOf(today, step.at),
    // Any 128 bits of a visitor's own will do.
    visitor: hexId(seeded(step.visitor.number + 1)),
    ...describe(site, beacon, parseReferrer(step.referrer), senderOf(step.visitor)),
  };
}

function senderOf({ browser, country, regionCode, language }: Visitor): Sender {
  const { userAgent, brands, mobile, platform } = browser;
  return {
    userAgent,
    agent: agents.of({ userAgent, brands, mobile, platform, platformVersion: "" }),
    optsOut: false,
    prefetches: false,
    country,
    region: `${country}-${regionCode}`,
    language,
  };
}
