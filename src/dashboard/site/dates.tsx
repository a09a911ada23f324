import { useEffect, useRef, useState } from "preact/hooks";
import { Dialog, DialogActions } from "../parts/dialog.tsx";
import { t } from "../texts.ts";
import type { Days, Known } from "./period.ts";
import "../parts/form.css";

interface Props {
  title: string;
  /** What it begins with. */
  days: Days;
  known: Known;
  onChoose: (days: Days) => void;
  onClose: () => void;
}

/** Two dates to choose by the browser's own calendar: in the reader's language, and by whatever he points with. */
export function DatesDialog({ title, days, known, onChoose, onClose }: Props) {
  const [{ from, to }, setDays] = useState(days);
  const [isWrong, setWrong] = useState(false);
  const { period: words } = t.value;
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
  const bounds = { min: known.firstDay ?? undefined, max: known.today };
  const apply = (event: Event) => {
    event.preventDefault();
    setWrong(to < from);
    if (to < from) return;
    onClose();
    onChoose({ from, to });
  };
  return (
    <Dialog title={title} onClose={onClose} kind="small">
      <form class="fields" onSubmit={apply}>
        <div class="dates">
          <label>
            {words.from}
            <input
              type="date"
              required
              ref={first}
              {...bounds}
              value={from}
              onInput={({ currentTarget }) => setDays({ from: currentTarget.value, to })}
            />
          </label>
          <label>
            {words.to}
            <input
              type="date"
              required
              {...bounds}
              value={to}
              aria-invalid={isWrong}
              onInput={({ currentTarget }) => setDays({ from, to: currentTarget.value })}
            />
          </label>
        </div>
        <p class="bad" role="alert">
          {isWrong && words.mustNotEndBefore}
        </p>
        <DialogActions apply={words.apply} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
