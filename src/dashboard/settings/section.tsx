import type { ComponentChildren } from "preact";

interface Props {
  /** Of the address: `/example.com/settings#goals`. */
  id: string;
  title: string;
  /** What it is for. */
  about?: ComponentChildren;
  children: ComponentChildren;
}

/** A part of the settings. Its heading takes the focus where what had it is gone. */
export function Section({ id, title, about, children }: Props) {
  return (
    <section class="card settings-part" id={id} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`} tabIndex={-1}>
        {title}
      </h2>
      {about && <div class="soft about">{about}</div>}
      {children}
    </section>
  );
}

/** Gives the focus to a part's heading: what had it was deleted. */
export function focusSection(id: string): void {
  // After the dialog that asked has given it back to what is gone.
  requestAnimationFrame(() => document.getElementById(`${id}-title`)?.focus());
}
