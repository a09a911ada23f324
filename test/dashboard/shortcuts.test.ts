import { describe, expect, it } from "vitest";
import { DEFAULT_VIEW, PERIODS, type View } from "../../src/dashboard/address.ts";
import { type Action, actionOf, changesBy, KEYS, type Pressed } from "../../src/dashboard/site/shortcuts.ts";

const plain: Pressed = {
  key: "d",
  code: "KeyD",
  hasModifier: false,
  hasShift: false,
  isInField: false,
  isCovered: false,
};

describe("a key", () => {
  const cases: [what: string, pressed: Partial<Pressed>, action: Action | null][] = [
    ["d shows today", {}, "day"],
    ["D with CapsLock as well", { key: "D" }, "day"],
    ["Shift and D does nothing", { key: "D", hasShift: true }, null],
    ["Ctrl and D is the browser's", { hasModifier: true }, null],
    ["d is text where text is written", { isInField: true }, null],
    ["d is not for what a dialog covers", { isCovered: true }, null],
    ["в is where D is", { key: "в" }, "day"],
    ["ц is where W is", { key: "ц", code: "KeyW" }, "7d"],
    ["é on a key that has no letter is nothing", { key: "é", code: "Digit2" }, null],
    ["← goes back", { key: "ArrowLeft", code: "ArrowLeft" }, "earlier"],
    ["Shift and ← selects", { key: "ArrowLeft", code: "ArrowLeft", hasShift: true }, null],
    ["Escape clears", { key: "Escape", code: "Escape" }, "clear"],
    ["Escape is the dialog's", { key: "Escape", code: "Escape", isCovered: true }, null],
    ["? is written with Shift", { key: "?", code: "Slash", hasShift: true }, "help"],
    ["/ is written with Shift on some", { key: "/", code: "Digit7", hasShift: true }, "filter"],
    ["/ without it on others", { key: "/", code: "Slash" }, "filter"],
    ["q is nobody's", { key: "q", code: "KeyQ" }, null],
    ["Tab is the browser's", { key: "Tab", code: "Tab" }, null],
  ];
  it.each(cases)("%s", (_what, pressed, action) => expect(actionOf({ ...plain, ...pressed })).toBe(action));
});

it("has one action, each action one key, each period among them", () => {
  expect(new Set(Object.values(KEYS)).size).toBe(Object.keys(KEYS).length);
  expect(Object.keys(KEYS)).toEqual(expect.arrayContaining([...PERIODS]));
});

describe("what a key changes", () => {
  const known = { today: "2026-11-25", firstDay: "2025-01-01" };
  const filters: View["filters"] = [{ operator: "is", dimension: "visit:source", values: ["Google"] }];
  const cases: [action: Action, view: Partial<View>, changes: Partial<View> | null][] = [
    ["7d", { date: "2026-10-01", interval: "week" }, { period: "7d", date: null, interval: null }],
    ["lastMonth", {}, { period: "month", date: "2026-10-01", interval: null }],
    ["earlier", { period: "day" }, { period: "day", date: "2026-11-24" }],
    ["later", { period: "day" }, null],
    ["interval", {}, { interval: "week" }],
    ["interval", { interval: "week" }, { interval: "day" }],
    ["compare", {}, { compare: "off" }],
    ["compare", { compare: "off" }, { compare: "previous_period" }],
    ["compare", { compare: "year_over_year" }, { compare: "off" }],
    ["clear", { filters }, { filters: [] }],
    ["clear", {}, null],
    ["custom", {}, null],
    ["filter", {}, null],
    ["help", {}, null],
  ];
  it.each(cases)("%s of %o: %o", (action, view, changes) => {
    const whole = { ...DEFAULT_VIEW, ...view };
    expect(changesBy(action, whole, known, ["day", "week"], whole.interval ?? "day")).toEqual(changes);
  });
  it("is nothing where there is but one interval", () => {
    expect(changesBy("interval", DEFAULT_VIEW, known, ["day"], "day")).toBeNull();
    expect(changesBy("interval", DEFAULT_VIEW, known, [], "day")).toBeNull();
  });
});
