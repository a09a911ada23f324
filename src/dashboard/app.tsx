import { useEffect } from "preact/hooks";
import { lazyPart } from "./parts/lazy.tsx";
import { SiteView } from "./site/site-view.tsx";
import { announced, place } from "./state.ts";
import { language, speakToOwners, t } from "./texts.ts";

// What owners see now and then does not burden the page that they look at each day.
const Sites = lazyPart(async () => {
  const [{ Sites }] = await Promise.all([import("./sites/sites.tsx"), speakToOwners()]);
  return Sites;
});
const Settings = lazyPart(async () => {
  const [{ Settings }] = await Promise.all([import("./settings/settings.tsx"), speakToOwners()]);
  return Settings;
});

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
