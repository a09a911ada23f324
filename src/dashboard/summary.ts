/** The view's one question to the API, and what came of it. */

import { effect, signal } from "@preact/signals";
import type { LiveAnswer, SummaryAnswer } from "../report/summary-answer.ts";
import type { View } from "./address.ts";
import { ApiError, askJson, type Failure } from "./api.ts";
import { place } from "./state.ts";

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
  query.set("compare", view.compare);
  if (view.compare === "custom" && view.compareDate !== null) query.set("compare_date", view.compareDate);
  if (view.interval !== null) query.set("interval", view.interval);
  if (view.filters.length > 0) query.set("filters", JSON.stringify(filtersOf(view)));
  return `/api/stats/${encodeURIComponent(domain)}?${query}`;
}

/** The view's filters as v2 writes them. */
export function filtersOf({ filters }: Pick<View, "filters">): [string, string, string[]][] {
  return filters.map(({ operator, dimension, values }) => [operator, dimension, values]);
}

let running: AbortController | null = null;
let shownPath: string | null = null;

/** To be called once: from then on the summary follows the address. */
export function followAddress(): () => void {
  return effect(() => {
    const at = place.value;
    const asked = again.value;
    if (at.kind !== "site") return;
    const path = summaryPath(at.domain, at.view);
    const key = `${at.auth ?? ""} ${asked} ${path}`;
    if (key === shownPath) return;
    shownPath = key;
    void load(path);
  });
}

async function load(path: string): Promise<void> {
  running?.abort();
  const controller = new AbortController();
  running = controller;
  const before = summary.peek();
  const isSame = before.answer !== null && path.startsWith(`/api/stats/${encodeURIComponent(before.answer.site)}?`);
  summary.value = { answer: isSame ? before.answer : null, isLoading: true, failure: null };
  try {
    const answer = await askJson<SummaryAnswer>(path, { signal: controller.signal });
    summary.value = { answer, isLoading: false, failure: null };
  } catch (error) {
    if (controller.signal.aborted) return;
    if (!(error instanceof ApiError)) throw error;
    summary.value = { ...summary.peek(), isLoading: false, failure: error.failure };
  }
}

/** Newer live figures than the summary's. */
export const live = signal<LiveAnswer | null>(null);
