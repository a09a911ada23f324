import type { OverviewAnswer } from "../../report/summary-answer.ts";
import { short, whole } from "../format.ts";
import { Link } from "../parts/link.tsx";
import { Sparkline } from "../parts/sparkline.tsx";
import { siteOf } from "../state.ts";
import { allWords } from "../texts.ts";

type Site = OverviewAnswer["sites"][number];

/** A site at a glance. */
export function SiteCard({ site, manages }: { site: Site; manages: boolean }) {
  const { domain, visitors, visitors_today: today, visitors_now: now } = site;
  const { sites, common } = allWords.value;
  const isAway = visitors === null && today === null;
  const total = (visitors ?? []).reduce((sum, count) => sum + count, 0);
  return (
    <li class="card site-card">
      <div class="site-card-head">
        <h2>
          <Link to={siteOf(domain)}>{domain}</Link>
        </h2>
        {site.public && <span class="badge">{sites.public}</span>}
        {manages && (
          <Link to={{ kind: "settings", domain }} class="site-card-settings" aria-label={sites.settingsOf(domain)}>
            {common.settings}
          </Link>
        )}
      </div>
      {isAway ? (
        <p class="soft site-card-away">{sites.away}</p>
      ) : (
        <>
          <dl>
            <div>
              <dt>{sites.today}</dt>
              <dd class="site-card-today">{today === null ? "–" : short(today)}</dd>
            </div>
            <div>
              <dt>{sites.now}</dt>
              <dd class={now ? "site-card-now someone" : "site-card-now"}>{now === null ? "–" : whole(now)}</dd>
            </div>
          </dl>
          {visitors ? (
            <Sparkline values={visitors} label={sites.days(visitors.length, whole(total))} />
          ) : (
            <p class="soft">{sites.away}</p>
          )}
        </>
      )}
    </li>
  );
}
