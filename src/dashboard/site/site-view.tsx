import { useEffect } from "preact/hooks";
import type { SummaryAnswer } from "../../report/summary-answer.ts";
import type { Place } from "../address.ts";
import { FailureNotice } from "../parts/failure.tsx";
import { lazyPart } from "../parts/lazy.tsx";
import { announce } from "../state.ts";
import { again, isOnline, summary } from "../summary.ts";
import { t } from "../texts.ts";
import { Chart } from "./chart.tsx";
import { comparedWith } from "./comparison.tsx";
import { Drops } from "./drops.tsx";
import { FilterBar } from "./filter-bar.tsx";
import { Foot } from "./foot.tsx";
import { Head } from "./head.tsx";
import { useKeys } from "./keys.tsx";
import { List } from "./list.tsx";
import { Metrics } from "./metrics.tsx";
import { periodDates, periodName } from "./names.ts";
import { closeOpened, opened } from "./opened.ts";
import { Panels } from "./panels.tsx";
import { isEmpty, refusalOfAll } from "./standing.ts";
import { NothingHere, NothingYet, Skeleton, WayOut, WholeRefused } from "./states.tsx";
import "./site.css";

const Access = lazyPart(() => import("./access.tsx").then(({ Access }) => Access));
const SiteDialog = lazyPart(() => import("./dialogs.tsx").then(({ SiteDialog }) => SiteDialog));

type At = Extract<Place, { kind: "site" }>;

/** What was counted of a site: all of one answer. */
export function SiteView(at: At) {
  const { answer, isLoading, failure } = summary.value;
  useEffect(() => {
    document.title = `${at.domain} · Footfall`;
    return closeOpened;
  }, [at.domain]);
  useEffect(() => {
    // What was asked for is there. What refreshes itself says nothing: it never was loading.
    if (!isLoading && !failure && answer) announce(gist(at, answer));
  }, [isLoading]);
  useKeys();
  if (failure?.kind === "login" || failure?.kind === "locked") return <Access at={at} failure={failure} />;
  return (
    <div class={at.embed ? "page site embedded" : "page site"}>
      <Head at={at} answer={answer} />
      <FilterBar view={at.view} answer={answer} />
      <main id="content" aria-busy={isLoading} class={answer && isLoading ? "stale" : undefined}>
        {failure ? (
          <FailureNotice failure={failure} isStale={answer !== null} onRetry={askAgain} />
        ) : (
          !isOnline.value && (
            <FailureNotice failure={{ kind: "offline" }} isStale={answer !== null} onRetry={askAgain} />
          )
        )}
        {failure?.kind === "refused" && <WayOut />}
        {answer ? <Report at={at} answer={answer} /> : isLoading && <Skeleton />}
      </main>
      {answer && at.view.list && <List answer={answer} view={at.view} list={at.view.list} />}
      {answer && opened.value && <SiteDialog opened={opened.value} view={at.view} answer={answer} />}
      <Foot at={at} answer={answer} />
    </div>
  );
}

function Report({ at, answer }: { at: At; answer: SummaryAnswer }) {
  const { view, domain } = at;
  if (answer.first_day === null) {
    return (
      <>
        <NothingYet domain={domain} manages={answer.viewer.manages && !at.embed} />
        {answer.drops.length > 0 && <Drops answer={answer} view={at.view} />}
      </>
    );
  }
  const refused = refusalOfAll(answer);
  return (
    <>
      {refused && <WholeRefused refused={refused} hasFilters={view.filters.length > 0} />}
      <section class="card overview" aria-label={t.value.chart.label}>
        {view.period === "realtime" ? (
          <>
            <Chart answer={answer} view={view} />
            <h2 class="since-midnight">
              {t.value.periods.day}{" "}
              {answer.compared_with && <span class="soft">{comparedWith(answer.compared_with, answer.period.to)}</span>}
            </h2>
            <Metrics answer={answer} view={view} />
          </>
        ) : (
          <>
            <Metrics answer={answer} view={view} />
            <Chart answer={answer} view={view} />
          </>
        )}
      </section>
      {isEmpty(answer) ? <NothingHere view={view} /> : <Panels answer={answer} view={view} domain={domain} />}
      <Drops answer={answer} view={at.view} />
    </>
  );
}

function askAgain(): void {
  again.value++;
}

/** What came of a question, in few words. */
function gist({ view }: At, { metrics: { visitors }, period }: SummaryAnswer): string {
  const name = periodName(view) ?? periodDates(view, period, "") ?? "";
  return visitors && "value" in visitors && visitors.value !== null
    ? t.value.states.loaded(name, visitors.value)
    : name;
}
