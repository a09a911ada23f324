import { useState } from "preact/hooks";
import { ApiError, ask } from "../api.ts";
import { date } from "../format.ts";
import { allWords } from "../texts.ts";
import { Confirm } from "./confirm.tsx";
import { Copyable } from "./copyable.tsx";
import { embedCode } from "./embed.ts";
import { FailureText, type Field, Form, TextField, useForm } from "./form.tsx";
import { focusSection, Section } from "./section.tsx";
import type { PartProps } from "./site.ts";
import { everyPage, useAnswer } from "./use-answer.ts";

interface SharedLink {
  name: string;
  url: string;
  has_password: boolean;
  created_at: string;
}

const PATH = "/api/v1/sites/shared-links";

/** Links that show the site to whoever has them. */
export function Links({ site: { domain } }: PartProps) {
  const query = new URLSearchParams({ site_id: domain });
  const load = (path: string) => everyPage<SharedLink>(path, "shared_links");
  const { answer, failure, again } = useAnswer(`${PATH}?${query}`, load);
  const [leaving, setLeaving] = useState<SharedLink | null>(null);
  const { settings } = allWords.value;
  const remove = async ({ name }: SharedLink) => {
    await ask(PATH, { method: "DELETE", json: { site_id: domain, name } });
    await again();
    focusSection("links");
  };
  return (
    <Section id="links" title={settings.parts.links} about={settings.linksAbout}>
      <FailureText failure={failure} />
      {answer?.length === 0 && <p>{settings.linksNone}</p>}
      <ul class="entries">
        {answer?.map((link) => (
          <OneLink key={link.name} link={link} domain={domain} onChanged={again} onDelete={() => setLeaving(link)} />
        ))}
      </ul>
      <h3>{settings.addLink}</h3>
      <NewLink domain={domain} taken={answer?.map(({ name }) => name) ?? []} onMade={again} />
      {leaving && (
        <Confirm
          title={settings.deleteEntry(leaving.name)}
          onConfirm={() => remove(leaving)}
          onClose={() => setLeaving(null)}
        >
          {settings.linkEnds}
        </Confirm>
      )}
    </Section>
  );
}

interface OneProps {
  link: SharedLink;
  domain: string;
  onChanged: () => Promise<void>;
  onDelete: () => void;
}

function OneLink({ link, domain, onChanged, onDelete }: OneProps) {
  const { name, url, has_password: hasPassword, created_at: createdAt } = link;
  const [password, setPassword] = useState("");
  const { settings, common } = allWords.value;
  const put = (password: string | null) => ask(PATH, { method: "PUT", json: { site_id: domain, name, password } });
  const form = useForm(["password"], async () => {
    await put(password);
    setPassword("");
    await onChanged();
  });
  const opening = useForm([], async () => {
    await put(null);
    await onChanged();
  });
  return (
    <li>
      <p class="entry-name">
        <strong>{name}</strong>{" "}
        <span class="soft">
          {[
            hasPassword ? settings.withPassword : settings.withoutPassword,
            settings.madeOn(date(createdAt.slice(0, 10))),
          ].join(" · ")}
        </span>
      </p>
      <button type="button" aria-label={settings.deleteEntry(name)} onClick={onDelete}>
        {common.delete}
      </button>
      <div class="entry-more">
        <Copyable label={settings.address} text={url} />
        <details>
          <summary>{settings.embedAndPassword}</summary>
          <Copyable label={settings.embedCode} text={embedCode(url, settings.embedTitle(domain))} rows={4} />
          <p class="hint">{settings.embedHint}</p>
          <Form
            form={form}
            button={hasPassword ? settings.changePassword : settings.setPassword}
            more={
              hasPassword && (
                <button type="button" disabled={opening.isSending} onClick={opening.submit}>
                  {settings.removePassword}
                </button>
              )
            }
          >
            <Password form={form} value={password} onChange={setPassword} />
          </Form>
          <FailureText failure={opening.failure} />
        </details>
      </div>
    </li>
  );
}

interface PasswordProps {
  form: Parameters<typeof Field>[0]["form"];
  value: string;
  onChange: (password: string) => void;
  hint?: string;
}

function Password({ form, value, onChange, hint }: PasswordProps) {
  const { settings } = allWords.value;
  return (
    // It is told to others, and has to be seen to be told.
    <TextField
      form={form}
      name="password"
      label={settings.password}
      hint={hint ?? settings.passwordHint}
      isVerbatim
      value={value}
      onChange={onChange}
    />
  );
}

function NewLink({ domain, taken, onMade }: { domain: string; taken: string[]; onMade: () => Promise<void> }) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const { settings } = allWords.value;
  const form = useForm(["name", "password"], async () => {
    // To the API that is a change of the link there is.
    if (taken.includes(name.trim())) {
      throw new ApiError({ kind: "refused", status: 409, message: `name: ${settings.nameTaken}` });
    }
    const json = { site_id: domain, name, ...(password !== "" && { password }) };
    await ask(PATH, { method: "PUT", json });
    setName("");
    setPassword("");
    await onMade();
  });
  return (
    <Form form={form} button={settings.addLink}>
      <TextField
        form={form}
        name="name"
        label={settings.name}
        hint={settings.linkNameHint}
        maxLength={100}
        value={name}
        onChange={setName}
      />
      <Password form={form} value={password} onChange={setPassword} hint={settings.passwordOptional} />
    </Form>
  );
}
