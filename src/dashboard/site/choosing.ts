/** What a click on a value of a list does to the view. Pure. */

import type { PanelRow } from "../../report/summary-answer.ts";
import type { View, ViewFilter } from "../address.ts";
import { isChosen, withToggled } from "./filters.ts";
import { VERSIONS_OF, WHOLE_OF, withTab } from "./panel-tabs.ts";

/** Of a row, what is filtered by. */
export type Value = Pick<PanelRow, "value" | "parts">;

/**
 * The filters after a click on a value. A version is filtered by together with what it is a version of: versions of one
 * browser can be chosen beside each other, those of another take their place.
 */
export function withChosen(filters: readonly ViewFilter[], dimension: string, { value, parts }: Value): ViewFilter[] {
  const whole = WHOLE_OF[dimension];
  if (whole === undefined) return withToggled(filters, dimension, value);
  const [name = value, version = value] = parts ?? [];
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
export function isRowChosen(filters: readonly ViewFilter[], dimension: string, { value, parts }: Value): boolean {
  const whole = WHOLE_OF[dimension];
  if (whole === undefined) return isChosen(filters, dimension, value);
  const [name = value, version = value] = parts ?? [];
  return isChosen(filters, whole, name) && isChosen(filters, dimension, version);
}

/** What a click on a value shows: the view filtered by it, and, of a browser or a system, its versions. */
export function chosen(
  view: Pick<View, "filters" | "tabs">,
  dimension: string,
  row: Value,
): Pick<View, "filters" | "tabs"> {
  const filters = withChosen(view.filters, dimension, row);
  const versions = VERSIONS_OF[dimension];
  const opensVersions = versions !== undefined && isChosen(filters, dimension, row.value);
  return { filters, tabs: opensVersions ? withTab(view.tabs, "devices", versions) : view.tabs };
}

function isOf({ operator, dimension }: ViewFilter, of: string): boolean {
  return operator === "is" && dimension === of;
}
