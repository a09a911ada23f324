/** Asking the bench Worker around Footfall (bench/workers/reports.ts). */
import type { Runtime } from "../runtime.ts";
import type { Command } from "../workers/reports.ts";

export const ADMIN_KEY = "bench-admin-key";

/** What one answer took. */
export interface Look {
  ms: number;
  /** Round trips to D1. */
  trips: number;
  /** In D1. */
  rowsRead: number;
}

/** GETs, or POSTs `body`, and says what it took; `answer` null: there is no such endpoint. */
export async function look(runtime: Runtime, path: string, body?: object): Promise<Look & { answer: unknown }> {
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" };
  const init = body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers };
  const began = performance.now();
  const response = await fetch(`http://127.0.0.1:${runtime.port}${path}`, init);
  const text = await response.text();
  const ms = performance.now() - began;
  if (!response.ok && response.status !== 404) throw new Error(`${path}: ${response.status} ${text}`);
  const [trips = 0, rowsRead = 0] = (response.headers.get("x-bench-d1") ?? "").split(" ").map(Number);
  return { ms, trips, rowsRead, answer: response.ok ? JSON.parse(text) : null };
}

export async function command(runtime: Runtime, body: Command): Promise<unknown> {
  return (await look(runtime, "/bench", body)).answer;
}

/** Of each figure its own median. */
export function median(looks: readonly Look[]): Look {
  const middle = (of: (look: Look) => number) => looks.map(of).sort((a, b) => a - b)[looks.length >> 1] ?? Number.NaN;
  return {
    ms: middle(({ ms }) => ms),
    trips: middle(({ trips }) => trips),
    rowsRead: middle(({ rowsRead }) => rowsRead),
  };
}

/** The median of asking so often, one after the other. */
export async function repeated(times: number, ask: () => Promise<Look>): Promise<Look> {
  const looks: Look[] = [];
  for (let time = 0; time < times; time++) looks.push(await ask());
  return median(looks);
}
