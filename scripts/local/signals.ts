const SIGNALS: readonly (string | symbol)[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/** How long an orderly end may take before the process ends anyway, with code 1. */
const PATIENCE_MS = 10_000;

/**
 * Resolves at the first signal that asks this process to end. Later ones change nothing: Ctrl-C reaches us twice,
 * from the terminal and from npm. Call it before Miniflare is made: Miniflare's own handlers would end the process
 * with code 130 at once, and are kept off. The death of the `npm start` that started us is such a signal too.
 */
export function stopSignal(): Promise<"stopped"> {
  const { promise, resolve } = Promise.withResolvers<"stopped">();
  const stop = () => {
    resolve("stopped");
    setTimeout(() => process.exit(1), PATIENCE_MS).unref();
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  process.on("newListener", (event, listener) => {
    // The event precedes the addition.
    if (SIGNALS.includes(event)) queueMicrotask(() => process.off(event, listener));
  });
  if (process.env.npm_lifecycle_event) {
    // npm passes SIGTERM to the shell between it and us, which dies of it and tells nobody.
    const parent = process.ppid;
    setInterval(() => {
      if (process.ppid !== parent) stop();
    }, 250).unref();
  }
  return promise;
}
