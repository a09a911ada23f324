import { useState } from "preact/hooks";
import type { LiveAnswer } from "../../report/summary-answer.ts";
import { addressOf } from "../address.ts";
import { ApiError, askJson, type Failure } from "../api.ts";
import { whole } from "../format.ts";
import { Link } from "../parts/link.tsx";
import { FailureText } from "../settings/form.tsx";
import { announce, siteOf } from "../state.ts";
import { allWords } from "../texts.ts";
import { type Arrival, arrivalOf, waitMs } from "./arrival.ts";
import "./first-hit.css";
import { useWhileVisible } from "./while-visible.ts";

/** Looks whether anything of a site arrives, until something has. */
export function FirstHit({ domain, onReceived }: { domain: string; onReceived?: () => void }) {
  const [arrival, setArrival] = useState<Arrival>({ kind: "waiting" });
  const [failure, setFailure] = useState<Failure | null>(null);
  const { firstHit } = allWords.value.sites;
  const isWaiting = arrival.kind !== "received" && failure?.kind !== "login";
  const look = async () => {
    // It is looked for again when the page is seen again.
    if (arrival.kind === "received") return;
    try {
      const found = arrivalOf(await askJson<LiveAnswer>(`/api/stats/${encodeURIComponent(domain)}/realtime`));
      setFailure(null);
      setArrival(found);
      // The others stand on the page for as long as nothing else comes.
      if (found.kind !== "received") return;
      announce(firstHit.received);
      onReceived?.();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailure(error.failure);
    }
  };
  useWhileVisible(look, (elapsedMs) => (isWaiting ? waitMs(elapsedMs) : null));
  return (
    <div class={`first-hit is-${arrival.kind}`}>
      <p>
        <span class="lamp" aria-hidden="true" />
        {arrival.kind === "received" ? firstHit.received : firstHit.waiting}
      </p>
      {arrival.kind === "received" && (
        <p>
          {arrival.pageviews > 0 && `${firstHit.pageviews(arrival.pageviews)} `}
          {arrival.events > 0 && `${firstHit.events(arrival.events)} `}
          <Link to={siteOf(domain, { period: "day" })}>{firstHit.open}</Link>
        </p>
      )}
      {arrival.kind === "dropped" && <Dropped domain={domain} drops={arrival.drops} />}
      <FailureText failure={failure} />
    </div>
  );
}

function Dropped({ domain, drops }: { domain: string; drops: Extract<Arrival, { kind: "dropped" }>["drops"] }) {
  const { drops: texts, sites } = allWords.value;
  return (
    <div role="status">
      <p>{sites.firstHit.dropped}</p>
      <ul class="bullets">
        {drops.map(({ reason, text, count }) => (
          <li key={reason}>
            {texts.reasons[reason] ?? text} ({whole(count)}){" "}
            {SETTING_OF[reason] && (
              // A whole load, so that the browser goes to the place in the page.
              <a href={`${addressOf({ kind: "settings", domain })}#counting`}>{sites.firstHit.settings}</a>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Reasons that a setting of the site makes. */
const SETTING_OF: Record<string, true> = { host_not_allowed: true, excluded_path: true, excluded_country: true };
