import { fork } from "node:child_process";
import { join } from "node:path";
import { type Usage, usageOf } from "../machine.ts";
import type { Runtime } from "../runtime.ts";
import type { LoadMessage, LoadOrder, LoadReport } from "./load.ts";

/** What a Worker did under load. */
export interface Driven extends LoadReport {
  /** Processor time of the runtime for one request, in ms; null where the system does not tell. */
  cpuMsPerRequest: number | null;
  /** What the runtime's memory grew by while it was measured, in bytes. */
  rssGrowth: number | null;
}

let seeds = 0;
let pass = 0;

/** Loads a runtime from a process of its own. */
export async function drive(runtime: Runtime, order: Omit<LoadOrder, "port" | "seed" | "pass">): Promise<Driven> {
  const full: LoadOrder = { ...order, port: runtime.port, seed: ++seeds, pass };
  const child = fork(join(import.meta.dirname, "load.ts"), [JSON.stringify(full)], { execArgv: [] });
  const usages: (Usage | null)[] = [];
  const report = await new Promise<LoadReport>((resolve, reject) => {
    child.on("message", (message: LoadMessage) => {
      if (message.is === "done") resolve(message.report);
      else usages.push(usageOf(runtime.pid));
    });
    child.once("exit", (code) => reject(new Error(`the load generator ended with code ${code}`)));
    child.once("error", reject);
  });
  pass = report.nextPass % 100;
  const [before, after] = usages;
  const used = before && after ? difference(before, after) : null;
  const requests = report.perSecond * (order.measureMs / 1000);
  return {
    ...report,
    cpuMsPerRequest: used ? used.cpuMs / requests : null,
    rssGrowth: used?.rssBytes ?? null,
  };
}

function difference(before: Usage, after: Usage): Usage {
  return { cpuMs: after.cpuMs - before.cpuMs, rssBytes: after.rssBytes - before.rssBytes };
}
