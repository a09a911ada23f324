/** What values of a dimension are called in the reader's language. */

import type { PanelRow } from "../../report/summary-answer.ts";
import { displayName } from "../format.ts";
import { t } from "../texts.ts";

/** Dimensions of few values, all of which have fixed words. */
const OF_FIXED_WORDS = ["visit:channel", "visit:device", "visit:screen"];

/** Whether the reader sees other words than the API's, so that it cannot search for what he types. */
export function isTranslated(dimension: string): boolean {
  return dimension === "visit:country" || dimension === "visit:language" || OF_FIXED_WORDS.includes(dimension);
}

const NOT_SET = "(not set)";

/** What a row's value is called. */
export function valueText(
  dimension: string,
  { value, name, parts, folded }: Pick<PanelRow, "value" | "name" | "parts" | "folded">,
): string {
  const { values, panels } = t.value;
  if (folded || value === "(other)") return panels.other;
  if (value === NOT_SET || value === "") return panels.unknown;
  if (name !== undefined) return name;
  if (parts?.[1] === NOT_SET) return values.versionUnknown(parts[0] ?? value);
  switch (dimension) {
    case "visit:country":
      return value === "T1" ? "Tor" : displayName("region", value);
    case "visit:language":
      return displayName("language", value);
    case "visit:source":
    case "visit:referrer":
      return value === "Direct / None" ? values.none : value;
    default:
      return OF_FIXED_WORDS.includes(dimension) ? (values.fixed[value] ?? value) : value;
  }
}

/** The flag of the country of a country's or region's code (`LV`, `LV-RIX`); null where there is none. */
export function flagOf(dimension: string, value: string): string | null {
  if (dimension !== "visit:country" && dimension !== "visit:region") return null;
  const code = /^([A-Z]{2})(-|$)/.exec(value)?.[1];
  // The letters' own signs among the regional indicators, which are shown together as a flag.
  return code ? String.fromCodePoint(...[...code].map((letter) => 0x1f1e6 - 65 + letter.charCodeAt(0))) : null;
}
