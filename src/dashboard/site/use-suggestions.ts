import { useEffect, useState } from "preact/hooks";
import type { Metric } from "../../report/query.ts";
import type { PanelRow, SummaryAnswer } from "../../report/summary-answer.ts";
import { foundIn, listQuery, rowsOf } from "./list-query.ts";
import { useQuery } from "./use-query.ts";

/** Between the last key and the question. */
const PAUSE_MS = 250;
const MOST = 20;
const METRICS: Metric[] = ["visitors"];

/**
 * The most frequent values of a dimension in the period that have a text in them; none while they are awaited or cannot be
 * had. Other filters leave out none of them: three facts together cannot be asked for.
 */
export function useSuggestions(answer: SummaryAnswer, dimension: string, typed: string): PanelRow[] {
  const [search, setSearch] = useState("");
  useEffect(() => {
    const timer = setTimeout(() => setSearch(typed.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const list = { dimension, search, page: 1 };
  const { answer: found, isLoading } = useQuery(
    search === "" ? null : listQuery(answer, { filters: [] }, list, METRICS, MOST),
  );
  return found && !isLoading && search !== "" ? foundIn(rowsOf(dimension, METRICS, found), dimension, search) : [];
}
