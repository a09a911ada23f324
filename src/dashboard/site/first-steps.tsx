import { askJson } from "../api.ts";
import { FailureNotice } from "../parts/failure.tsx";
import { Link } from "../parts/link.tsx";
import { Copyable } from "../settings/copyable.tsx";
import type { SiteSettings } from "../settings/site.ts";
import { useAnswer } from "../settings/use-answer.ts";
import { FirstHit } from "../sites/first-hit.tsx";
import { again } from "../summary.ts";
import { allWords } from "../texts.ts";

/** How to have a site counted, for who may see its snippet; it looks whether that works. */
export function FirstSteps({ domain }: { domain: string }) {
  const path = `/api/v1/sites/${encodeURIComponent(domain)}`;
  const { answer: site, failure, again: retry } = useAnswer<SiteSettings>(path, (path) => askJson(path));
  const { sites, common } = allWords.value;
  if (failure) return <FailureNotice failure={failure} onRetry={() => void retry()} />;
  if (!site) return <p class="waiting">{common.loading}</p>;
  return (
    <div class="first-steps">
      <p>{sites.paste}</p>
      <Copyable label={sites.snippet} text={site.snippet} rows={5} />
      <FirstHit
        domain={domain}
        onReceived={() => {
          again.value++;
        }}
      />
      <p>
        <Link to={{ kind: "settings", domain }}>{common.settings}</Link>
      </p>
    </div>
  );
}
