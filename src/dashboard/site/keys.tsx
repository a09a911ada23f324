import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { keep, keptUnder } from "../kept.ts";
import { serverNow } from "../server-time.ts";
import { place, show } from "../state.ts";
import { summary } from "../summary.ts";
import { opened } from "./opened.ts";
import { knownBy } from "./period.ts";
import { type Action, actionOf, changesBy } from "./shortcuts.ts";

const OFF = "footfall.keys.off";

/** Whether single keys do something: not for who speaks to the computer, or hits keys by chance (WCAG 2.1.4). */
export const areKeysOn = signal(keptUnder(OFF, "localStorage") === null);

export function setKeysOn(areOn: boolean): void {
  areKeysOn.value = areOn;
  keep(OFF, areOn ? null : "1", "localStorage");
}

const FIELDS = "input, select, textarea, [contenteditable], dialog";
const COVERS = "dialog[open], .menu-button[aria-expanded=true]";

/** Keyboard shortcuts of a site's view, while it shows. */
export function useKeys(): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      // A key that is held down would ask, and leave an entry in the history, thirty times a second.
      if (event.defaultPrevented || event.isComposing || event.repeat || !areKeysOn.value) return;
      const { key, code, ctrlKey, altKey, metaKey, shiftKey, target } = event;
      const action = actionOf({
        key,
        code,
        hasModifier: ctrlKey || altKey || metaKey,
        hasShift: shiftKey,
        isInField: target instanceof Element && target.closest(FIELDS) !== null,
        isCovered: document.querySelector(COVERS) !== null,
      });
      if (action && act(action)) event.preventDefault();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}

/** Does what a key is for. Gives whether there was something to do. */
function act(action: Action): boolean {
  const { value: at } = place;
  const { answer } = summary.value;
  if (at.kind !== "site" || !answer) return false;
  if (action === "custom") opened.value = { kind: "dates" };
  else if (action === "filter") opened.value = { kind: "filter", at: at.view.filters.length };
  else if (action === "help") opened.value = { kind: "keys" };
  else {
    const { intervals, interval } = answer;
    const changes = changesBy(action, at.view, knownBy(answer, serverNow()), intervals, at.view.interval ?? interval);
    if (!changes) return false;
    show(changes);
  }
  return true;
}
