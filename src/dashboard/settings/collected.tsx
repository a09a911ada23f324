import { useState } from "preact/hooks";
import { DIMENSIONS, type Dimension } from "../../dimensions.ts";
import { allWords } from "../texts.ts";
import { Field, Form, useForm } from "./form.tsx";
import { isShorter } from "./retention.ts";
import { Section } from "./section.tsx";
import type { PartProps, SiteSettings } from "./site.ts";

/** What is counted and what never is, and for how long counts are kept. */
export function Collected({ site, save }: PartProps) {
  const { settings, dimensions } = allWords.value;
  const { detail_days: detailDays, retention_months: retentionMonths } = site;
  const properties = new Set(DIMENSIONS.map(({ property }: Dimension) => property));
  // In the order of the words, which is that of the reports.
  const counted = Object.entries(dimensions).flatMap(([property, name]) => (properties.has(property) ? name : []));
  return (
    <Section id="collected" title={settings.parts.collected} about={settings.collectedAbout}>
      <h3>{settings.counted}</h3>
      <ul class="chips">
        {[...counted, ...settings.countedToo].map((name) => (
          <li key={name}>{name}</li>
        ))}
      </ul>
      <h3>{settings.never}</h3>
      <ul class="bullets">
        {settings.neverList.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      {detailDays !== undefined && retentionMonths !== undefined && (
        <>
          <h3>{settings.kept}</h3>
          <Retention kept={{ detail_days: detailDays, retention_months: retentionMonths }} save={save} />
        </>
      )}
    </Section>
  );
}

type Kept = Required<Pick<SiteSettings, "detail_days" | "retention_months">>;

function Retention({ kept, save }: { kept: Kept; save: PartProps["save"] }) {
  const [days, setDays] = useState(String(kept.detail_days));
  const [months, setMonths] = useState(String(kept.retention_months));
  const wanted = { detail_days: numberIn(days), retention_months: numberIn(months) };
  const form = useForm(["detail_days", "retention_months"], async () => {
    await save(wanted);
  });
  const isErasing =
    isShorter(kept.detail_days, wanted.detail_days) || isShorter(kept.retention_months, wanted.retention_months);
  const { settings } = allWords.value;
  return (
    <Form form={form} isDangerous={isErasing} {...(isErasing && { button: settings.saveAndErase })}>
      <Field form={form} name="retention_months" label={settings.retentionMonths} hint={settings.retentionMonthsHint}>
        {(wiring) => (
          <input
            type="number"
            min="0"
            max="1200"
            value={months}
            {...wiring}
            onInput={({ currentTarget }) => setMonths(currentTarget.value)}
          />
        )}
      </Field>
      <Field form={form} name="detail_days" label={settings.detailDays} hint={settings.detailDaysHint}>
        {(wiring) => (
          <input
            type="number"
            min="0"
            max="3660"
            value={days}
            {...wiring}
            onInput={({ currentTarget }) => setDays(currentTarget.value)}
          />
        )}
      </Field>
      <p role="status">{isErasing && settings.erases}</p>
    </Form>
  );
}

/** Not a number where nothing is typed: which the API refuses in its own words. */
function numberIn(text: string): number {
  return text.trim() === "" ? Number.NaN : Number(text);
}
