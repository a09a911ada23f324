/** Which browser is driven, and how it is started. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import type { Chromium } from "./chromium.ts";

/** The browser of a visitor; a headless one's own User-Agent says that it is a robot. */
const USER_AGENT =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36";

export const FLAGS = [
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

/** The Chromium that comes with npm where it was unpacked (Linux x64; a headless shell), elsewhere the machine's own. */
export function programOf(unpacked: Chromium | null): Chromium {
  if (unpacked) return unpacked;
  if (installedChrome) return { executable: installedChrome, environment: {} };
  throw new Error("There is no Chromium for this system in npm: install Chrome, or say where it is in CHROME_PATH.");
}

export function launchProgram({ executable, environment }: Chromium): Promise<Browser> {
  return chromium.launch({ executablePath: executable, args: FLAGS, env: { ...process.env, ...environment } });
}
