import type { Refused } from "../../report/summary-answer.ts";
import { DEFAULT_VIEW, type Place } from "../address.ts";
import { lazyOwnersPart } from "../parts/lazy.tsx";
import { show } from "../state.ts";
import { t } from "../texts.ts";
import { keepFilters } from "./filter-bar.tsx";
import { chosen } from "./shortcuts.ts";
import { refusalText } from "./why.tsx";
import "../parts/form.css";

const FirstSteps = lazyOwnersPart(() => import("./first-steps.tsx").then(({ FirstSteps }) => FirstSteps));

/** What will be there, in the room that it will take. */
export function Skeleton() {
  return (
    <>
      <p class="unseen">{t.value.common.loading}</p>
      <div class="skeleton" aria-hidden="true">
        <div class="card" />
        <div class="card" />
        <div class="card" />
        <div class="card" />
        <div class="card" />
      </div>
    </>
  );
}

/** Of a site for which nothing has been counted yet: what to do. */
export function NothingYet({ domain, manages }: { domain: string; manages: boolean }) {
  const { states } = t.value;
  return (
    <section class="card nothing">
      <h2>{states.nothingYet}</h2>
      {manages ? <FirstSteps domain={domain} /> : <p class="soft">{states.waiting}</p>}
    </section>
  );
}

/** Of a period in which nothing was counted: where there may be something. */
export function NothingHere({ view }: Pick<Extract<Place, { kind: "site" }>, "view">) {
  const { states } = t.value;
  return (
    <section class="card nothing">
      <h2>{view.filters.length > 0 ? states.nothingFiltered : states.nothingInPeriod}</h2>
      <p class="actions">
        {view.filters.length > 0 && <ClearFilters />}
        {(view.period !== "day" || view.date !== null) && (
          <button type="button" onClick={() => show(chosen("day"))}>
            {states.showToday}
          </button>
        )}
        {view.period !== "all" && (
          <button type="button" onClick={() => show(chosen("all"))}>
            {states.showAll}
          </button>
        )}
      </p>
    </section>
  );
}

/** Why what is asked for cannot be told, as a whole. */
export function WholeRefused({ refused, hasFilters }: { refused: Refused; hasFilters: boolean }) {
  const { refusals } = t.value;
  return (
    <div class="notice" role="status">
      <p>
        <b>{refusals.title}.</b> {refusalText(refused)}
      </p>
      {hasFilters && <ClearFilters />}
    </div>
  );
}

/** From an address that asks for what there is not, to what there is. */
export function WayOut() {
  return (
    <p>
      <button type="button" onClick={() => show({ ...chosen("day"), filters: [], compare: DEFAULT_VIEW.compare })}>
        {t.value.states.showToday}
      </button>
    </p>
  );
}

function ClearFilters() {
  return (
    <button type="button" onClick={() => keepFilters([])}>
      {t.value.states.clearFilters}
    </button>
  );
}
