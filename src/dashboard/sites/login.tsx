import { useEffect, useId, useRef, useState } from "preact/hooks";
import { ApiError, ask, type Failure } from "../api.ts";
import { LanguageChoice } from "../parts/language.tsx";
import { Link } from "../parts/link.tsx";
import { t } from "../texts.ts";
import "./login.css";

interface Props {
  onDone: () => void;
  /** It is what the page is about: who opens it can type at once. */
  isFocused?: boolean;
}

/** A form that opens a session by a key. */
export function Login({ onDone, isFocused = false }: Props) {
  const [key, setKey] = useState("");
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isAsking, setAsking] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  useEffect(() => {
    if (isFocused) field.current?.focus();
  }, [isFocused]);
  const { login } = t.value;
  const submit = async (event: Event) => {
    event.preventDefault();
    setAsking(true);
    setFailure(null);
    try {
      await ask("/api/session", { method: "POST", json: { key: key.trim() } });
      // It may be asked for again, where this key does not open what is wanted.
      setKey("");
      onDone();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailure(error.failure);
      field.current?.focus();
    } finally {
      setAsking(false);
    }
  };
  return (
    <form class="login-form" onSubmit={submit}>
      {/* Password managers keep a key under this name. */}
      <input type="text" name="username" autocomplete="username" value="footfall" readOnly hidden />
      <label for={id}>{login.key}</label>
      <input
        id={id}
        ref={field}
        type="password"
        name="password"
        required
        autocomplete="current-password"
        value={key}
        aria-describedby={`${id}-hint ${id}-failure`}
        aria-invalid={failure?.kind === "login"}
        onInput={({ currentTarget }) => setKey(currentTarget.value)}
      />
      <p class="soft" id={`${id}-hint`}>
        {login.keyHint}
      </p>
      <p class="bad" id={`${id}-failure`} role="alert">
        {failure && reasonOf(failure)}
      </p>
      <button type="submit" class="main" disabled={isAsking}>
        {login.submit}
      </button>
    </form>
  );
}

function reasonOf(failure: Failure): string {
  const { login, states } = t.value;
  switch (failure.kind) {
    case "login":
    case "locked":
      return login.wrong;
    case "busy":
      return failure.retryAfterSeconds === null
        ? failure.message || states.busy
        : login.tooMany(Math.ceil(failure.retryAfterSeconds / 60));
    case "offline":
      return states.offlineEmpty;
    case "refused":
      return failure.message;
  }
}

interface PageProps {
  onDone: () => void;
  /** Why another key is needed, where one was given. */
  reason?: string;
}

/** The page of whoever is not logged in. */
export function LoginPage({ onDone, reason }: PageProps) {
  const { login } = t.value;
  return (
    <main id="content" class="login-page">
      <h1>Footfall</h1>
      <p class="soft">{login.about}</p>
      <div class="card">
        {reason && <p class="login-reason">{reason}</p>}
        <Login onDone={onDone} isFocused />
      </div>
      {reason && (
        <p>
          <Link to={{ kind: "sites" }}>{t.value.common.allSites}</Link>
        </p>
      )}
      <LanguageChoice />
    </main>
  );
}
