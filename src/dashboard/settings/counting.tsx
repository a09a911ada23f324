import { useState } from "preact/hooks";
import { displayName, listed } from "../format.ts";
import { allWords } from "../texts.ts";
import { Field, Form, useForm } from "./form.tsx";
import { entriesOf, linesOf } from "./lines.ts";
import { Section } from "./section.tsx";
import type { PartProps } from "./site.ts";

const FIELDS = ["allowed_hosts", "excluded_paths", "excluded_countries"] as const;

/** Which pages count, and whose visits. */
export function Counting({ site, save }: PartProps) {
  const [texts, setTexts] = useState({
    allowed_hosts: linesOf(site.allowed_hosts),
    excluded_paths: linesOf(site.excluded_paths),
    excluded_countries: linesOf(site.excluded_countries),
  });
  const form = useForm(FIELDS, async () => {
    const [hosts, paths, countries] = FIELDS.map((field) => entriesOf(texts[field]));
    const wanted = { allowed_hosts: hosts ?? [], excluded_paths: paths ?? [], excluded_countries: countries ?? [] };
    // Without blank lines, so that an entry's number is its line's.
    show(wanted);
    show(await save(wanted));
  });
  const show = (lists: Record<(typeof FIELDS)[number], string[]>) =>
    setTexts({
      allowed_hosts: linesOf(lists.allowed_hosts),
      excluded_paths: linesOf(lists.excluded_paths),
      excluded_countries: linesOf(lists.excluded_countries),
    });
  const { settings } = allWords.value;
  const hints = {
    allowed_hosts: settings.allowedHostsHint(site.domain),
    excluded_paths: settings.excludedPathsHint,
    excluded_countries: <Countries codes={entriesOf(texts.excluded_countries)} />,
  };
  return (
    <Section id="counting" title={settings.parts.counting} about={settings.countingAbout}>
      <Form form={form}>
        {FIELDS.map((field) => (
          <Field key={field} form={form} name={field} label={settings.lists[field]} hint={hints[field]}>
            {(wiring) => (
              <textarea
                rows={3}
                autocapitalize="none"
                spellcheck={false}
                value={texts[field]}
                {...wiring}
                onInput={({ currentTarget }) => setTexts({ ...texts, [field]: currentTarget.value })}
              />
            )}
          </Field>
        ))}
      </Form>
    </Section>
  );
}

function Countries({ codes }: { codes: string[] }) {
  const { settings } = allWords.value;
  const names = codes.map((code) => (code.toUpperCase() === "T1" ? "Tor" : displayName("region", code.toUpperCase())));
  return (
    <>
      {settings.excludedCountriesHint}
      {names.length > 0 && <strong> {listed(names, "conjunction")}</strong>}
    </>
  );
}
