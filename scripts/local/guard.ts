import { type ChildProcess, spawn } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";

/** Kills the last process named to it when its standard input ends; an empty line takes that back. */
const WATCH = `while read -r pid; do last=$pid; done; [ -z "$last" ] || kill -9 "$last" 2>/dev/null`;

/**
 * Sees to it that the runtime (workerd) ends with this process even if this process is killed with -9: left alone,
 * workerd would go on answering on its port and writing to its state. A shell waits for the end of a pipe that only
 * this process holds open. Call it before the runtime starts.
 * @returns a function that dismisses the guard, to be called after the runtime has ended
 */
export function guardRuntime(): () => void {
  if (process.platform === "win32") return () => {};
  // Its own process group: Ctrl-C in the terminal must not reach it.
  const guard = spawn("/bin/sh", ["-c", WATCH], { stdio: ["pipe", "ignore", "ignore"], detached: true });
  guard.unref();
  guard.on("error", () => {});
  guard.stdin.on("error", () => {});

  const onSpawn = (message: unknown) => {
    const child = (message as { process: ChildProcess }).process;
    // The message precedes the spawn, so the pid is not known before the next tick.
    setImmediate(() => {
      if (/[\\/]workerd(\.exe)?$/.test(child.spawnfile ?? "") && child.pid) guard.stdin.write(`${child.pid}\n`);
    });
  };
  subscribe("child_process", onSpawn);
  return () => {
    unsubscribe("child_process", onSpawn);
    guard.stdin.end("\n");
  };
}
