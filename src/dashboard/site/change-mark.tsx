import type { ShownChange } from "./change.ts";

/** A change: an arrow and how much, in the colour of good or bad news; in words for who hears it. */
export function ChangeMark({ change }: { change: ShownChange }) {
  const kind = change.isGood === null ? "soft" : change.isGood ? "good" : "bad";
  return (
    <span class={`change ${kind}`}>
      <span class={change.direction} aria-hidden="true">
        {change.text}
      </span>
      <span class="unseen">{change.spoken}</span>
    </span>
  );
}
