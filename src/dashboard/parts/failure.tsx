import type { Failure } from "../api.ts";
import { t } from "../texts.ts";

interface Props {
  failure: Failure;
  onRetry: () => void;
  /** What was there before still shows. */
  isStale?: boolean;
}

/** What went wrong, and what to do about it. Where somebody has to log in the view shows that itself. */
export function FailureNotice({ failure, onRetry, isStale = false }: Props) {
  const { states, common } = t.value;
  // Who is asked to wait for long asked too often: a link that many look at.
  const minutes = failure.kind === "busy" ? Math.ceil((failure.retryAfterSeconds ?? 0) / 60) : 0;
  const text = {
    login: states.wrongAddress,
    locked: t.value.login.locked,
    offline: isStale ? states.offline : states.offlineEmpty,
    refused: ("message" in failure && failure.message) || states.failed,
    busy: minutes > 1 ? states.tooMany(minutes) : states.busy,
  }[failure.kind];
  return (
    <div class="notice" role="alert">
      <p>{text}</p>
      {failure.kind !== "refused" && (
        <button type="button" onClick={onRetry}>
          {common.tryAgain}
        </button>
      )}
    </div>
  );
}
