import { useCallback, useEffect, useState } from "preact/hooks";
import { ApiError, askJson, type Failure } from "../api.ts";

/** What a part of the settings is about, as the API tells it. */
export interface Answered<T> {
  /** Stays while it is asked for again. */
  answer: T | null;
  failure: Failure | null;
  /** Puts what another request told in its place. */
  set: (answer: T) => void;
  /** Asks again. */
  again: () => Promise<void>;
}

/** Asks once, when it is first shown or its key changes. */
export function useAnswer<T>(key: string, load: (key: string) => Promise<T>): Answered<T> {
  const [answer, set] = useState<T | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const again = useCallback(async () => {
    try {
      set(await load(key));
      setFailure(null);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailure(error.failure);
    }
  }, [key]);
  useEffect(() => void again(), [again]);
  return { answer, failure, set, again };
}

interface Page {
  meta: { after: string | null };
}

/** All of a list that the API gives in pages. */
export async function everyPage<Entry>(path: string, name: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  let after: string | null = null;
  do {
    const query = new URLSearchParams({ limit: "1000", ...(after !== null && { after }) });
    const page: Page & Record<string, unknown> = await askJson(`${path}${path.includes("?") ? "&" : "?"}${query}`);
    entries.push(...(page[name] as Entry[]));
    after = page.meta.after;
  } while (after !== null);
  return entries;
}
