/** What keys do: those of Plausible's dashboard, so that hands which know it know this one. Pure. */

import { addMonths } from "../../calendar.ts";
import type { Interval } from "../../report/summary-answer.ts";
import type { Period, View } from "../address.ts";
import { DEFAULT_VIEW } from "../address.ts";
import { type Known, moved } from "./period.ts";

export type Deed = "lastMonth" | "earlier" | "later" | "interval" | "compare" | "filter" | "clear" | "help";
export type Action = Period | Deed;

/** All shortcuts, in the order in which they are listed; a letter is meant with or without CapsLock. */
export const KEYS: Record<Action, string> = {
  day: "D",
  yesterday: "E",
  realtime: "R",
  "7d": "W",
  "28d": "F",
  "30d": "T",
  "91d": "N",
  month: "M",
  lastMonth: "P",
  year: "Y",
  "12mo": "L",
  all: "A",
  custom: "C",
  earlier: "ArrowLeft",
  later: "ArrowRight",
  interval: "I",
  compare: "X",
  filter: "/",
  clear: "Escape",
  help: "?",
};

/** A key that went down, and where. */
export interface Pressed {
  key: string;
  /** The key by its place: letters of keyboards that write others. */
  code: string;
  /** Ctrl, Alt or Meta is down. */
  hasModifier: boolean;
  hasShift: boolean;
  /** Text is being written, or something chosen by keys. */
  isInField: boolean;
  /** A dialog or a menu is open: keys are its. */
  isCovered: boolean;
}

/** What a key is to do; null: it is not for the page. */
export function actionOf({ key, code, hasModifier, hasShift, isInField, isCovered }: Pressed): Action | null {
  if (hasModifier || isInField || isCovered) return null;
  const isLatin = /^[\x20-\x7e]/.test(key);
  const meant = isLatin ? key : code.replace(/^Key/, "");
  // Some keyboards write signs with Shift; with letters and arrows it means something else.
  if (hasShift && !/^[?/]$/.test(meant)) return null;
  const name = meant.length === 1 ? meant.toUpperCase() : meant;
  const [action] = Object.entries(KEYS).find(([, one]) => one === name) ?? [];
  return (action as Action | undefined) ?? null;
}

/** What an action changes of a view; null where it changes nothing, or opens a dialog. */
export function changesBy(
  action: Action,
  view: View,
  known: Known,
  intervals: readonly Interval[],
  interval: Interval,
): Partial<View> | null {
  switch (action) {
    case "custom":
    case "filter":
    case "help":
      return null;
    case "earlier":
      return moved(view, -1, known);
    case "later":
      return moved(view, 1, known);
    case "lastMonth":
      return { period: "month", date: addMonths(known.today, -1), interval: null };
    case "interval": {
      const next = intervals[(intervals.indexOf(interval) + 1) % intervals.length];
      return next === undefined || next === interval ? null : { interval: next };
    }
    case "compare":
      return { compare: view.compare === "off" ? DEFAULT_VIEW.compare : "off" };
    case "clear":
      return view.filters.length > 0 ? { filters: [] } : null;
    default:
      return chosen(action);
  }
}

/** A period as it is chosen: the current one, shown by what suits it. */
export function chosen(period: Period): Partial<View> {
  return { period, date: null, interval: null };
}
