import { useEffect } from "preact/hooks";
import { lazyOwnersPart } from "./parts/lazy.tsx";
import { SiteView } from "./site/site-view.tsx";
import { announced, place } from "./state.ts";
import { language, t } from "./texts.ts";

// What owners see now and then does not burden the page that they look at each day.
const Sites = lazyOwnersPart(() => import("./sites/sites.tsx").then(({ Sites }) => Sites));
const Settings = lazyOwnersPart(() => import("./settings/settings.tsx").then(({ Settings }) => Settings));

/** Whatever the address names. */
export function App() {
  const at = place.value;
  useEffect(() => {
    document.documentElement.lang = language.value;
  }, [language.value]);
  return (
    <>
      <a class="skip" href="#content">
        {t.value.common.skipToContent}
      </a>
      {at.kind === "site" ? <SiteView {...at} /> : at.kind === "sites" ? <Sites /> : <Settings domain={at.domain} />}
      <div class="unseen" aria-live="polite">
        {announced.value}
      </div>
    </>
  );
}
