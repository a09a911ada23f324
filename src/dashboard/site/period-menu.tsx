import { PERIODS, type Place, type View } from "../address.ts";
import { Link } from "../parts/link.tsx";
import { Menu } from "../parts/menu.tsx";
import { show } from "../state.ts";
import { t } from "../texts.ts";
import { areKeysOn } from "./keys.tsx";
import { periodDates, periodName } from "./names.ts";
import { opened } from "./opened.ts";
import { type Days, type Known, moved } from "./period.ts";
import { chosen, KEYS } from "./shortcuts.ts";

interface Props {
  at: Extract<Place, { kind: "site" }>;
  known: Known;
  /** Those of the answer, or, while it is awaited, those that it will have. */
  days: Days;
}

/** The period that shows, with the ways to the one before, the one after, and to any other. */
export function PeriodMenu({ at, known, days }: Props) {
  const { view } = at;
  const { periods, period: words } = t.value;
  const name = periodName(view);
  const dates = periodDates(view, days, known.today);
  const open = (close: () => void) => {
    close();
    opened.value = { kind: "dates" };
  };
  return (
    <div class="period">
      <Step to={moved(view, -1, known)} name={words.previous} sign="‹" />
      <Menu
        name={`${words.label}: ${[name, dates].filter(Boolean).join(", ")}`}
        label={
          <>
            {name && <b>{name}</b>} {dates && <span class={name ? "soft" : undefined}>{dates}</span>}
          </>
        }
      >
        {(close) => (
          <ul class="choices">
            {PERIODS.map((period) => (
              <li key={period}>
                {period === "custom" ? (
                  <button
                    type="button"
                    class="choice"
                    aria-current={view.period === period}
                    onClick={() => open(close)}
                  >
                    {periods[period]}… <Key of={KEYS[period]} />
                  </button>
                ) : (
                  <Link
                    class="choice"
                    to={{ ...at, view: { ...view, ...chosen(period) } }}
                    onFollow={close}
                    {...(view.period === period && view.date === null && { "aria-current": "true" })}
                  >
                    {periods[period]} <Key of={KEYS[period]} />
                  </Link>
                )}
              </li>
            ))}
          </ul>
        )}
      </Menu>
      <Step to={moved(view, 1, known)} name={words.next} sign="›" />
    </div>
  );
}

/** Goes a period further. Where there is none it stays as it is, so that nothing moves under the pointer. */
function Step({ to, name, sign }: { to: Partial<View> | null; name: string; sign: string }) {
  return (
    <button
      type="button"
      class="step"
      aria-label={name}
      title={name}
      aria-disabled={to === null}
      onClick={() => to && show(to)}
    >
      {sign}
    </button>
  );
}

/** The key that does the same. */
function Key({ of }: { of: string }) {
  return areKeysOn.value ? <kbd>{of}</kbd> : null;
}
