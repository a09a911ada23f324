import type { SummaryAnswer } from "../../report/summary-answer.ts";
import type { Place } from "../address.ts";
import { LanguageChoice } from "../parts/language.tsx";
import { Link } from "../parts/link.tsx";
import { useLogOut } from "../parts/log-out.ts";
import { Menu } from "../parts/menu.tsx";
import { serverNow } from "../server-time.ts";
import { live, summary } from "../summary.ts";
import { t } from "../texts.ts";
import { ComparisonMenu } from "./comparison.tsx";
import { ADD_FILTER } from "./filter-bar.tsx";
import { opened } from "./opened.ts";
import { daysOf, knownBy } from "./period.ts";
import { PeriodMenu } from "./period-menu.tsx";
import { chosen } from "./shortcuts.ts";
import "./head.css";

interface Props {
  at: Extract<Place, { kind: "site" }>;
  answer: SummaryAnswer | null;
}

/** The site's name, who is there now, the period and what it is compared with. */
export function Head({ at, answer }: Props) {
  const { isLoading, failure } = summary.value;
  // What stands there is of what was asked for before.
  const isAwaited = answer === null || isLoading || failure !== null;
  const known = knownBy(answer, serverNow());
  const now = (live.value ?? answer?.realtime)?.visitors ?? 0;
  const days = isAwaited ? daysOf(at.view, known) : answer.period;
  return (
    <header class="head">
      <div class="head-site">
        <div class="head-name">
          <h1>{at.domain}</h1>
          {answer?.viewer.owner && !at.embed && <SiteMenu domain={at.domain} manages={answer.viewer.manages} />}
        </div>
        {answer && (
          <Link
            class="now"
            to={{ ...at, view: { ...at.view, ...chosen("realtime") } }}
            title={t.value.realtime.explained}
          >
            <span class={now > 0 ? "dot" : "dot nobody"} aria-hidden="true" /> {t.value.realtime.now(now)}
          </Link>
        )}
      </div>
      {answer?.first_day !== null && (
        <div class="head-controls">
          <button
            type="button"
            id={ADD_FILTER}
            disabled={answer === null}
            onClick={() => {
              opened.value = { kind: "filter", at: at.view.filters.length };
            }}
          >
            <span aria-hidden="true">+ </span>
            {t.value.filters.add}
          </button>
          <PeriodMenu at={at} known={known} days={days} />
          {at.view.period !== "realtime" && (
            <ComparisonMenu
              at={at}
              compared={answer?.compared_with ?? null}
              isAwaited={isAwaited}
              today={known.today}
            />
          )}
        </div>
      )}
    </header>
  );
}

/** The sign of a menu. Drawn: fonts lack it. */
function Lines() {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d="M2 4h12M2 8h12M2 12h12" stroke="currentColor" stroke-width="1.5" />
    </svg>
  );
}

/** Where else an owner may go. */
function SiteMenu({ domain, manages }: { domain: string; manages: boolean }) {
  const { common, states } = t.value;
  const { logOut, hasFailed } = useLogOut();
  return (
    <Menu name={common.more} label={<Lines />} class="site-menu">
      <ul class="choices">
        <li>
          <Link class="choice" to={{ kind: "sites" }}>
            {common.allSites}
          </Link>
        </li>
        {manages && (
          <li>
            <Link class="choice" to={{ kind: "settings", domain }}>
              {common.settings}
            </Link>
          </li>
        )}
        <li class="choice">
          <LanguageChoice />
        </li>
        <li>
          <button type="button" class="choice" onClick={logOut}>
            {common.logOut}
          </button>
          <p class="bad" role="alert">
            {hasFailed && states.stillLoggedIn}
          </p>
        </li>
      </ul>
    </Menu>
  );
}
