import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { askJson } from "../api.ts";
import { Link } from "../parts/link.tsx";
import { Copyable } from "../settings/copyable.tsx";
import { Field, Form, useForm } from "../settings/form.tsx";
import { Timezone } from "../settings/timezone.tsx";
import { siteOf } from "../state.ts";
import { allWords } from "../texts.ts";
import { domainIn } from "./domain-in.ts";
import { FirstHit } from "./first-hit.tsx";

interface Made {
  domain: string;
  snippet: string;
}

interface Props {
  /** There is something new to see of the sites: one was made, or is being counted. */
  onMade: () => void;
  /** Absent where there is nothing behind it to go back to. */
  onClose?: () => void;
}

/** Makes a site, and then tells how to have it counted. */
export function AddSite({ onMade, onClose }: Props) {
  const [made, setMade] = useState<Made | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  // The field that had the focus is gone.
  useEffect(() => {
    if (made) heading.current?.focus();
  }, [made]);
  const { sites, common } = allWords.value;
  const close = onClose && (
    <button type="button" onClick={onClose}>
      {made ? sites.done : common.cancel}
    </button>
  );
  return (
    <section class="card add-site" aria-labelledby="add-site">
      <h2 id="add-site" ref={heading} tabIndex={-1}>
        {made ? sites.made(made.domain) : sites.add}
      </h2>
      {made ? (
        <Pasting made={made} more={close} onReceived={onMade} />
      ) : (
        <NewSite
          more={close}
          onMade={(site) => {
            setMade(site);
            onMade();
          }}
        />
      )}
    </section>
  );
}

function NewSite({ more, onMade }: { more: ComponentChildren; onMade: (site: Made) => void }) {
  const [domain, setDomain] = useState("");
  const [timezone, setTimezone] = useState(() => new Intl.DateTimeFormat().resolvedOptions().timeZone || "Etc/UTC");
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const { sites } = allWords.value;
  const form = useForm(["domain", "timezone"], async () => {
    const json = { domain: domainIn(domain), timezone };
    setDomain(json.domain);
    onMade(await askJson<Made>("/api/v1/sites", { method: "POST", json }));
  });
  return (
    <Form form={form} button={sites.addButton} more={more}>
      <Field form={form} name="domain" label={sites.domain} hint={sites.domainHint}>
        {(wiring) => (
          <input
            ref={field}
            type="text"
            inputMode="url"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            placeholder="example.com"
            value={domain}
            {...wiring}
            onInput={({ currentTarget }) => setDomain(currentTarget.value)}
            onBlur={() => setDomain(domainIn(domain))}
          />
        )}
      </Field>
      <Timezone form={form} value={timezone} hint={sites.timezoneHint} onChange={setTimezone} />
    </Form>
  );
}

interface PastingProps {
  made: Made;
  more: ComponentChildren;
  onReceived: () => void;
}

function Pasting({ made: { domain, snippet }, more, onReceived }: PastingProps) {
  const { sites } = allWords.value;
  return (
    <div class="form">
      <p>{sites.paste}</p>
      <Copyable label={sites.snippet} text={snippet} rows={5} />
      <FirstHit domain={domain} onReceived={onReceived} />
      <p class="form-foot">
        <Link to={siteOf(domain)} class="button main">
          {sites.openReports}
        </Link>
        {more}
      </p>
    </div>
  );
}
