/** What values of a dimension are called in the reader's language. */

import type { PanelRow } from "../../report/summary-answer.ts";
import type { ViewFilter } from "../address.ts";
import { displayName } from "../format.ts";
import { t } from "../texts.ts";
import { NOT_SET, partsOf } from "./choosing.ts";
import { WHOLE_OF } from "./panel-tabs.ts";

/** Dimensions of few values, all of which have fixed words. */
const OF_FIXED_WORDS = ["visit:channel", "visit:device", "visit:screen"];

/** Whether the reader sees other words than the API's, so that it cannot search for what he types. */
export function isTranslated(dimension: string): boolean {
  return dimension === "visit:country" || dimension === "visit:language" || OF_FIXED_WORDS.includes(dimension);
}

/** What a row's value is called. */
export function valueText(
  dimension: string,
  { value, name, folded }: Pick<PanelRow, "value" | "name" | "folded">,
): string {
  const { values, panels } = t.value;
  if (folded || value === "(other)") return panels.other;
  if (value === NOT_SET || value === "") return panels.unknown;
  if (name !== undefined) return name;
  switch (dimension) {
    case "visit:country":
      return value === "T1" ? "Tor" : displayName("region", value);
    case "visit:language":
      return displayName("language", value);
    case "visit:source":
    case "visit:referrer":
      return value === "Direct / None" ? values.none : value;
    default:
      if (OF_FIXED_WORDS.includes(dimension)) return values.fixed[value] ?? value;
      return WHOLE_OF[dimension] === undefined ? value : versionText(value);
  }
}

function versionText(value: string): string {
  const [name, version] = partsOf(value);
  return version === NOT_SET ? t.value.values.versionUnknown(name) : value;
}

/** The flag of the country of a country's or region's code (`LV`, `LV-RIX`); null where there is none. */
export function flagOf(dimension: string, value: string): string | null {
  if (dimension !== "visit:country" && dimension !== "visit:region") return null;
  const code = /^([A-Z]{2})(-|$)/.exec(value)?.[1];
  // The letters' own signs among the regional indicators, which are shown together as a flag.
  return code ? String.fromCodePoint(...[...code].map((letter) => 0x1f1e6 - 65 + letter.charCodeAt(0))) : null;
}

/** What a dimension is called. */
export function dimensionText(dimension: string): string {
  return t.value.dimensions[dimension] ?? t.value.property(dimension.replace(/^event:props:/, ""));
}

/** A filter in words: `Source is Google or Bing`. */
export function filterText({ operator, dimension, values }: ViewFilter): string {
  const texts = values.map((value) => valueText(dimension, { value }));
  const { filters, common } = t.value;
  return `${dimensionText(dimension)} ${filters.operators[operator]} ${texts.join(` ${common.or} `)}`;
}
