import { useState } from "preact/hooks";
import { ApiError, askJson } from "../api.ts";
import { t } from "../texts.ts";
import "../parts/form.css";

/** A form that opens a session by a key. */
export function Login({ onDone }: { onDone: () => void }) {
  const [key, setKey] = useState("");
  const [failure, setFailure] = useState("");
  const { login, states } = t.value;
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      await askJson("/api/session", { method: "POST", json: { key } });
      onDone();
    } catch (error) {
      setFailure(error instanceof ApiError && error.failure.kind === "login" ? login.wrong : states.failed);
    }
  };
  return (
    <form class="fields" onSubmit={submit}>
      <label>
        {login.key}
        <input
          type="password"
          required
          autocomplete="current-password"
          value={key}
          onInput={({ currentTarget }) => setKey(currentTarget.value)}
        />
      </label>
      <p class="bad" role="alert">
        {failure}
      </p>
      <button type="submit" class="main">
        {login.submit}
      </button>
    </form>
  );
}
