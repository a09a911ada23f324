/** The view's one question to the API, and what came of it. */

import { batch, computed, effect, signal } from "@preact/signals";
import { dateIn } from "../calendar.ts";
import type { LiveAnswer, SummaryAnswer } from "../report/summary-answer.ts";
import { DEFAULT_PERIOD, DEFAULT_VIEW, type View } from "./address.ts";
import { ApiError, askJson, type Failure } from "./api.ts";
import { livePace, repeating, summaryPace, type Watching } from "./refresh.ts";
import { serverNow, setTimeBy } from "./server-time.ts";
import { filtersOf } from "./site/filters.ts";
import { isGoingOn, isLater, knownBy } from "./site/period.ts";
import { withoutEmptyComparison } from "./site/standing.ts";
import { go, place } from "./state.ts";

/** The last answer, which stays while the next is awaited, and why there is no newer one. */
export interface Loaded<T> {
  answer: T | null;
  isLoading: boolean;
  failure: Failure | null;
}

export const NOTHING = { answer: null, isLoading: true, failure: null };

export const summary = signal<Loaded<SummaryAnswer>>(NOTHING);

/** Asks again for what is shown. */
export const again = signal(0);

/** The part of an address that the summary depends on: a tab or a list asks for nothing. */
export function summaryPath(domain: string, view: View): string {
  const query = new URLSearchParams({ period: view.period });
  if (view.date !== null) query.set("date", view.date);
  // Before all there is there is nothing.
  if (view.period !== "all" || view.compare !== DEFAULT_VIEW.compare) query.set("compare", view.compare);
  if (view.compare === "custom" && view.compareDate !== null) query.set("compare_date", view.compareDate);
  if (view.interval !== null) query.set("interval", view.interval);
  if (view.filters.length > 0) query.set("filters", JSON.stringify(filtersOf(view)));
  return `/api/stats/${encodeURIComponent(domain)}?${query}`;
}

let running: AbortController | null = null;
let shownPath: string | null = null;

/** To be called once: from then on the summary follows the address, and what is of now follows time. */
export function followAddress(): void {
  effect(() => {
    const at = place.value;
    const asked = again.value;
    if (at.kind !== "site") {
      // Whoever comes back sees it as it is then: settings may have changed, or days passed.
      running?.abort();
      shownPath = null;
      return;
    }
    const path = summaryPath(at.domain, at.view);
    const key = `${at.auth ?? ""} ${asked} ${path}`;
    if (key === shownPath) return;
    shownPath = key;
    void load(path);
  });
  effect(() => {
    const watching = watched.value;
    liveAgain.pace(watching && livePace(watching));
    summaryAgain.pace(watching && summaryPace(watching));
  });
  addEventListener("online", () => {
    isOnline.value = true;
    if (summary.value.failure) again.value++;
  });
  addEventListener("offline", () => {
    isOnline.value = false;
  });
  document.addEventListener("visibilitychange", () => {
    isVisible.value = document.visibilityState === "visible";
  });
}

async function load(path: string): Promise<void> {
  const before = summary.peek();
  const isSame = before.answer !== null && path.startsWith(`/api/stats/${encodeURIComponent(before.answer.site)}?`);
  batch(() => {
    if (!isSame) live.value = null;
    summary.value = { answer: isSame ? before.answer : null, isLoading: true, failure: null };
  });
  const failure = await fetchSummary(path);
  if (failure) summary.value = { ...summary.peek(), isLoading: false, failure };
}

/** Takes what the API answers to a path, unless meanwhile another is asked for. Gives why there is no answer. */
async function fetchSummary(path: string): Promise<Failure | null> {
  running?.abort();
  const controller = new AbortController();
  running = controller;
  const answered = await failureOf(askJson<SummaryAnswer>(path, { signal: controller.signal }));
  if (controller.signal.aborted) return null;
  if (answered.failure) return answered.failure;
  setTimeBy(answered.value.realtime);
  const answer = withoutEmptyComparison(answered.value);
  const at = place.peek();
  if (at.kind === "site" && isFirstSightOfFirstDay(at.view, answer)) {
    go({ ...at, view: { ...at.view, period: "day" } }, "replace");
    return null;
  }
  batch(() => {
    live.value = null;
    summary.value = { answer, isLoading: false, failure: null };
  });
  liveAgain.isFresh();
  summaryAgain.isFresh();
  return null;
}

/**
 * Whether somebody comes to a site that counts since today, with no period in mind: most periods end with yesterday, and
 * would show nothing.
 */
function isFirstSightOfFirstDay({ period }: View, { site, timezone, first_day: firstDay }: SummaryAnswer): boolean {
  const before = summary.peek().answer;
  const isFirstSight = before?.site !== site || before.first_day === null;
  return (
    isFirstSight &&
    period === DEFAULT_PERIOD &&
    !new URLSearchParams(location.search).has("period") &&
    firstDay === dateIn(timezone, serverNow())
  );
}

/** Newer live figures than the summary's; null where the summary's are the newest. */
export const live = signal<LiveAnswer | null>(null);
export const isOnline = signal(navigator.onLine);
const isVisible = signal(document.visibilityState === "visible");

const watched = computed((): Watching | null => {
  const at = place.value;
  const { answer, isLoading } = summary.value;
  if (at.kind !== "site" || !answer || isLoading) return null;
  return {
    isSeen: isVisible.value && isOnline.value,
    // Where nothing has been counted yet, somebody waits for the first.
    isOfToday: at.view.period === "realtime" || at.view.period === "day" || answer.first_day === null,
    isGoingOn: isGoingOn(at.view, knownBy(answer, serverNow())),
    isOwner: answer.viewer.owner,
  };
});

const liveAgain = repeating(async () => {
  const at = place.peek();
  if (at.kind !== "site") return null;
  const before = summary.peek().answer;
  const { value, failure } = await failureOf(
    askJson<LiveAnswer>(`/api/stats/${encodeURIComponent(at.domain)}/realtime`),
  );
  // Of another site, or older than the summary that came meanwhile.
  if (summary.peek().answer !== before) return failure;
  if (failure) return told(failure);
  live.value = value;
  setTimeBy(value);
  const { pageviews, events } = value.today;
  const isFirst = before?.first_day === null && pageviews + events > 0;
  // A page may stay open for a week: most periods are other days at each midnight of the site.
  if (isFirst || (before && isLater(before, value))) void refetch();
  return null;
});

const summaryAgain = repeating(refetch);

/** Asks for the summary again without a word or a flicker: what shows stays until it is replaced. */
async function refetch(): Promise<Failure | null> {
  const at = place.peek();
  if (at.kind !== "site" || summary.peek().isLoading) return null;
  const failure = await fetchSummary(summaryPath(at.domain, at.view));
  return failure && told(failure);
}

/** Of what fails without having been asked for by anybody, only who may not see the site any more is told. */
function told(failure: Failure): Failure {
  if (failure.kind === "login" || failure.kind === "locked") summary.value = { ...summary.peek(), failure };
  return failure;
}

type Answered<T> = { value: T; failure: null } | { value: null; failure: Failure };

async function failureOf<T>(asked: Promise<T>): Promise<Answered<T>> {
  try {
    return { value: await asked, failure: null };
  } catch (error) {
    // Whatever else there is comes of a question that was taken back.
    return { value: null, failure: error instanceof ApiError ? error.failure : { kind: "offline" } };
  }
}
