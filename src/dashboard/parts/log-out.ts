import { useState } from "preact/hooks";
import { ask } from "../api.ts";

/** Ends the session and leaves the page. `hasFailed`: it could not be ended. */
export function useLogOut(): { logOut: () => Promise<void>; hasFailed: boolean } {
  const [hasFailed, setFailed] = useState(false);
  const logOut = async () => {
    try {
      await ask("/api/session", { method: "DELETE" });
    } catch {
      setFailed(true);
      return;
    }
    // Browsers keep a page that is left, to show it again on "back" as it was: nothing of what was seen may stay in it.
    document.body.hidden = true;
    addEventListener("pageshow", () => location.reload());
    location.assign("/");
  };
  return { logOut, hasFailed };
}
