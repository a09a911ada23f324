import type { OverviewAnswer } from "../../report/summary-answer.ts";
import { short, whole } from "../format.ts";
import { Link } from "../parts/link.tsx";
import { Sparkline } from "../parts/sparkline.tsx";
import { daysShown } from "../parts/sparkline-path.ts";
import { siteOf } from "../state.ts";
import { allWords } from "../texts.ts";

type Site = OverviewAnswer["sites"][number];

/** A site at a glance. */
export function SiteCard({ site, manages }: { site: Site; manages: boolean }) {
  const { domain, visitors, visitors_today: today, visitors_now: now } = site;
  const { sites, common } = allWords.value;
  const isAway = visitors === null && today === null;
  const days = visitors && daysShown(visitors);
  const isNew = days === visitors && (today ?? 0) > 0;
  return (
    <li class="card site-card">
      <div class="site-card-head">
        <h2>
          {/* Of a site that is new all there is to see is of today. */}
          <Link to={siteOf(domain, isNew ? { period: "day" } : {})}>{domain}</Link>
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
          {days ? (
            <Sparkline values={days} label={sites.days(days.length, whole(days.reduce((sum, one) => sum + one, 0)))} />
          ) : (
            <p class="soft">{sites.away}</p>
          )}
        </>
      )}
    </li>
  );
}
