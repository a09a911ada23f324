/** Real Chromium: driven by Playwright, or left alone with a page that drives itself. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { inject, vi } from "vitest";
import { FLAGS, launchProgram, programOf } from "./program.ts";

const program = () => programOf(inject("chromium"));

export const launch = (): Promise<Browser> => launchProgram(program());

const alone = new Set<ChildProcess>();

/**
 * Opens a page in a browser that no automation is attached to, which would keep it from prerendering.
 * @param browser the npm Chromium unless another is named
 * @returns the folder of its profile
 */
export async function openAlone(url: string, browser?: string, flags: readonly string[] = []): Promise<string> {
  const profile = mkdtempSync(join(tmpdir(), "footfall-chrome-"));
  const { executable, environment } = browser ? { executable: browser, environment: {} } : program();
  const child = spawn(executable, [...FLAGS, ...flags, "--headless=new", `--user-data-dir=${profile}`, url], {
    stdio: "ignore",
    detached: true,
    env: { ...process.env, ...environment },
  });
  alone.add(child);
  child.once("close", () => {
    alone.delete(child);
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });
  return profile;
}

/**
 * Opens a page in a tab behind the one of a browser of its own, which needs an installed Chrome: a headless shell shows
 * all its tabs.
 * @returns brings the tab to the front
 */
export async function openBehind(url: string, front: string, browser: string): Promise<() => void> {
  const profile = await openAlone(front, browser, ["--remote-debugging-port=0"]);
  const file = join(profile, "DevToolsActivePort");
  await vi.waitUntil(() => existsSync(file) && readFileSync(file, "utf8").includes("/devtools/"), { timeout: 10_000 });
  const [port, path] = readFileSync(file, "utf8").split("\n");
  // To the browser itself: nothing is attached to the pages.
  const devtools = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  const opened = Promise.withResolvers<string>();
  devtools.onopen = () => send("Target.createTarget", { url, background: true });
  devtools.onmessage = ({ data }) => opened.resolve(JSON.parse(data).result.targetId);
  devtools.onerror = () => opened.reject(new Error("the browser does not answer"));
  const send = (method: string, params: object) => devtools.send(JSON.stringify({ id: 1, method, params }));
  const targetId = await opened.promise;
  return () => send("Target.activateTarget", { targetId });
}

/** For `afterEach`: ends the browsers that were left alone. */
export async function closeAlone(): Promise<void> {
  for (const child of alone) {
    const closed = new Promise((resolve) => child.once("close", resolve));
    process.kill(-(child.pid as number), "SIGKILL");
    await closed;
  }
}
