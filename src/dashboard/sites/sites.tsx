import { useEffect, useRef, useState } from "preact/hooks";
import type { OverviewAnswer } from "../../report/summary-answer.ts";
import { ApiError, askJson, type Failure } from "../api.ts";
import { FailureNotice } from "../parts/failure.tsx";
import { LanguageChoice } from "../parts/language.tsx";
import { announce } from "../state.ts";
import { allWords } from "../texts.ts";
import { AddSite } from "./add-site.tsx";
import { Bar } from "./bar.tsx";
import { LoginPage } from "./login.tsx";
import { SiteCard } from "./site-card.tsx";
import "./sites.css";
import { useWhileVisible } from "./while-visible.ts";

/** How often the list is asked for again: for each page of it that is shown. */
const REFRESH_MS = 60_000;
/** From this many on a site is found faster by its name. */
const SEARCH_FROM = 9;

/** The list of sites, or the way to log in. */
export function Sites() {
  const [pages, setPages] = useState<OverviewAnswer[]>([]);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [search, setSearch] = useState("");
  const [isAdding, setAdding] = useState(false);
  const asked = useRef(0);
  const { sites: texts, common } = allWords.value;
  useEffect(() => {
    document.title = "Footfall";
  }, []);

  /** Asks for so many pages, those that are known left out. The last question has the last word. */
  const load = async (count: number, known: OverviewAnswer[] = []) => {
    const question = ++asked.current;
    try {
      const answers = await pagesOf(count, known);
      if (question !== asked.current) return;
      setPages(answers);
      setFailure(null);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (question === asked.current) setFailure(error.failure);
    }
  };
  const refresh = () => load(Math.max(1, pages.length));
  useWhileVisible(refresh, () => REFRESH_MS * Math.max(1, pages.length));

  const last = pages.at(-1);
  const after = last?.meta.after ?? null;
  // A search looks through all of them.
  const isSearching = search !== "" && after !== null && !failure;
  useEffect(() => {
    if (isSearching) void load(pages.length + 1, pages);
    // A refresh takes the word from a question under way: after its answer it is asked again.
  }, [isSearching, pages]);

  if (failure?.kind === "login" || failure?.kind === "locked") return <LoginPage onDone={() => void load(1)} />;
  const all = pages.flatMap(({ sites }) => sites);
  const shown = all.filter(({ domain }) => domain.includes(search.trim().toLowerCase()));
  const viewer = last?.viewer;
  const canAdd = viewer?.all_sites === true && viewer.manages;
  const isFirst = last !== undefined && all.length === 0;
  return (
    <div class="page">
      <Bar />
      <main id="content">
        <div class="sites-head">
          <h1>{texts.title}</h1>
          {(all.length >= SEARCH_FROM || after !== null) && (
            <input
              type="search"
              aria-label={texts.search}
              placeholder={common.search}
              value={search}
              onInput={({ currentTarget }) => setSearch(currentTarget.value)}
            />
          )}
          {canAdd && !isAdding && !isFirst && (
            <button type="button" class="main" onClick={() => setAdding(true)}>
              {texts.add}
            </button>
          )}
        </div>
        {failure && <FailureNotice failure={failure} isStale={last !== undefined} onRetry={() => void refresh()} />}
        {!last && !failure && <p class="waiting">{common.loading}</p>}
        {isFirst && <p class="sites-none">{canAdd ? texts.noneYet : texts.none}</p>}
        {canAdd && (isAdding || isFirst) && (
          <AddSite
            onMade={() => {
              setAdding(true);
              void refresh();
            }}
            {...(!isFirst && { onClose: () => setAdding(false) })}
          />
        )}
        <ul class="site-cards">
          {shown.map((site) => (
            <SiteCard key={site.domain} site={site} manages={viewer?.manages === true} />
          ))}
        </ul>
        {all.length > 0 && shown.length === 0 && !isSearching && <p class="waiting">{allWords.value.list.noneFound}</p>}
        {after !== null && (
          <p class="sites-more">
            {search === "" ? (
              <button
                type="button"
                onClick={async () => {
                  await load(pages.length + 1, pages);
                  announce(texts.moreShown);
                }}
              >
                {common.more}
              </button>
            ) : (
              common.loading
            )}
          </p>
        )}
      </main>
      <footer class="owner-foot">
        <LanguageChoice />
      </footer>
    </div>
  );
}

async function pagesOf(count: number, known: readonly OverviewAnswer[]): Promise<OverviewAnswer[]> {
  const pages = [...known];
  while (pages.length < count) {
    const after = pages.at(-1)?.meta.after ?? null;
    if (pages.length > 0 && after === null) break;
    pages.push(
      await askJson<OverviewAnswer>(`/api/stats${after === null ? "" : `?${new URLSearchParams({ after })}`}`),
    );
  }
  return pages;
}
