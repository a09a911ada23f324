/** What lists the page has, in which tabs: one table, from which panels, their tabs and the address's words for them come. */

import type { Panel, Refused, SummaryAnswer } from "../../report/summary-answer.ts";
import type { View } from "../address.ts";

/** A tab: lists of one kind, of which one is shown. */
export interface Tab {
  /** In the texts. */
  name: string;
  /** What is listed, by the name in the address: dimensions, or one of `MAP` and `PROPERTIES`. */
  shows: readonly string[];
}

export interface PanelTabs {
  /** In the texts and in the address. */
  name: "sources" | "pages" | "locations" | "devices" | "behaviour";
  tabs: readonly Tab[];
}

/** Countries, on a map. */
export const MAP = "map";
/** Values of a custom property that is chosen. */
export const PROPERTIES = "properties";
const HOSTNAME = "event:hostname";

const of = (name: string, ...more: readonly string[]): Tab => ({ name, shows: [name, ...more] });

export const PANELS: readonly PanelTabs[] = [
  {
    name: "sources",
    tabs: [
      of("visit:channel"),
      of("visit:source"),
      of("visit:referrer"),
      {
        name: "campaigns",
        shows: ["visit:utm_campaign", "visit:utm_source", "visit:utm_medium", "visit:utm_content", "visit:utm_term"],
      },
    ],
  },
  {
    name: "pages",
    tabs: [of("event:page"), of("visit:entry_page"), of("visit:exit_page"), of(HOSTNAME)],
  },
  { name: "locations", tabs: [of(MAP), of("visit:country"), of("visit:region"), of("visit:language")] },
  {
    name: "devices",
    tabs: [
      of("visit:device"),
      of("visit:browser", "visit:browser_version"),
      of("visit:os", "visit:os_version"),
      of("visit:screen"),
    ],
  },
  { name: "behaviour", tabs: [of("event:goal"), of("event:name"), of(PROPERTIES)] },
];

/** What a version is a version of: it says nothing without. */
export const WHOLE_OF: Partial<Record<string, string>> = {
  "visit:browser_version": "visit:browser",
  "visit:os_version": "visit:os",
};

/** What shows the versions of a dimension. */
export const VERSIONS_OF: Partial<Record<string, string>> = Object.fromEntries(
  Object.entries(WHOLE_OF).map(([version, whole]) => [whole, version]),
);

type Dimensions = SummaryAnswer["dimensions"];

/** The list that the answer has of what a tab shows. */
export function listOf(dimensions: Dimensions, shown: string): Panel | { refused: Refused } | undefined {
  return dimensions[shown === MAP ? "visit:country" : shown];
}

/** The tabs that a panel has for an answer: hosts where there are several. */
export function tabsOf({ tabs }: PanelTabs, dimensions: Dimensions): readonly Tab[] {
  const hosts = dimensions[HOSTNAME];
  const areSeveral = hosts !== undefined && "rows" in hosts && hosts.rows.length > 1;
  return areSeveral ? tabs : tabs.filter(({ name }) => name !== HOSTNAME);
}

/** The tab that is open, and what it shows: what the address says, else the first that has something to show. */
export function openTab(
  panel: PanelTabs,
  { tabs }: Pick<View, "tabs">,
  dimensions: Dimensions,
): { tab: Tab; shown: string } {
  const wanted = tabs[panel.name] ?? "";
  const all = tabsOf(panel, dimensions);
  const chosen = all.find(({ name, shows }) => name === wanted || shows.includes(wanted));
  if (chosen) return { tab: chosen, shown: chosen.shows.includes(wanted) ? wanted : (chosen.shows[0] ?? wanted) };
  const tab = all.find(({ shows: [first = ""] }) => hasSomething(listOf(dimensions, first))) ?? all[0];
  if (!tab) throw new Error(`${panel.name}: a panel without tabs`);
  return { tab, shown: tab.shows[0] ?? tab.name };
}

function hasSomething(list: Panel | { refused: Refused } | undefined): boolean {
  return list !== undefined && ("refused" in list || list.rows.length > 0);
}

/** The address's tabs with another one open. */
export function withTab(tabs: View["tabs"], panel: PanelTabs["name"] | "property", shown: string): View["tabs"] {
  return { ...tabs, [panel]: shown };
}
