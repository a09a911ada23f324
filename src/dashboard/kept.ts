/**
 * What the browser keeps for the page: choices, by tab or for good. Some browsers keep nothing and throw, as where cookies
 * are blocked or in a frame of another site: then it is known for as long as the page.
 */

/** `localStorage`: for good. `sessionStorage`: as long as the tab. */
type Where = "localStorage" | "sessionStorage";

const unkept = new Map<string, string>();

/** What was kept under a name; null where nothing was. */
export function keptUnder(name: string, where: Where): string | null {
  try {
    return unkept.get(name) ?? globalThis[where].getItem(name);
  } catch {
    return null;
  }
}

/** Keeps a text under a name, in place of what was there; null: nothing any more. */
export function keep(name: string, text: string | null, where: Where): void {
  unkept.delete(name);
  try {
    if (text === null) globalThis[where].removeItem(name);
    else globalThis[where].setItem(name, text);
  } catch {
    if (text !== null) unkept.set(name, text);
  }
}
