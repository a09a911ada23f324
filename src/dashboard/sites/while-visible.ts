import { useEffect, useRef } from "preact/hooks";

/**
 * Does something at once and again and again while the page is seen; when it is seen again after it was not, at once.
 * @param task what is done; the next time is reckoned from its end
 * @param delayMs how long until the next time, of the time since the first (ms); null: never again
 */
export function useWhileVisible(task: () => Promise<void>, delayMs: (elapsedMs: number) => number | null): void {
  const latest = useRef({ task, delayMs });
  latest.current = { task, delayMs };
  useEffect(() => {
    const begun = Date.now();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isRunning = false;
    let isOver = false;
    const run = async () => {
      clearTimeout(timer);
      if (isRunning || document.hidden) return;
      isRunning = true;
      await latest.current.task();
      isRunning = false;
      const wait = latest.current.delayMs(Date.now() - begun);
      if (!isOver && wait !== null) timer = setTimeout(run, wait);
    };
    void run();
    document.addEventListener("visibilitychange", run);
    return () => {
      isOver = true;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", run);
    };
  }, []);
}
