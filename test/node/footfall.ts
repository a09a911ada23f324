/** Starts Footfall as its user does, each time in the places that a test gives it. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const script = join(import.meta.dirname, "../../scripts/start.ts");

export interface Ended {
  /** Null: ended by a signal. */
  code: number | null;
  output: string;
}

export interface Started {
  pid: number;
  /** What was printed so far, both streams. */
  output(): string;
  /** Resolves with the URL once it is printed; rejects if the process ends before. */
  ready: Promise<string>;
  ended: Promise<Ended>;
}

const running = new Set<ChildProcess>();

/** Runs `node scripts/start.ts` with these arguments, in a process group of its own. */
export function start(args: string[], environment: Record<string, string> = {}): Started {
  const { ADMIN_KEY: _, npm_lifecycle_event: __, ...inherited } = process.env;
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...inherited, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  running.add(child);
  let output = "";
  const ready = Promise.withResolvers<string>();
  const hear = (chunk: Buffer) => {
    output += chunk;
    const url = output.match(/listening on (\S+)[\s\S]*Ctrl-C/)?.[1];
    if (url) ready.resolve(url);
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code) => {
      running.delete(child);
      ready.reject(new Error(`ended with code ${code} before it was ready:\n${output}`));
      resolve({ code, output });
    });
  });
  ready.promise.catch(() => {});
  return { pid: child.pid as number, output: () => output, ready: ready.promise, ended };
}

/** For `afterAll`: ends what a failed test left running. */
export function endAll(): void {
  for (const child of running) killGroup(child.pid as number);
}

/** `kill -9` of a start and everything it started. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Gone already.
  }
}

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), "footfall-test-"));
}

/** A port that nobody listens on now. */
export function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
