import type { ComponentChild } from "preact";
import { useCallback, useState } from "preact/hooks";
import type { Panel, SummaryAnswer } from "../../report/summary-answer.ts";
import type { View } from "../address.ts";
import { Link } from "../parts/link.tsx";
import { place } from "../state.ts";
import { t } from "../texts.ts";
import { WorldMap } from "./map.tsx";
import { PanelFoot } from "./panel-foot.tsx";
import { listOf, MAP } from "./panel-tabs.ts";
import { RefusedNotice } from "./refused.tsx";
import { RowTable } from "./row-table.tsx";
import { hostOf, ROWS_SHOWN, saidOf } from "./rows.ts";

/** Below the map, which takes the place of the others. */
const ROWS_BELOW_MAP = 2;

interface Props {
  answer: SummaryAnswer;
  view: View;
  domain: string;
  /** A dimension, or the map. */
  shown: string;
  /** Chooses between the lists of a tab. */
  choice: ComponentChild;
}

/** The greatest values of what is shown, or why there are none. */
export function PanelList({ answer, view, domain, shown, choice }: Props) {
  const list = listOf(answer.dimensions, shown);
  const dimension = shown === MAP ? "visit:country" : shown;
  if (!list || "refused" in list || list.rows.length === 0) {
    return (
      <>
        {choice && <div class="panel-choices">{choice}</div>}
        {list && "refused" in list ? (
          <RefusedNotice refused={list.refused} view={view} answer={answer} />
        ) : (
          <Empty isGoals={dimension === "event:goal" && !list} answer={answer} domain={domain} />
        )}
      </>
    );
  }
  return <Filled answer={answer} view={view} list={list} dimension={dimension} isMap={shown === MAP} choice={choice} />;
}

interface FilledProps extends Pick<Props, "answer" | "view" | "choice"> {
  list: Panel;
  dimension: string;
  isMap: boolean;
}

function Filled({ answer, view, list, dimension, isMap, choice }: FilledProps) {
  const [hasNoMap, setHasNoMap] = useState(false);
  const fail = useCallback(() => setHasNoMap(true), []);
  const said = saidOf(answer.notes, dimension);
  const showsMap = isMap && !hasNoMap;
  return (
    <>
      {showsMap && <WorldMap panel={list} view={view} bounds={said.bounds} onFail={fail} />}
      <RowTable
        dimension={dimension}
        metrics={list.metrics}
        rows={list.rows.slice(0, showsMap ? ROWS_BELOW_MAP : ROWS_SHOWN)}
        view={view}
        bounds={said.bounds}
        host={hostOf(answer)}
        head={choice || undefined}
      />
      <PanelFoot dimension={dimension} said={said} />
    </>
  );
}

/** In a frame of another page nothing leads to what only the owner sees. */
function isEmbedded(): boolean {
  return place.value.kind === "site" && place.value.embed;
}

function Empty({ isGoals, answer, domain }: { isGoals: boolean; answer: SummaryAnswer; domain: string }) {
  const { panels } = t.value;
  return (
    <div class="panel-note soft">
      <p>{isGoals ? panels.goalsNone : panels.empty}</p>
      {isGoals && answer.viewer.manages && !isEmbedded() && (
        <Link to={{ kind: "settings", domain }}>{panels.goalsAdd}</Link>
      )}
    </div>
  );
}
