/** Files that the dashboard shows and that no source file holds: they are drawn when it is built. */

import { worldSvg } from "./map.ts";

/**
 * By name: `/dashboard/<name>` is where browsers find them. Kept by browsers for a day, so what changes the meaning of a
 * file gives it another name.
 */
const DRAWN: Record<string, () => string | Promise<string>> = { "world.svg": worldSvg };

export async function drawnFiles(): Promise<Map<string, string>> {
  return new Map(await Promise.all(Object.entries(DRAWN).map(async ([name, draw]) => [name, await draw()] as const)));
}
