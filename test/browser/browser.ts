/** Real Chromium: driven by Playwright, or left alone with a page that drives itself. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { inject, vi } from "vitest";

/** The browser of a visitor; a headless one's own User-Agent says that it is a robot. */
const USER_AGENT =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36";

const FLAGS = [
  // For the whole browser: Playwright's own setting does not reach what a page sends while it is being left.
  `--user-agent=${USER_AGENT}`,
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  // Else `navigator.webdriver` is true, and nothing is counted.
  "--disable-blink-features=AutomationControlled",
  // Every site of the tests is on this machine, and nothing of the network is reached.
  "--host-resolver-rules=MAP * 127.0.0.1",
];

/** A Chrome of the machine's own, where there is one: the only kind with a back-forward cache and tabs in the background. */
export const installedChrome: string | undefined = [
  process.env.CHROME_PATH ?? "",
  "/usr/bin/google-chrome",
  "/usr/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
].find((path) => path !== "" && existsSync(path));

/** The Chromium that comes with npm (Linux x64; a headless shell), elsewhere the machine's own. */
function program(): { executable: string; environment: Record<string, string> } {
  const inside = inject("chromium");
  if (inside) return inside;
  if (installedChrome) return { executable: installedChrome, environment: {} };
  throw new Error("There is no Chromium for this system in npm: install Chrome, or say where it is in CHROME_PATH.");
}

export async function launch(): Promise<Browser> {
  const { executable, environment } = program();
  return chromium.launch({ executablePath: executable, args: FLAGS, env: { ...process.env, ...environment } });
}

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
