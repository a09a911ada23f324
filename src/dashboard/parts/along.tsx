import { useRef } from "preact/hooks";
import "./along.css";

interface Props {
  /** What there is to go along. */
  label: string;
  /** How many values there are; at least one. */
  count: number;
  /** The one pointed at, or null. */
  at: number | null;
  /** What is read out of a value. */
  textOf: (index: number) => string;
  /** The value nearest to a distance from the left edge of what is so wide, in CSS pixels. */
  indexAt: (x: number, width: number) => number;
  onPoint: (index: number | null) => void;
  /** A value was chosen: by a click, by Enter, by a second touch. */
  onChoose?: ((index: number) => void) | undefined;
  class?: string;
}

/**
 * Lies over a chart and takes what points at it: a mouse, a finger, or, as a slider is moved, keys. So whoever sees no chart
 * can go along its values and hear each.
 */
export function Along({ label, count, at, textOf, indexAt, onPoint, onChoose, class: kind = "" }: Props) {
  // A first touch only shows a value, a second one of the same value chooses it.
  const pressed = useRef<{ isTouch: boolean; at: number | null }>({ isTouch: false, at: null });
  const last = count - 1;
  const current = Math.min(at ?? last, last);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter") {
      if (at === null) return;
      event.stopPropagation();
      onChoose?.(current);
      return;
    }
    if (event.key === "Escape" && at !== null) {
      event.stopPropagation();
      onPoint(null);
      return;
    }
    // The first key shows where one is; from there it goes on.
    const step = at === null ? 0 : 1;
    const to = {
      ArrowLeft: current - step,
      ArrowDown: current - step,
      ArrowRight: current + step,
      ArrowUp: current + step,
      PageDown: current - 7,
      PageUp: current + 7,
      Home: 0,
      End: last,
    }[event.key];
    if (to === undefined) return;
    // The page has its own use for arrows.
    event.preventDefault();
    event.stopPropagation();
    onPoint(Math.max(0, Math.min(last, to)));
  };
  return (
    <div
      class={`along ${kind}`}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={current}
      aria-valuetext={textOf(current)}
      onKeyDown={onKeyDown}
      onBlur={() => onPoint(null)}
      onPointerDown={(event) => {
        pressed.current = { isTouch: event.pointerType === "touch", at };
        onPoint(indexAt(event.offsetX, event.currentTarget.clientWidth));
      }}
      onPointerMove={(event) => onPoint(indexAt(event.offsetX, event.currentTarget.clientWidth))}
      onPointerLeave={(event) => {
        // What a finger showed stays until another place is touched.
        if (event.pointerType !== "touch") onPoint(null);
      }}
      onClick={(event) => {
        const index = indexAt(event.offsetX, event.currentTarget.clientWidth);
        if (!pressed.current.isTouch || pressed.current.at === index) onChoose?.(index);
      }}
    />
  );
}
