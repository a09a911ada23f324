import type { ComponentChildren } from "preact";
import { allWords } from "../texts.ts";
import { Field, type FormState } from "./form.tsx";

interface Props {
  form: FormState;
  value: string;
  hint?: ComponentChildren;
  onChange: (timezone: string) => void;
}

/** A timezone of the tz database, to be typed or chosen. */
export function Timezone({ form, value, hint, onChange }: Props) {
  return (
    <Field form={form} name="timezone" label={allWords.value.settings.timezone} hint={hint}>
      {(wiring) => (
        <>
          <input
            type="text"
            list={`${wiring.id}-zones`}
            autocomplete="off"
            spellcheck={false}
            value={value}
            {...wiring}
            onInput={({ currentTarget }) => onChange(currentTarget.value)}
          />
          <datalist id={`${wiring.id}-zones`}>
            {zones().map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}

/** Browsers leave out those that are no place's. */
function zones(): string[] {
  return ["Etc/UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "Etc/UTC")];
}
