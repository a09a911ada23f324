import type { Source } from "./source.ts";
import type { SourceKind } from "./source-names.ts";

/** What decides a visit's channel. */
export interface ChannelFacts {
  source: Source | null;
  /** `utm_medium` */
  medium: string;
  /** `utm_campaign` */
  campaign: string;
  /** Whether the page's query has a parameter of this name; its value is never looked at. */
  hasClickId: (name: string) => boolean;
}

/** Click ids that only advertisements carry: parameter → who adds it, and what kind of place it is. */
const PAID_CLICK_IDS: [parameter: string, sourceName: string, kind: SourceKind][] = [
  ["gclid", "Google", "search"],
  ["gbraid", "Google", "search"],
  ["wbraid", "Google", "search"],
  ["msclkid", "Bing", "search"],
  ["yclid", "Yandex", "search"],
  ["ttclid", "TikTok", "social"],
  ["twclid", "X", "social"],
  ["li_fat_id", "LinkedIn", "social"],
  ["rdt_cid", "Reddit", "social"],
  ["ScCid", "Snapchat", "social"],
];

const PAID_CHANNELS: Partial<Record<SourceKind, string>> = {
  shopping: "Paid Shopping",
  search: "Paid Search",
  social: "Paid Social",
  video: "Paid Video",
};

const CHANNELS: Partial<Record<SourceKind, string>> = {
  ai: "AI Assistants",
  shopping: "Organic Shopping",
  social: "Organic Social",
  video: "Organic Video",
  search: "Organic Search",
  email: "Email",
  audio: "Audio",
  sms: "SMS",
  push: "Mobile Push Notifications",
};

const DISPLAY = new Set(["display", "banner", "expandable", "interstitial", "cpm"]);
const SOCIAL = new Set(["social", "social-network", "social-media", "sm", "social network", "social media"]);
const EMAIL = new Set(["email", "e-mail", "e_mail", "e mail", "newsletter"]);
const AFFILIATE = new Set(["affiliate", "affiliates"]);

/**
 * The channel of a visit; blank for a direct one. After Google Analytics' default channel group, whose rules are
 * tried in this order (https://support.google.com/analytics/answer/9756891), with AI assistants as a kind of their
 * own. What none fits is a referral if there is a source.
 */
export function channelOf(facts: ChannelFacts): string {
  const kind = facts.source?.kind ?? null;
  const medium = facts.medium.toLowerCase();
  const campaign = facts.campaign.toLowerCase();
  if (campaign.includes("cross-network")) return "Cross-network";

  const shops = isShopping(campaign);
  if (isPaid(medium)) {
    const paid = shops ? "Paid Shopping" : kind && PAID_CHANNELS[kind];
    return paid ?? (DISPLAY.has(medium) ? "Display" : "Paid Other");
  }
  const clicked = paidClick(facts);
  if (clicked) return clicked;
  if (DISPLAY.has(medium) || (facts.source === null && facts.hasClickId("dclid"))) return "Display";

  // What the link itself says of its kind goes before what is known of the place.
  if (EMAIL.has(medium)) return "Email";
  if (AFFILIATE.has(medium)) return "Affiliates";
  if (medium === "audio") return "Audio";
  if (medium === "sms") return "SMS";
  if (medium.endsWith("push") || medium.includes("notification")) return "Mobile Push Notifications";
  if (shops) return "Organic Shopping";
  const known = kind && CHANNELS[kind];
  if (known) return known;
  if (SOCIAL.has(medium)) return "Organic Social";
  if (medium.includes("video")) return "Organic Video";
  if (medium === "organic") return "Organic Search";
  return facts.source ? "Referral" : "";
}

/** `cpc`, `ppc`, `cpm`, `retargeting`, `paid-social` … */
function isPaid(medium: string): boolean {
  return medium.includes("cp") || medium === "ppc" || medium === "retargeting" || medium.startsWith("paid");
}

/** The words shop, shops, shopping within a campaign's name, and no part of another word. */
function isShopping(campaign: string): boolean {
  return campaign !== "" && /(^|[^a-z])shop(s|ping)?([^a-z]|$)/.test(campaign);
}

/** The channel of an advertisement that is known by its click id alone. */
function paidClick({ source, hasClickId }: ChannelFacts): string | undefined {
  for (const [parameter, sourceName, kind] of PAID_CLICK_IDS) {
    if ((source === null || source.name === sourceName) && hasClickId(parameter)) return PAID_CHANNELS[kind];
  }
  return undefined;
}
