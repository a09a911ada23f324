import type { ComponentChild } from "preact";
import type { SummaryAnswer } from "../../report/summary-answer.ts";
import type { View } from "../address.ts";
import { FailureNotice } from "../parts/failure.tsx";
import { show } from "../state.ts";
import { t } from "../texts.ts";
import { listQuery, PROPERTY_METRICS, refusalOf, rowsOf, saidBy } from "./list-query.ts";
import { propertyDimension } from "./names.ts";
import { PanelFoot } from "./panel-foot.tsx";
import { withTab } from "./panel-tabs.ts";
import { RefusedNotice } from "./refused.tsx";
import { RowTable } from "./row-table.tsx";
import { ROWS_SHOWN } from "./rows.ts";
import { useQuery } from "./use-query.ts";

interface Props {
  answer: SummaryAnswer;
  view: View;
}

/** The values of a property of events, which is chosen among all that events of the period have. */
export function Properties({ answer, view }: Props) {
  const { properties } = answer;
  const { property: wanted } = view.tabs;
  const name = wanted !== undefined && properties.includes(wanted) ? wanted : properties[0];
  if (name === undefined) {
    return (
      <div class="panel-note soft">
        <p>{t.value.panels.propertiesNone}</p>
      </div>
    );
  }
  const choice = (
    <select
      class="panel-choice"
      aria-label={t.value.panels.chooseProperty}
      value={name}
      onChange={({ currentTarget }) => show({ tabs: withTab(view.tabs, "property", currentTarget.value) }, "replace")}
    >
      {properties.map((property) => (
        <option key={property} value={property}>
          {property}
        </option>
      ))}
    </select>
  );
  return <PropertyValues answer={answer} view={view} dimension={propertyDimension(name)} choice={choice} />;
}

function PropertyValues({ answer, view, dimension, choice }: Props & { dimension: string; choice: ComponentChild }) {
  const refused = refusalOf(dimension, view.filters);
  const list = { dimension, search: "", page: 1 };
  const question = refused ? null : listQuery(answer, view, list, PROPERTY_METRICS, ROWS_SHOWN);
  const { answer: found, isLoading, failure, retry } = useQuery(question);
  const rows = found ? rowsOf(dimension, PROPERTY_METRICS, found) : [];
  if (refused || failure || !found || rows.length === 0) {
    return (
      <>
        <div class="panel-choices">{choice}</div>
        {refused ? (
          <RefusedNotice refused={refused} view={view} answer={answer} />
        ) : failure ? (
          <FailureNotice failure={failure} onRetry={retry} />
        ) : (
          <div class="panel-note soft">
            <p>{isLoading ? t.value.common.loading : t.value.panels.empty}</p>
          </div>
        )}
      </>
    );
  }
  const said = saidBy(found);
  return (
    // Until the values of another property are there, those of the one before show.
    <div aria-busy={isLoading} class={isLoading ? "panel-values stale" : "panel-values"}>
      <RowTable
        dimension={dimension}
        metrics={PROPERTY_METRICS}
        rows={rows}
        view={view}
        bounds={said.bounds}
        host={answer.site}
        head={choice}
      />
      <PanelFoot dimension={dimension} said={said} />
    </div>
  );
}
