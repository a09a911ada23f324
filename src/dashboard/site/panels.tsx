import { useEffect, useId, useRef } from "preact/hooks";
import type { SummaryAnswer } from "../../report/summary-answer.ts";
import type { View } from "../address.ts";
import { date } from "../format.ts";
import { lazyPart } from "../parts/lazy.tsx";
import { Tabs } from "../parts/tabs.tsx";
import { show } from "../state.ts";
import { t } from "../texts.ts";
import { PanelList } from "./panel-list.tsx";
import { openTab, PANELS, type PanelTabs, PROPERTIES, tabsOf, withTab } from "./panel-tabs.ts";
import "./panels.css";
import { dimensionName } from "./names.ts";

const Properties = lazyPart(() => import("./properties.tsx").then(({ Properties }) => Properties));

interface Props {
  answer: SummaryAnswer;
  view: View;
  domain: string;
}

/** The lists of what visits were: where they came from, what they saw, from where and with what, what they did. */
export function Panels(props: Props) {
  const { detail_from: detailFrom, period } = props.answer;
  return (
    <>
      {detailFrom !== null && detailFrom > period.from && (
        <p class="panels-since soft">{t.value.panels.detailFrom(date(detailFrom))}</p>
      )}
      <div class="panels">
        {PANELS.map((panel) => (
          <PanelCard key={panel.name} panel={panel} {...props} />
        ))}
      </div>
    </>
  );
}

function PanelCard({ panel, answer, view, domain }: Props & { panel: PanelTabs }) {
  const id = useId();
  const { tab, shown } = openTab(panel, view, answer.dimensions);
  const body = useKeptFocus();
  const { panels, tabs } = t.value;
  const title = panels[panel.name];
  const open = (name: string) => show({ tabs: withTab(view.tabs, panel.name, name) }, "replace");
  const choice = tab.shows.length > 1 && (
    <select
      class="panel-choice"
      aria-label={panels.choose(tabs[tab.name] ?? tab.name)}
      value={shown}
      onChange={({ currentTarget }) => open(currentTarget.value)}
    >
      {tab.shows.map((name) => (
        <option key={name} value={name}>
          {dimensionName(name)}
        </option>
      ))}
    </select>
  );
  return (
    <section class={`card panel ${panel.name}`} aria-labelledby={`${id}-title`}>
      <header class="panel-head">
        <h2 id={`${id}-title`}>{title}</h2>
        <Tabs
          label={title}
          tabs={tabsOf(panel, answer.dimensions).map(({ name }) => ({ name, text: tabs[name] ?? name }))}
          chosen={tab.name}
          controls={id}
          onChoose={(name) => open(name)}
        />
      </header>
      <div class="panel-body" id={id} role="tabpanel" aria-label={tabs[tab.name] ?? tab.name} tabIndex={-1} ref={body}>
        {shown === PROPERTIES ? (
          <Properties answer={answer} view={view} />
        ) : (
          <PanelList answer={answer} view={view} domain={domain} shown={shown} choice={choice} />
        )}
      </div>
    </section>
  );
}

/** Keeps the focus within an element when what had it is gone, as a row that a filter leaves out. */
function useKeptFocus() {
  const within = useRef<HTMLDivElement>(null);
  const last = useRef<Element | null>(null);
  useEffect(() => {
    const note = ({ target }: FocusEvent) => {
      last.current = target instanceof Element && within.current?.contains(target) ? target : null;
    };
    document.addEventListener("focusin", note);
    return () => document.removeEventListener("focusin", note);
  }, []);
  useEffect(() => {
    if (!last.current || last.current.isConnected || document.activeElement !== document.body) return;
    last.current = null;
    within.current?.focus({ preventScroll: true });
  });
  return within;
}
