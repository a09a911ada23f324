import { COMPARISONS, type SummaryAnswer } from "../../report/summary-answer.ts";
import type { Place } from "../address.ts";
import { hour } from "../format.ts";
import { Link } from "../parts/link.tsx";
import { Menu } from "../parts/menu.tsx";
import { t } from "../texts.ts";
import { datesNear } from "./names.ts";
import { opened } from "./opened.ts";

interface Props {
  at: Extract<Place, { kind: "site" }>;
  /** Null where there is nothing that it compares with. */
  compared: SummaryAnswer["compared_with"];
  /** It is not known yet. */
  isAwaited: boolean;
  today: string;
}

/** What the period is compared with. */
export function ComparisonMenu({ at, compared, isAwaited, today }: Props) {
  const { view } = at;
  const { comparisons, comparison: words } = t.value;
  const open = (close: () => void) => {
    close();
    opened.value = { kind: "compared dates" };
  };
  const label =
    view.compare === "off" || isAwaited
      ? comparisons[view.compare]
      : compared
        ? comparedWith(compared, today)
        : words.none;
  return (
    <Menu name={`${words.label}: ${label}`} label={<span class="soft">{label}</span>}>
      {(close) => (
        <ul class="choices">
          {COMPARISONS.map((compare) => (
            <li key={compare}>
              {compare === "custom" ? (
                <button
                  type="button"
                  class="choice"
                  aria-current={view.compare === compare}
                  onClick={() => open(close)}
                >
                  {comparisons[compare]}…
                </button>
              ) : (
                <Link
                  class="choice"
                  to={{ ...at, view: { ...view, compare, compareDate: null } }}
                  onFollow={close}
                  {...(view.compare === compare && { "aria-current": "true" })}
                >
                  {comparisons[compare]}
                </Link>
              )}
            </li>
          ))}
        </ul>
      )}
    </Menu>
  );
}

const LAST_HOUR = 23;

/** What a period is compared with, in words. */
export function comparedWith({ from, to, to_hour: toHour }: NonNullable<Props["compared"]>, today: string): string {
  const { comparison } = t.value;
  const dates = datesNear({ from, to }, today);
  if (toHour === undefined || toHour >= LAST_HOUR) return comparison.versus(dates);
  // The hour itself is compared as well: to its end.
  return comparison.versusUpTo(dates, hour(`${to} ${String(toHour + 1).padStart(2, "0")}:00:00`));
}
