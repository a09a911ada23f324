import type { ComponentChildren } from "preact";
import { useCallback, useRef, useState } from "preact/hooks";
import { Dialog } from "../parts/dialog.tsx";
import { allWords } from "../texts.ts";
import { Form, TextField, useForm } from "./form.tsx";

interface Props {
  title: string;
  /** What becomes of it. */
  children: ComponentChildren;
  /** What the button says; "Delete" where absent. */
  button?: string;
  /** What has to be typed, so that it is not done by mistake. */
  phrase?: string;
  /** Does it, or throws an ApiError. */
  onConfirm: () => Promise<void>;
  onClose: () => void;
}

/** Asks before something is gone for good. */
export function Confirm({ title, children, button, phrase, onConfirm, onClose }: Props) {
  const [typed, setTyped] = useState("");
  const [isWrong, setWrong] = useState(false);
  const latest = useRef(onClose);
  latest.current = onClose;
  // The dialog opens anew with each other function it is given.
  const close = useCallback(() => latest.current(), []);
  const { common, settings } = allWords.value;
  const form = useForm(
    [],
    async () => {
      const isMeant = phrase === undefined || typed.trim() === phrase;
      setWrong(!isMeant);
      if (!isMeant) return;
      await onConfirm();
      close();
    },
    null,
  );
  const shown = isWrong
    ? { ...form, isSaved: false, errors: { phrase: settings.phraseWrong } }
    : { ...form, isSaved: false };
  const cancel = (
    <button type="button" onClick={close}>
      {common.cancel}
    </button>
  );
  return (
    <Dialog title={title} onClose={close} kind="confirm">
      <Form form={shown} button={button ?? common.delete} isDangerous more={cancel}>
        <div>{children}</div>
        {phrase !== undefined && (
          <TextField
            form={shown}
            name="phrase"
            label={settings.phrase(phrase)}
            isVerbatim
            value={typed}
            onChange={setTyped}
          />
        )}
      </Form>
    </Dialog>
  );
}
