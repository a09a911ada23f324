import { useState } from "preact/hooks";
import { addressOf } from "../address.ts";
import { date } from "../format.ts";
import { siteOf } from "../state.ts";
import { allWords } from "../texts.ts";
import { Copyable } from "./copyable.tsx";
import { Check, Field, Form, useForm } from "./form.tsx";
import { Section } from "./section.tsx";
import type { PartProps } from "./site.ts";
import { Timezone } from "./timezone.tsx";

/** Timezone, and who sees what. */
export function General({ site, save }: PartProps) {
  const { settings } = allWords.value;
  return (
    <Section id="general" title={settings.parts.general}>
      <Days site={site} save={save} />
      <h3>{settings.visibility}</h3>
      <Visibility site={site} save={save} />
    </Section>
  );
}

function Days({ site, save }: PartProps) {
  const [timezone, setTimezone] = useState(site.timezone);
  const form = useForm(["timezone"], async () => setTimezone((await save({ timezone })).timezone));
  const { settings } = allWords.value;
  const from = site.timezone_effective_from;
  return (
    <Form form={form}>
      <Timezone form={form} value={timezone} hint={settings.timezoneHint} onChange={setTimezone} />
      {from !== undefined && <p>{settings.timezoneFrom(site.timezone, date(from))}</p>}
    </Form>
  );
}

function Visibility({ site, save }: PartProps) {
  const [isPublic, setPublic] = useState(site.public);
  const [badge, setBadge] = useState(site.badge);
  const [least, setLeast] = useState(String(site.min_visitors));
  const form = useForm(["min_visitors"], async () => {
    await save({ public: isPublic, badge, min_visitors: least.trim() === "" ? Number.NaN : Number(least) });
  });
  const { settings } = allWords.value;
  const image = `${location.origin}/badge/${site.domain}.svg`;
  return (
    <>
      <Form form={form}>
        <Check label={settings.public} hint={settings.publicHint} isChecked={isPublic} onChange={setPublic} />
        <Check label={settings.badge} hint={settings.badgeHint} isChecked={badge} onChange={setBadge} />
        <Field form={form} name="min_visitors" label={settings.minVisitors} hint={settings.minVisitorsHint}>
          {(wiring) => (
            <input
              type="number"
              min="0"
              max="1000"
              value={least}
              {...wiring}
              onInput={({ currentTarget }) => setLeast(currentTarget.value)}
            />
          )}
        </Field>
      </Form>
      {site.public && (
        <Copyable label={settings.publicAddress} text={location.origin + addressOf(siteOf(site.domain))} />
      )}
      {site.badge && <Copyable label={settings.badgeCode} text={`<img src="${image}" alt="${settings.badgeAlt}">`} />}
    </>
  );
}
