import { useEffect } from "preact/hooks";
import type { Place } from "../address.ts";

/** Keyboard shortcuts of a site's view, while it shows. */
export function useKeys(at: Extract<Place, { kind: "site" }>): void {
  useEffect(() => undefined, [at]);
}
