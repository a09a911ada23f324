import { useEffect, useState } from "preact/hooks";
import { ApiError, askJson } from "../api.ts";
import { type Loaded, NOTHING } from "../summary.ts";
import type { QueryAnswer } from "./list-query.ts";

/**
 * Asks a question of v2 while the component shows, and again whenever it changes; the last answer stays meanwhile.
 * `null`: there is nothing to ask.
 */
export function useQuery(question: object | null): Loaded<QueryAnswer> & { retry: () => void } {
  const [state, setState] = useState<Loaded<QueryAnswer>>(NOTHING);
  const [attempt, setAttempt] = useState(0);
  const json = question && JSON.stringify(question);
  useEffect(() => {
    if (json === null) return;
    const controller = new AbortController();
    setState((before) => ({ ...before, isLoading: true, failure: null }));
    askJson<QueryAnswer>("/api/v2/query", { method: "POST", json: JSON.parse(json), signal: controller.signal }).then(
      (answer) => setState({ answer, isLoading: false, failure: null }),
      (error: unknown) => {
        if (controller.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        setState({ answer: null, isLoading: false, failure: error.failure });
      },
    );
    return () => controller.abort();
  }, [json, attempt]);
  return { ...state, retry: () => setAttempt((attempts) => attempts + 1) };
}
