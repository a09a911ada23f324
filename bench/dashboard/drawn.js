/**
 * Runs in each page before its own scripts. `drawn` resolves when what one came to see had been painted, with the
 * instants in ms since the navigation began; it rejects where the chart stays blank, or away for 30 seconds. All of an
 * empty page is its one paragraph.
 */
{
  const SOUGHT = {
    numbersMs: ".tile-value, #empty",
    chartMs: ".plot-canvas canvas, #empty",
  };
  const PATIENCE_MS = 30_000;

  globalThis.drawn = new Promise((resolve, reject) => {
    const found = new Set();
    const painted = {};

    // A frame is painted after its callbacks; a message that one of them sends comes after that.
    const whenPainted = (then) =>
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => then(performance.now());
        port2.postMessage(null);
      });

    const look = () => {
      for (const [name, selector] of Object.entries(SOUGHT)) {
        const element = found.has(name) ? null : document.querySelector(selector);
        if (!element) continue;
        found.add(name);
        whenPainted((now) => {
          painted[name] = now;
          if (element instanceof HTMLCanvasElement && isBlank(element)) reject(new Error("the chart is blank"));
          if (Object.keys(painted).length === Object.keys(SOUGHT).length) resolve({ ...painted, ...asked() });
        });
      }
      if (found.size === Object.keys(SOUGHT).length) observer.disconnect();
    };
    const observer = new MutationObserver(look);
    observer.observe(document, { childList: true, subtree: true });
    setTimeout(() => reject(new Error("nothing was drawn")), PATIENCE_MS);
  });

  function isBlank(canvas) {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.every((value) => value === 0);
  }

  /** When the page asked the API, and when it had the answer. */
  function asked() {
    const request = performance
      .getEntriesByType("resource")
      .find(({ name }) => new URL(name).pathname.startsWith("/api/"));
    return { askedMs: request?.startTime ?? null, answeredMs: request?.responseEnd ?? null };
  }
}
