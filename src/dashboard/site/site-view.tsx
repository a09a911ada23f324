import { useEffect } from "preact/hooks";
import type { Place } from "../address.ts";
import { FailureNotice } from "../parts/failure.tsx";
import { again, summary } from "../summary.ts";
import { t } from "../texts.ts";
import { Access } from "./access.tsx";
import { Chart } from "./chart.tsx";
import { Drops } from "./drops.tsx";
import { FilterBar } from "./filter-bar.tsx";
import { Foot } from "./foot.tsx";
import { Head } from "./head.tsx";
import { useKeys } from "./keys.tsx";
import { List } from "./list.tsx";
import { Metrics } from "./metrics.tsx";
import { Panels } from "./panels.tsx";
import "./site.css";

/** What was counted of a site: all of one answer. */
export function SiteView(at: Extract<Place, { kind: "site" }>) {
  const { answer, isLoading, failure } = summary.value;
  useEffect(() => {
    document.title = `${at.domain} · Footfall`;
  }, [at.domain]);
  useKeys(at);
  const retry = () => {
    again.value++;
  };
  if (failure && (failure.kind === "login" || failure.kind === "locked")) return <Access at={at} failure={failure} />;
  return (
    <div class={at.embed ? "page site embedded" : "page site"}>
      <Head at={at} answer={answer} />
      <FilterBar view={at.view} answer={answer} />
      <main id="content" aria-busy={isLoading} class={isLoading && answer ? "stale" : undefined}>
        {failure && <FailureNotice failure={failure} isStale={answer !== null} onRetry={retry} />}
        {answer ? (
          <>
            <section class="card overview" aria-label={t.value.chart.label}>
              <Metrics answer={answer} view={at.view} />
              <Chart answer={answer} view={at.view} />
            </section>
            <Panels answer={answer} view={at.view} domain={at.domain} />
            <Drops drops={answer.drops} />
          </>
        ) : (
          isLoading && <p class="waiting">{t.value.common.loading}</p>
        )}
      </main>
      {answer && at.view.list && <List answer={answer} view={at.view} list={at.view.list} />}
      <Foot answer={answer} embed={at.embed} />
    </div>
  );
}
