import { Dialog } from "../parts/dialog.tsx";
import { t } from "../texts.ts";
import { areKeysOn, setKeysOn } from "./keys.tsx";
import { type Action, type Deed, KEYS } from "./shortcuts.ts";

/** How keys are written that write nothing themselves. */
const SIGNS: Partial<Record<string, string>> = { ArrowLeft: "←", ArrowRight: "→", Escape: "Esc" };

/** All shortcuts, and whether there are any. */
export function KeysHelp({ onClose }: { onClose: () => void }) {
  const { keys, periods } = t.value;
  const words: Record<Action, string> = { ...periods, ...(keys.deeds satisfies Record<Deed, string>) };
  return (
    <Dialog title={keys.title} onClose={onClose} kind="small">
      <label class="keys-on">
        <input
          type="checkbox"
          checked={areKeysOn.value}
          onChange={({ currentTarget }) => setKeysOn(currentTarget.checked)}
        />
        {keys.areOn}
      </label>
      <dl class="keys">
        {Object.entries(KEYS).map(([action, key]) => (
          <div key={action}>
            <dt>
              <kbd>{SIGNS[key] ?? key}</kbd>
            </dt>
            <dd>{words[action as Action]}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
