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

export default async function setup(project: TestProject): Promise<() => void> {
  const { end } = await startFor(project, "browser-test");
  return end;
}

/** Starts Footfall with an admin key and nothing else, and tells a project's tests where it is. */
export async function startFor(
  { provide }: Pick<TestProject, "provide">,
  key: string,
): Promise<{ url: string; end: () => void }> {
  provide("chromium", await unpackChromium());
  const directory = temporaryDirectory();
  const places = ["--persist-to", join(directory, "state"), "--dev-vars", join(directory, "vars")];
  const started = start(["--port", String(await freePort()), ...places], { ADMIN_KEY: key });
  const url = await started.ready;
  provide("footfall", { url, key });
  const end = () => {
    endAll();
    rmSync(directory, { recursive: true, force: true });
  };
  return { url, end };
}
