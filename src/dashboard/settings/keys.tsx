import { useState } from "preact/hooks";
import { ask, askJson } from "../api.ts";
import { date, listed } from "../format.ts";
import { allWords } from "../texts.ts";
import { Confirm } from "./confirm.tsx";
import { Copyable } from "./copyable.tsx";
import { Check, FailureText, Form, TextField, useForm } from "./form.tsx";
import { focusSection, Section } from "./section.tsx";
import type { PartProps } from "./site.ts";
import { everyPage, useAnswer } from "./use-answer.ts";

const SCOPES = ["stats", "sites"] as const;
type Scope = (typeof SCOPES)[number];

interface Key {
  id: number;
  name: string;
  /** Null: of all sites. */
  site_id: string | null;
  scopes: Scope[];
  created_at: string;
}

const PATH = "/api/v1/keys";

/** The keys that open this site: for programs, and to log in with. */
export function Keys({ site: { domain } }: PartProps) {
  const { answer, failure, again } = useAnswer(PATH, (path) => everyPage<Key>(path, "keys"));
  const [leaving, setLeaving] = useState<Key | null>(null);
  const { settings, common } = allWords.value;
  const isForAdmin = failure?.kind === "refused" && failure.status === 403;
  const remove = async ({ id }: Key) => {
    await ask(`${PATH}/${id}`, { method: "DELETE" });
    await again();
    focusSection("keys");
  };
  const keys = answer?.filter(({ site_id }) => site_id === null || site_id === domain);
  if (isForAdmin) {
    return (
      <Section id="keys" title={settings.parts.keys} about={settings.keysAbout}>
        <p>{settings.keysForAdmin}</p>
      </Section>
    );
  }
  return (
    <Section id="keys" title={settings.parts.keys} about={settings.keysAbout}>
      <FailureText failure={failure} />
      {keys?.length === 0 && <p>{settings.keysNone}</p>}
      <ul class="entries">
        {keys?.map((key) => (
          <li key={key.id}>
            <p class="entry-name">
              <strong>{key.name}</strong>{" "}
              <span class="soft">
                {[
                  listed(
                    key.scopes.map((scope) => settings.scopes[scope]),
                    "conjunction",
                  ),
                  key.site_id === null ? settings.everySite : settings.thisSite,
                  settings.madeOn(date(key.created_at.slice(0, 10))),
                ].join(" · ")}
              </span>
            </p>
            <button type="button" aria-label={settings.deleteEntry(key.name)} onClick={() => setLeaving(key)}>
              {common.delete}
            </button>
          </li>
        ))}
      </ul>
      <h3>{settings.addKey}</h3>
      <NewKey domain={domain} onMade={again} />
      {leaving && (
        <Confirm
          title={settings.deleteEntry(leaving.name)}
          onConfirm={() => remove(leaving)}
          onClose={() => setLeaving(null)}
        >
          {settings.keyEnds}
        </Confirm>
      )}
    </Section>
  );
}

function NewKey({ domain, onMade }: { domain: string; onMade: () => Promise<void> }) {
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<Scope[]>(["stats"]);
  const [isForAll, setForAll] = useState(false);
  const [made, setMade] = useState<{ name: string; key: string } | null>(null);
  const { settings } = allWords.value;
  const form = useForm(["name", "scopes"], async () => {
    const json = { name, scopes, site_id: isForAll ? null : domain };
    setMade(await askJson<{ name: string; key: string }>(PATH, { method: "POST", json }));
    setName("");
    await onMade();
  });
  return (
    <>
      <div role="status">
        {made && (
          <div class="made">
            <Copyable label={settings.newKey(made.name)} text={made.key} />
            <p>{settings.shownOnce}</p>
          </div>
        )}
      </div>
      <Form form={form} button={settings.addKey}>
        <TextField
          form={form}
          name="name"
          label={settings.name}
          hint={settings.keyNameHint}
          maxLength={100}
          value={name}
          onChange={setName}
        />
        <fieldset class="options">
          <legend class="legend">{settings.mayDo}</legend>
          {SCOPES.map((scope) => (
            <Check
              key={scope}
              label={settings.scopes[scope]}
              isChecked={scopes.includes(scope)}
              onChange={() => setScopes(SCOPES.filter((one) => scopes.includes(one) !== (one === scope)))}
            />
          ))}
          <p class="bad" role="alert">
            {form.errors.scopes}
          </p>
        </fieldset>
        <Check label={settings.forAllSites} isChecked={isForAll} onChange={setForAll} />
      </Form>
    </>
  );
}
