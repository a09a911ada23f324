/** Starts Footfall once for all browser tests, as its user does, and has the browser ready. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { endAll, freePort, start, temporaryDirectory } from "../node/footfall.ts";
import { type Chromium, unpackChromium } from "./chromium.ts";

declare module "vitest" {
  interface ProvidedContext {
    footfall: { url: string; key: string };
    chromium: Chromium | null;
  }
}

const KEY = "browser-test";

export default async function setup(project: TestProject): Promise<() => void> {
  project.provide("chromium", await unpackChromium());
  const directory = temporaryDirectory();
  const places = ["--persist-to", join(directory, "state"), "--dev-vars", join(directory, "vars")];
  const started = start(["--port", String(await freePort()), ...places], { ADMIN_KEY: KEY });
  project.provide("footfall", { url: await started.ready, key: KEY });
  return () => {
    endAll();
    rmSync(directory, { recursive: true, force: true });
  };
}
