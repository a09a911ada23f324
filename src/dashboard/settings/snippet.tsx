import { useState } from "preact/hooks";
import { FirstHit } from "../sites/first-hit.tsx";
import { allWords } from "../texts.ts";
import { Copyable } from "./copyable.tsx";
import { Section } from "./section.tsx";
import type { PartProps } from "./site.ts";

/** What is pasted into pages, and whether it works. */
export function Snippet({ site }: PartProps) {
  const [isLooking, setLooking] = useState(false);
  const { settings, sites } = allWords.value;
  return (
    <Section id="snippet" title={settings.parts.snippet} about={sites.paste}>
      <Copyable label={sites.snippet} text={site.snippet} rows={5} />
      <details>
        <summary>{settings.pinned}</summary>
        <p class="hint">{settings.pinnedHint}</p>
        <Copyable label={settings.pinnedSnippet} text={site.pinned_snippet} rows={7} />
      </details>
      {isLooking ? (
        <FirstHit domain={site.domain} />
      ) : (
        <p>
          <button type="button" onClick={() => setLooking(true)}>
            {settings.check}
          </button>
        </p>
      )}
    </Section>
  );
}
