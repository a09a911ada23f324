import "./sparkline.css";
import { HEIGHT, sparklinePath, WIDTH } from "./sparkline-path.ts";

interface Props {
  /** Counts, the newest last. */
  values: readonly number[];
  /** What they are, for who does not see them. */
  label: string;
}

/** The course of some counts at a glance. Its size is the place's: as wide as it, and low. */
export function Sparkline({ values, label }: Props) {
  const path = values.length > 0 ? sparklinePath(values) : "";
  return (
    <svg class="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={label}>
      {path && <path class="area" d={`${path}V${HEIGHT}H0Z`} />}
      {path && <path class="line" d={path} />}
    </svg>
  );
}
