import { useEffect } from "preact/hooks";
import { askJson, type Failure } from "../api.ts";
import { FailureNotice } from "../parts/failure.tsx";
import { LanguageChoice } from "../parts/language.tsx";
import { Link } from "../parts/link.tsx";
import { Bar } from "../sites/bar.tsx";
import { LoginPage } from "../sites/login.tsx";
import { siteOf } from "../state.ts";
import { allWords } from "../texts.ts";
import { Collected } from "./collected.tsx";
import { Counting } from "./counting.tsx";
import { Exchange } from "./exchange.tsx";
import { General } from "./general.tsx";
import { Goals } from "./goals.tsx";
import { Keys } from "./keys.tsx";
import { Links } from "./links.tsx";
import { Removal } from "./removal.tsx";
import "./settings.css";
import type { PartProps, SiteSettings } from "./site.ts";
import { Snippet } from "./snippet.tsx";
import { useAnswer } from "./use-answer.ts";

/** The parts, by the place in the address that they have. */
const PARTS = [
  ["snippet", Snippet],
  ["general", General],
  ["collected", Collected],
  ["counting", Counting],
  ["goals", Goals],
  ["keys", Keys],
  ["links", Links],
  ["exchange", Exchange],
  ["removal", Removal],
] as const satisfies readonly (readonly [keyof typeof allWords.value.settings.parts, (props: PartProps) => unknown])[];

/** The settings of a site. */
export function Settings({ domain }: { domain: string }) {
  return <SettingsOf key={domain} domain={domain} />;
}

function SettingsOf({ domain }: { domain: string }) {
  const path = `/api/v1/sites/${encodeURIComponent(domain)}`;
  const { answer: site, failure, set, again } = useAnswer<SiteSettings>(path, (path) => askJson(path));
  const { settings, common } = allWords.value;
  useEffect(() => {
    document.title = `${settings.title} · ${domain} · Footfall`;
  }, [domain, settings]);
  // What the address names was not there when the browser looked for it.
  const isThere = site !== null;
  useEffect(() => {
    if (isThere && location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }, [isThere]);

  if (failure?.kind === "login" || failure?.kind === "locked") return <LoginPage onDone={again} />;
  if (failure?.kind === "refused" && failure.status === 403) {
    return <LoginPage onDone={again} reason={settings.otherKey} />;
  }
  const save = async (changes: Partial<SiteSettings>) => {
    const saved = await askJson<SiteSettings>(path, { method: "PUT", json: changes });
    set(saved);
    return saved;
  };
  return (
    <div class="page settings">
      <Bar>
        <Link to={siteOf(domain)}>{domain}</Link>
        <span>{settings.title}</span>
      </Bar>
      <main id="content">
        <h1>{settings.of(domain)}</h1>
        {failure && <Unavailable failure={failure} onRetry={again} />}
        {!site && !failure && <p class="waiting">{common.loading}</p>}
        {site && (
          <>
            <nav class="settings-nav" aria-label={settings.title}>
              <ul>
                {PARTS.map(([id]) => (
                  <li key={id}>
                    <a href={`#${id}`}>{settings.parts[id]}</a>
                  </li>
                ))}
              </ul>
            </nav>
            <div class="settings-parts">
              {PARTS.map(([id, Part]) => (
                <Part key={id} site={site} save={save} />
              ))}
            </div>
          </>
        )}
      </main>
      <footer class="owner-foot">
        <LanguageChoice />
      </footer>
    </div>
  );
}

function Unavailable({ failure, onRetry }: { failure: Failure; onRetry: () => void }) {
  if (failure.kind !== "refused") return <FailureNotice failure={failure} onRetry={onRetry} />;
  const { settings, common } = allWords.value;
  return (
    <div class="notice" role="alert">
      <p>{failure.status === 404 ? settings.noSuchSite : failure.message}</p>
      <Link to={{ kind: "sites" }}>{common.allSites}</Link>
    </div>
  );
}
