/** Forms that save by themselves: what was typed stays until it is saved, and what is wrong is said at its field. */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { ApiError, type Failure } from "../api.ts";
import { announce } from "../state.ts";
import { allWords } from "../texts.ts";
import { fieldErrorOf } from "./field-error.ts";
import "./form.css";

export interface FormState {
  isSending: boolean;
  /** What was sent is saved, and nothing was typed since. */
  isSaved: boolean;
  /** By field. */
  errors: Record<string, string>;
  /** What went wrong that is about no field of the form. */
  failure: Failure | null;
  /** Sends what is in the form. */
  submit: (event?: Event) => Promise<void>;
  /** Something was typed. */
  change: () => void;
}

/**
 * @param fields whose errors are shown at them, as the API names them
 * @param send saves, or throws an ApiError
 * @param said what is read out when it is saved: "Saved" where absent; null: nothing
 */
export function useForm(fields: readonly string[], send: () => Promise<void>, said?: string | null): FormState {
  const [isSending, setSending] = useState(false);
  const [isSaved, setSaved] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const error = failure && "message" in failure ? fieldErrorOf(failure.message) : null;
  const isAtField = error !== null && fields.includes(error.field);
  const submit = async (event?: Event) => {
    event?.preventDefault();
    if (isSending) return;
    setSending(true);
    setFailure(null);
    try {
      await send();
      setSaved(true);
      if (said !== null) announce(said ?? allWords.value.common.saved);
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown;
      setSaved(false);
      setFailure(thrown.failure);
    } finally {
      setSending(false);
    }
  };
  const atField =
    error && (error.index === null ? error.rule : allWords.value.settings.line(error.index + 1, error.rule));
  return {
    isSending,
    isSaved,
    errors: isAtField ? { [error.field]: atField ?? "" } : {},
    failure: isAtField ? null : failure,
    submit,
    change: () => setSaved(false),
  };
}

interface FormProps {
  form: FormState;
  /** What the button says; "Save" where absent. */
  button?: string;
  /** What is saved makes something go for good. */
  isDangerous?: boolean;
  /** Beside the button. */
  more?: ComponentChildren;
  children: ComponentChildren;
}

/** A form with its button, and what came of it. */
export function Form({ form, button, isDangerous = false, more, children }: FormProps) {
  const element = useRef<HTMLFormElement>(null);
  const { isSending, isSaved, errors, failure, submit, change } = form;
  const isWrong = Object.keys(errors).length > 0;
  useEffect(() => {
    if (isWrong) element.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [isWrong]);
  const { common } = allWords.value;
  return (
    <form ref={element} class="form" noValidate onSubmit={submit} onInput={change}>
      {children}
      <FailureText failure={failure} />
      <p class="form-foot">
        <button type="submit" class={isDangerous ? "danger" : "main"} disabled={isSending}>
          {button ?? common.save}
        </button>
        {more}
        {/* Read out by `announce`. */}
        {isSaved && (
          <span class="good" aria-hidden="true">
            ✓ {common.saved}
          </span>
        )}
      </p>
    </form>
  );
}

/** What went wrong, in words. */
export function FailureText({ failure }: { failure: Failure | null }) {
  const { login, states } = allWords.value;
  const text = () => {
    switch (failure?.kind) {
      case undefined:
        return null;
      case "login":
      case "locked":
        return (
          <>
            {login.ended}{" "}
            <a href="/" target="_blank" rel="noreferrer">
              {login.title}
            </a>
          </>
        );
      case "offline":
        return states.offlineEmpty;
      case "busy":
        return failure.message || states.busy;
      case "refused":
        return failure.message;
    }
  };
  return (
    <p class="bad" role="alert">
      {text()}
    </p>
  );
}

/** What ties a field to its label, its hint and its error. */
export interface Wiring {
  id: string;
  name: string;
  "aria-describedby": string;
  "aria-invalid": boolean;
}

interface FieldProps {
  form: FormState;
  /** As the API calls it. */
  name: string;
  label: string;
  hint?: ComponentChildren;
  children: (wiring: Wiring) => ComponentChildren;
}

/** A field with its label, hint and error. */
export function Field({ form, name, label, hint, children }: FieldProps) {
  const id = useId();
  const error = form.errors[name];
  const wiring = { id, name, "aria-describedby": `${id}-hint ${id}-error`, "aria-invalid": error !== undefined };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(wiring)}
      <div class="hint" id={`${id}-hint`}>
        {hint}
      </div>
      <p class="bad" id={`${id}-error`} role="alert">
        {error}
      </p>
    </div>
  );
}

interface TextFieldProps extends Omit<FieldProps, "children"> {
  value: string;
  onChange: (value: string) => void;
  maxLength?: number;
  /** It is to be typed letter by letter: nothing helps with that. */
  isVerbatim?: boolean;
}

/** A line of text in a form, which the browser does not fill in. */
export function TextField({ value, onChange, maxLength, isVerbatim = false, ...field }: TextFieldProps) {
  return (
    <Field {...field}>
      {(wiring) => (
        <input
          type="text"
          autocomplete="off"
          {...(maxLength !== undefined && { maxLength })}
          {...(isVerbatim && { autocapitalize: "none", spellcheck: false })}
          value={value}
          {...wiring}
          onInput={({ currentTarget }) => onChange(currentTarget.value)}
        />
      )}
    </Field>
  );
}

interface CheckProps {
  label: string;
  hint?: ComponentChildren;
  isChecked: boolean;
  onChange: (isChecked: boolean) => void;
}

/** A box to check. */
export function Check({ label, hint, isChecked, onChange }: CheckProps) {
  const id = useId();
  return (
    <div class="check">
      <input
        type="checkbox"
        id={id}
        checked={isChecked}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
      <label for={id}>{label}</label>
      {hint && (
        <div class="hint" id={`${id}-hint`}>
          {hint}
        </div>
      )}
    </div>
  );
}
