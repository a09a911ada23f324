import { useId, useRef, useState } from "preact/hooks";
import { announce } from "../state.ts";
import { t } from "../texts.ts";
import "./form.css";

interface Props {
  label: string;
  text: string;
  /** How many lines are seen at once. */
  rows?: number;
}

/** A text to be copied. */
export function Copyable({ label, text, rows = 1 }: Props) {
  const element = useRef<HTMLTextAreaElement & HTMLInputElement>(null);
  const [isCopied, setCopied] = useState(false);
  const id = useId();
  const { common } = t.value;
  const copy = async () => {
    await copyText(text, element.current);
    setCopied(true);
    announce(common.copied);
  };
  const field = { id, ref: element, readOnly: true, value: text, spellcheck: false };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="copyable">
        {rows > 1 ? <textarea rows={rows} {...field} /> : <input type="text" {...field} />}
        <button type="button" aria-describedby={id} onClick={copy}>
          {isCopied ? common.copied : common.copy}
        </button>
      </div>
    </div>
  );
}

async function copyText(text: string, element: HTMLTextAreaElement | HTMLInputElement | null): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Not over plain HTTP, or not allowed: as it was done before. At least it is selected then, to be copied by hand.
    element?.select();
    document.execCommand("copy");
  }
}
