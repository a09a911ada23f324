/** What a click on a value of a list does to the view. Pure. */

import type { View, ViewFilter } from "../address.ts";
import { isChosen, withToggled } from "./filters.ts";
import { VERSIONS_OF, WHOLE_OF, withTab } from "./panel-tabs.ts";

/**
 * The filters after a click on a value. A version is filtered by together with what it is a version of: versions of one
 * browser can be chosen beside each other, those of another take their place.
 */
export function withChosen(filters: readonly ViewFilter[], dimension: string, value: string): ViewFilter[] {
  const whole = WHOLE_OF[dimension];
  if (whole === undefined) return withToggled(filters, dimension, value);
  const [name, version] = partsOf(value);
  const isAlone = filters.some(
    (filter) => isOf(filter, whole) && filter.values.length === 1 && filter.values[0] === name,
  );
  if (isAlone) return withToggled(filters, dimension, version);
  return [
    ...filters.filter((filter) => !isOf(filter, whole) && !isOf(filter, dimension)),
    { operator: "is", dimension: whole, values: [name] },
    { operator: "is", dimension, values: [version] },
  ];
}

/** Whether a value of a list is filtered by. */
export function isRowChosen(filters: readonly ViewFilter[], dimension: string, value: string): boolean {
  const whole = WHOLE_OF[dimension];
  if (whole === undefined) return isChosen(filters, dimension, value);
  const [name, version] = partsOf(value);
  return isChosen(filters, whole, name) && isChosen(filters, dimension, version);
}

/** What a click on a value shows: the view filtered by it, and, of a browser or a system, its versions. */
export function chosen(view: View, dimension: string, value: string): Pick<View, "filters" | "tabs"> {
  const filters = withChosen(view.filters, dimension, value);
  const versions = VERSIONS_OF[dimension];
  const opensVersions = versions !== undefined && isChosen(filters, dimension, value);
  return { filters, tabs: opensVersions ? withTab(view.tabs, "devices", versions) : view.tabs };
}

export const NOT_SET = "(not set)";

/** `Mobile Safari 27` is of Mobile Safari 27; versions have no spaces but for the one that is not known. */
export function partsOf(value: string): [name: string, version: string] {
  if (value === NOT_SET) return [value, value];
  const at = value.endsWith(` ${NOT_SET}`) ? value.length - NOT_SET.length - 1 : value.lastIndexOf(" ");
  return at < 0 ? [value, value] : [value.slice(0, at), value.slice(at + 1)];
}

/** A name and its version as one text; of what is not known, the word for it once. */
export function joined([name = "", version]: readonly string[]): string {
  return version === undefined || version === name ? name : `${name} ${version}`;
}

function isOf({ operator, dimension }: ViewFilter, of: string): boolean {
  return operator === "is" && dimension === of;
}
