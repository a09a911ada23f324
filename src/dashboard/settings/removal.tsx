import { useState } from "preact/hooks";
import { ask } from "../api.ts";
import { announce, go } from "../state.ts";
import { allWords } from "../texts.ts";
import { Confirm } from "./confirm.tsx";
import { Section } from "./section.tsx";
import type { PartProps } from "./site.ts";

/** The site, and all that was counted of it, gone for good. */
export function Removal({ site: { domain } }: PartProps) {
  const [isAsking, setAsking] = useState(false);
  const { settings } = allWords.value;
  const remove = async () => {
    await ask(`/api/v1/sites/${encodeURIComponent(domain)}`, { method: "DELETE" });
    go({ kind: "sites" }, "replace");
    announce(settings.siteDeleted(domain));
  };
  return (
    <Section id="removal" title={settings.parts.removal} about={settings.removalAbout}>
      <p>
        <button type="button" class="danger" onClick={() => setAsking(true)}>
          {settings.deleteSite}
        </button>
      </p>
      {isAsking && (
        <Confirm
          title={settings.deleteEntry(domain)}
          button={settings.deleteSite}
          phrase={domain}
          onConfirm={remove}
          onClose={() => setAsking(false)}
        >
          {settings.removalLast}
        </Confirm>
      )}
    </Section>
  );
}
