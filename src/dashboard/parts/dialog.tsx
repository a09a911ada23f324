import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { t } from "../texts.ts";

interface Props {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  /** A class of its own, for its width. */
  kind?: string;
}

/** A dialog over the page. The browser keeps the focus within it, gives it back, and closes it on Escape. */
export function Dialog({ title, onClose, children, kind = "" }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  // A layout effect ends while the dialog is still on the page: only then does closing it give the focus back.
  useLayoutEffect(() => {
    const { current } = element;
    if (!current) return;
    const before = document.activeElement;
    current.showModal();
    // A click beside it closes it; Escape does for those who have no mouse.
    const beside = (event: Event) => {
      if (event.target === current) onClose();
    };
    current.addEventListener("click", beside);
    return () => {
      current.removeEventListener("click", beside);
      current.close();
      // The browser would, were the dialog still in the page by now.
      if (before instanceof HTMLElement) before.focus();
    };
  }, [onClose]);
  return (
    <dialog
      ref={element}
      class={`dialog ${kind}`}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <div class="dialog-inside">
        <header class="dialog-head">
          <h2 id={heading}>{title}</h2>
          <button type="button" class="plain" aria-label={t.value.common.close} onClick={onClose}>
            ×
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}

/** What a dialog with a form ends with. */
export function DialogActions({ apply, onCancel }: { apply: string; onCancel: () => void }) {
  return (
    <p class="actions">
      <button type="button" onClick={onCancel}>
        {t.value.common.cancel}
      </button>
      <button type="submit" class="main">
        {apply}
      </button>
    </p>
  );
}
