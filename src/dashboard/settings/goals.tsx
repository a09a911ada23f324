import { useState } from "preact/hooks";
import { ask } from "../api.ts";
import { allWords } from "../texts.ts";
import { Confirm } from "./confirm.tsx";
import { FailureText, Field, Form, useForm } from "./form.tsx";
import { focusSection, Section } from "./section.tsx";
import type { PartProps } from "./site.ts";
import { everyPage, useAnswer } from "./use-answer.ts";

interface Goal {
  id: string;
  goal_type: "event" | "page";
  display_name: string;
  event_name: string | null;
  page_path: string | null;
  currency: string | null;
}

const PATH = "/api/v1/sites/goals";

/** What visitors are wanted to do. */
export function Goals({ site: { domain } }: PartProps) {
  const query = new URLSearchParams({ site_id: domain });
  const { answer, failure, again } = useAnswer(`${PATH}?${query}`, (path) => everyPage<Goal>(path, "goals"));
  const [leaving, setLeaving] = useState<Goal | null>(null);
  const { settings, common } = allWords.value;
  const remove = async ({ id }: Goal) => {
    await ask(`${PATH}/${id}?${query}`, { method: "DELETE" });
    await again();
    focusSection("goals");
  };
  return (
    <Section id="goals" title={settings.parts.goals} about={settings.goalsAbout}>
      <FailureText failure={failure} />
      {answer?.length === 0 && <p>{allWords.value.panels.goalsNone}</p>}
      <ul class="entries">
        {answer?.map((goal) => (
          <li key={goal.id}>
            <p class="entry-name">
              <strong>{goal.event_name ?? goal.page_path}</strong>{" "}
              <span class="soft">
                {goal.goal_type === "event" ? settings.eventGoal : settings.pageGoal}
                {goal.currency !== null && ` · ${goal.currency}`}
              </span>
            </p>
            <button type="button" aria-label={settings.deleteEntry(goal.display_name)} onClick={() => setLeaving(goal)}>
              {common.delete}
            </button>
          </li>
        ))}
      </ul>
      <h3>{settings.addGoal}</h3>
      <NewGoal domain={domain} onAdded={again} />
      {leaving && (
        <Confirm
          title={settings.deleteEntry(leaving.display_name)}
          onConfirm={() => remove(leaving)}
          onClose={() => setLeaving(null)}
        >
          {settings.goalStays}
        </Confirm>
      )}
    </Section>
  );
}

function NewGoal({ domain, onAdded }: { domain: string; onAdded: () => Promise<void> }) {
  const [type, setType] = useState<Goal["goal_type"]>("event");
  const [name, setName] = useState("");
  const [currency, setCurrency] = useState("");
  const { settings } = allWords.value;
  const form = useForm(["event_name", "page_path", "currency"], async () => {
    const goal =
      type === "event"
        ? { event_name: name, ...(currency.trim() !== "" && { currency: currency.trim() }) }
        : { page_path: name };
    await ask(PATH, { method: "PUT", json: { site_id: domain, goal_type: type, ...goal } });
    setName("");
    setCurrency("");
    await onAdded();
  });
  const isEvent = type === "event";
  return (
    <Form form={form} button={settings.addGoal}>
      <fieldset class="options">
        <legend class="legend">{settings.goalType}</legend>
        {(["event", "page"] as const).map((value) => (
          <label key={value}>
            <input type="radio" name="goal_type" checked={type === value} onChange={() => setType(value)} />{" "}
            {value === "event" ? settings.eventGoal : settings.pageGoal}
          </label>
        ))}
      </fieldset>
      <Field
        form={form}
        name={isEvent ? "event_name" : "page_path"}
        label={isEvent ? settings.eventName : settings.pagePath}
        hint={isEvent ? settings.eventNameHint : settings.pagePathHint}
      >
        {(wiring) => (
          <input
            type="text"
            autocomplete="off"
            spellcheck={false}
            placeholder={isEvent ? "Signup" : "/pricing"}
            value={name}
            {...wiring}
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
        )}
      </Field>
      {isEvent && (
        <Field form={form} name="currency" label={settings.currency} hint={settings.currencyHint}>
          {(wiring) => (
            <>
              <input
                type="text"
                list={`${wiring.id}-currencies`}
                autocomplete="off"
                maxLength={3}
                value={currency}
                {...wiring}
                onInput={({ currentTarget }) => setCurrency(currentTarget.value)}
              />
              <datalist id={`${wiring.id}-currencies`}>
                {Intl.supportedValuesOf("currency").map((code) => (
                  <option key={code} value={code} />
                ))}
              </datalist>
            </>
          )}
        </Field>
      )}
    </Form>
  );
}
