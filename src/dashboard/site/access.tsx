import { useState } from "preact/hooks";
import type { Place } from "../address.ts";
import { ApiError, askJson, type Failure, keepUnlocked } from "../api.ts";
import { LanguageChoice } from "../parts/language.tsx";
import { Link } from "../parts/link.tsx";
import { Login } from "../sites/login.tsx";
import { again } from "../summary.ts";
import { t } from "../texts.ts";
import "./access.css";
import "../parts/form.css";

interface Props {
  at: Extract<Place, { kind: "site" }>;
  failure: Failure;
}

/** What shows in place of counts that are not for everybody: a way to log in, or the password of a shared link. */
export function Access({ at, failure }: Props) {
  const { login, states, common } = t.value;
  const isLocked = failure.kind === "locked" && at.auth !== null;
  return (
    <main id="content" class="access card">
      <h1>{at.domain}</h1>
      <p>{isLocked ? login.locked : at.auth ? login.linkWrong : states.wrongAddress}</p>
      {isLocked ? <Unlock auth={at.auth ?? ""} /> : !at.embed && <Login onDone={askAgain} />}
      {/* For who is logged in, and mistyped a name. */}
      {at.auth === null && !at.embed && <Link to={{ kind: "sites" }}>{common.allSites}</Link>}
      {!at.embed && <LanguageChoice />}
    </main>
  );
}

function askAgain(): void {
  again.value++;
}

/** Opens a shared link by its password. */
function Unlock({ auth }: { auth: string }) {
  const [password, setPassword] = useState("");
  const [message, setMessage] = useState("");
  const [isAsking, setAsking] = useState(false);
  const { login } = t.value;
  const submit = async (event: Event) => {
    event.preventDefault();
    setAsking(true);
    setMessage("");
    try {
      const asked = { method: "POST", json: { auth, password } } as const;
      const { token } = await askJson<{ token: string }>("/api/v1/shared-links/unlock", asked);
      keepUnlocked(auth, token);
      askAgain();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setMessage(reasonOf(error.failure));
    } finally {
      setAsking(false);
    }
  };
  return (
    <form class="fields" onSubmit={submit}>
      <label>
        {login.password}
        <input
          type="password"
          required
          autocomplete="current-password"
          value={password}
          aria-invalid={message !== ""}
          onInput={({ currentTarget }) => setPassword(currentTarget.value)}
        />
      </label>
      <p class="bad" role="alert">
        {message}
      </p>
      <p class="actions">
        <button type="submit" class="main" disabled={isAsking}>
          {login.open}
        </button>
      </p>
    </form>
  );
}

function reasonOf(failure: Failure): string {
  const { login, states } = t.value;
  switch (failure.kind) {
    // 401: of a link that is there.
    case "login":
    case "locked":
      return login.passwordWrong;
    case "busy":
      return failure.retryAfterSeconds === null ? states.busy : login.wait(failure.retryAfterSeconds);
    case "offline":
      return states.offlineEmpty;
    case "refused":
      return failure.message;
  }
}
