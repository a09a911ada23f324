import type { ComponentChildren } from "preact";
import { addressOf, type Place } from "../address.ts";
import { go } from "../state.ts";

interface Props {
  to: Place;
  children: ComponentChildren;
  class?: string;
  title?: string;
  /** After it was followed. */
  onFollow?: () => void;
  "aria-label"?: string;
  "aria-current"?: "page" | "true";
}

/** A link to a place of the dashboard: a real one, that can be opened in another tab, and without a reload. */
export function Link({ to, children, onFollow, ...rest }: Props) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
    onFollow?.();
  };
  return (
    <a {...rest} href={addressOf(to)} onClick={follow}>
      {children}
    </a>
  );
}
