/** What runs the benchmark, and what a process of it costs. */
import type { ChildProcess } from "node:child_process";
import { subscribe } from "node:diagnostics_channel";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus, loadavg } from "node:os";

/** One line: cores, processor, Node, workerd, how busy the machine was before. */
export function machine(): string {
  const require = createRequire(import.meta.url);
  const { version } = require("workerd/package.json") as { version: string };
  const [load = 0] = loadavg();
  return (
    `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? "unknown"}), ${process.platform} ${process.arch}, ` +
    `Node ${process.version}, workerd ${version}, load average ${load.toFixed(1)} at the start`
  );
}

/** Processor time since a process began, and its memory now. */
export interface Usage {
  cpuMs: number;
  rssBytes: number;
}

/** Linux counts a process's time in hundredths of a second, on every processor there is. */
const MS_PER_TICK = 10;

/** Null where the system has no /proc. */
export function usageOf(pid: number): Usage | null {
  try {
    // The second field is the program's name in brackets, which may hold spaces.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1) ?? "";
    const [userTicks, systemTicks] = stat.split(" ").slice(11, 13).map(Number);
    const rssKb = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return { cpuMs: ((userTicks ?? 0) + (systemTicks ?? 0)) * MS_PER_TICK, rssBytes: Number(rssKb) * 1024 };
  } catch {
    return null;
  }
}

let latest: ChildProcess | undefined;
subscribe("child_process", (message) => {
  const child = (message as { process: ChildProcess }).process;
  // The message precedes the spawn, which says what is spawned.
  setImmediate(() => {
    if (/[\\/]workerd(\.exe)?$/.test(child.spawnfile ?? "")) latest = child;
  });
});

/** The process of the runtime that was started last. */
export function latestRuntime(): number {
  if (latest?.pid === undefined) throw new Error("no runtime was started");
  return latest.pid;
}
