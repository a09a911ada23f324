import type { Place } from "../address.ts";
import type { Failure } from "../api.ts";

interface Props {
  at: Extract<Place, { kind: "site" }>;
  failure: Failure;
}

/** What shows in place of counts that are not for everybody: a way to log in, or the password of a shared link. */
export function Access({ at, failure }: Props) {
  return (
    <p>
      {at.domain} {failure.kind}
    </p>
  );
}
