/** The dialog that is open over a site's view, for a moment: not a part of the address. */

import { signal } from "@preact/signals";

export type Opened =
  | { kind: "dates" | "compared dates" | "keys" }
  /** The filter at this place of the view's; at their end: a new one. */
  | { kind: "filter"; at: number };

export const opened = signal<Opened | null>(null);

export function closeOpened(): void {
  opened.value = null;
}
