import { useRef } from "preact/hooks";

interface Props<Name extends string> {
  /** What the tabs are of. */
  label: string;
  tabs: readonly { name: Name; text: string }[];
  chosen: Name;
  /** The id of what they show. */
  controls: string;
  onChoose: (name: Name) => void;
}

/** Tabs as the ARIA practices have them: one is in the order of focus, arrows go to the others. */
export function Tabs<Name extends string>({ label, tabs, chosen, controls, onChoose }: Props<Name>) {
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const at = tabs.findIndex(({ name }) => name === chosen);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1 + tabs.length, Home: 0, End: tabs.length - 1 }[event.key];
    const next = to === undefined ? undefined : tabs[to % tabs.length];
    if (!next) return;
    // Arrows alone would also change the period.
    event.preventDefault();
    event.stopPropagation();
    onChoose(next.name);
    list.current?.querySelectorAll<HTMLElement>("[role=tab]")[tabs.indexOf(next)]?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={onKeyDown}>
      {tabs.map(({ name, text }) => (
        <button
          key={name}
          type="button"
          role="tab"
          aria-selected={name === chosen}
          aria-controls={controls}
          tabIndex={name === chosen ? 0 : -1}
          onClick={() => onChoose(name)}
        >
          {text}
        </button>
      ))}
    </div>
  );
}
