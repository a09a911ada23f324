import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { ApiError, ask } from "../api.ts";
import { Link } from "../parts/link.tsx";
import { allWords } from "../texts.ts";
import "./bar.css";

/** The head of the owner's pages: where one is, and the way out. */
export function Bar({ children }: { children?: ComponentChildren }) {
  const { common, sites } = allWords.value;
  const [hasFailed, setFailed] = useState(false);
  const logOut = async () => {
    try {
      await ask("/api/session", { method: "DELETE" });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailed(true);
      return;
    }
    // Loaded afresh, so that nothing of what was seen stays in memory.
    location.assign("/");
  };
  return (
    <header class="bar">
      <nav aria-label={sites.where}>
        <Link to={{ kind: "sites" }} class="brand">
          Footfall
        </Link>
        {children}
      </nav>
      <p class="bad" role="alert">
        {hasFailed && sites.logOutFailed}
      </p>
      <button type="button" onClick={logOut}>
        {common.logOut}
      </button>
    </header>
  );
}
