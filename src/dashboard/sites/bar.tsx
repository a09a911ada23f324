import type { ComponentChildren } from "preact";
import { Link } from "../parts/link.tsx";
import { useLogOut } from "../parts/log-out.ts";
import { allWords } from "../texts.ts";
import "./bar.css";

/** The head of the owner's pages: where one is, and the way out. */
export function Bar({ children }: { children?: ComponentChildren }) {
  const { common, sites, states } = allWords.value;
  const { logOut, hasFailed } = useLogOut();
  return (
    <header class="bar">
      <nav aria-label={sites.where}>
        <Link to={{ kind: "sites" }} class="brand">
          Footfall
        </Link>
        {children}
      </nav>
      <p class="bad" role="alert">
        {hasFailed && states.stillLoggedIn}
      </p>
      <button type="button" onClick={logOut}>
        {common.logOut}
      </button>
    </header>
  );
}
