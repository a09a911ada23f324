import type { ComponentChildren } from "preact";
import { useCallback, useEffect, useId, useRef, useState } from "preact/hooks";

interface Props {
  /** What the button shows, and, where that is no text, what it is called. */
  label: ComponentChildren;
  name?: string;
  /** Of the button. */
  class?: string;
  /** Called with what closes it and gives the focus back. */
  children: ComponentChildren | ((close: () => void) => ComponentChildren);
}

/**
 * A button that opens a small sheet below it: a disclosure, whose contents are ordinary links and buttons. It closes on
 * Escape, which gives the focus back, on a click beside it, and when the focus leaves it.
 */
export function Menu({ label, name, class: kind = "", children }: Props) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const close = useCallback(() => setOpen(false), []);
  // What was clicked goes with the sheet, and would take the focus with it.
  const closeAndReturn = useCallback(() => {
    button.current?.focus();
    setOpen(false);
  }, []);
  useEffect(() => {
    if (!isOpen) return;
    const beside = (event: Event) => {
      if (!root.current?.contains(event.target as Node)) close();
    };
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      closeAndReturn();
    };
    // Wherever the focus is: Safari gives none to a button that is clicked.
    document.addEventListener("keydown", onKeyDown, true);
    document.addEventListener("pointerdown", beside);
    document.addEventListener("focusin", beside);
    return () => {
      document.removeEventListener("keydown", onKeyDown, true);
      document.removeEventListener("pointerdown", beside);
      document.removeEventListener("focusin", beside);
    };
  }, [isOpen, close, closeAndReturn]);
  return (
    <div class="menu" ref={root}>
      <button
        type="button"
        ref={button}
        class={`menu-button ${kind}`}
        aria-expanded={isOpen}
        aria-controls={id}
        aria-label={name}
        onClick={() => setOpen(!isOpen)}
      >
        {label}
      </button>
      <div class="sheet" id={id} hidden={!isOpen}>
        {isOpen && (typeof children === "function" ? children(closeAndReturn) : children)}
      </div>
    </div>
  );
}
