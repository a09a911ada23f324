import { useEffect, useRef, useState } from "preact/hooks";
import { ask, askJson, type Failure } from "../api.ts";
import { date, dateRange, listed, whole } from "../format.ts";
import { announce } from "../state.ts";
import { allWords } from "../texts.ts";
import { Confirm } from "./confirm.tsx";
import { FailureText } from "./form.tsx";
import { focusSection, Section } from "./section.tsx";
import type { PartProps } from "./site.ts";
import { type Imported, type Progress, type Upload, upload } from "./upload.ts";
import { useAnswer } from "./use-answer.ts";
import { type PendingImport, shareWritten } from "./written.ts";

interface Imports {
  imports: Imported[];
  /** The one that is being written. */
  pending?: PendingImport | null;
}

/** How often to look how far an import is; less often where nobody looks, or nothing is answered. */
const LOOK_AGAIN_MS = 2_000;
const LOOK_LATER_MS = 15_000;

/** Moving counts in and out. */
export function Exchange({ site: { domain } }: PartProps) {
  const path = `/api/v1/sites/${encodeURIComponent(domain)}`;
  const { answer, failure, again } = useAnswer<Imports>(`${path}/imports`, (path) => askJson(path));
  const [isCounting, setCounting] = useState(false);
  const pending = answer?.pending ?? null;
  // Whoever comes back to the page finds how far it is as well.
  useEffect(() => {
    if (!isCounting && pending === null) return;
    const timer = setTimeout(again, failure || document.hidden ? LOOK_LATER_MS : LOOK_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [isCounting, answer, failure]);
  const [leaving, setLeaving] = useState<Imported | null>(null);
  const { settings, common } = allWords.value;
  const remove = async ({ id }: Imported) => {
    await ask(`${path}/imports/${id}`, { method: "DELETE" });
    await again();
    focusSection("exchange");
  };
  const nameOf = ({ source, from, to }: Imported) => settings.importOf(sourceOf(source), dateRange(from, to));
  return (
    <Section id="exchange" title={settings.parts.exchange}>
      <h3>{settings.export}</h3>
      <p class="soft">{settings.exportAbout}</p>
      <p>
        <a class="button" href={`${path}/export.zip`} download>
          {settings.exportButton}
        </a>
      </p>
      <h3>{settings.import}</h3>
      <p class="soft">{settings.importAbout}</p>
      <Importing domain={domain} pending={pending} onCounting={setCounting} onDone={again} />
      <FailureText failure={failure} />
      {answer && answer.imports.length > 0 && <h3>{settings.imports}</h3>}
      <ul class="entries">
        {answer?.imports.map((one) => (
          <li key={one.id}>
            <p class="entry-name">
              <strong>{nameOf(one)}</strong>{" "}
              <span class="soft">
                {settings.importSums(one.days, whole(one.visitors), whole(one.pageviews))} ·{" "}
                {settings.madeOn(date(one.created_at.slice(0, 10)))}
              </span>
            </p>
            <button type="button" aria-label={settings.deleteEntry(nameOf(one))} onClick={() => setLeaving(one)}>
              {common.delete}
            </button>
          </li>
        ))}
      </ul>
      {leaving && (
        <Confirm
          title={settings.deleteEntry(nameOf(leaving))}
          onConfirm={() => remove(leaving)}
          onClose={() => setLeaving(null)}
        >
          {settings.importEnds}
        </Confirm>
      )}
    </Section>
  );
}

type State = { kind: "idle" } | Progress | { kind: "done"; imported: Imported } | { kind: "failed"; failure: Failure };

interface ImportingProps {
  domain: string;
  pending: PendingImport | null;
  onCounting: (isCounting: boolean) => void;
  onDone: () => Promise<void>;
}

function Importing({ domain, pending, onCounting, onDone }: ImportingProps) {
  const [state, setState] = useState<State>({ kind: "idle" });
  const [isOver, setOver] = useState(false);
  const running = useRef<Upload | null>(null);
  // Whoever leaves the page meanwhile is not told any more; what has arrived is counted all the same.
  useEffect(() => () => running.current?.abort(), []);
  const { settings } = allWords.value;
  const progress: Progress | null =
    state.kind === "sending" || state.kind === "counting" ? state : pending && { kind: "counting" };

  const start = async (files: readonly File[]) => {
    if (files.length === 0 || progress) return;
    setState({ kind: "sending", share: 0 });
    announce(settings.sending);
    const sent = upload(domain, files, (progress) => {
      if (progress.kind === "counting") {
        announce(settings.counting);
        onCounting(true);
      }
      setState(progress);
    });
    running.current = sent;
    const result = await sent.result;
    running.current = null;
    onCounting(false);
    if (result === "aborted") return setState({ kind: "idle" });
    if ("failure" in result) setState({ kind: "failed", failure: result.failure });
    else {
      setState({ kind: "done", imported: result.imported });
      announce(settings.imported);
    }
    // Also where the answer was lost: it may be counted all the same.
    await onDone();
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void start([...(event.dataTransfer?.files ?? [])]);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would have a legend's place in its border
    <div
      role="group"
      aria-label={settings.import}
      class={isOver ? "drop-zone over" : "drop-zone"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      {progress ? (
        <Busy
          progress={progress}
          share={progress.kind === "sending" ? progress.share : pending && shareWritten(pending)}
          onAbort={() => running.current?.abort()}
        />
      ) : (
        <label class="drop-label">
          <span>{settings.chooseFiles}</span>
          <input
            type="file"
            multiple
            accept=".zip,.csv"
            onChange={({ currentTarget }) => {
              const files = [...(currentTarget.files ?? [])];
              // So that the same file can be chosen again.
              currentTarget.value = "";
              void start(files);
            }}
          />
        </label>
      )}
      {state.kind === "done" && <Done imported={state.imported} />}
      {state.kind === "failed" && <FailureText failure={state.failure} />}
    </div>
  );
}

interface BusyProps {
  progress: Progress;
  /** 0 to 1; null: nobody knows. */
  share: number | null;
  onAbort: () => void;
}

function Busy({ progress, share, onAbort }: BusyProps) {
  const { settings, common } = allWords.value;
  const text = progress.kind === "sending" ? settings.sending : settings.counting;
  return (
    <div class="import-busy">
      <p>{text}</p>
      <progress aria-label={text} {...(share !== null && { value: share, max: 1 })} />
      {progress.kind === "sending" && (
        <button type="button" onClick={onAbort}>
          {common.cancel}
        </button>
      )}
    </div>
  );
}

function Done({ imported }: { imported: Imported }) {
  const { settings } = allWords.value;
  const { days, visitors, pageviews, skipped, ignored, unchanged, from, to } = imported;
  return (
    <div class="import-done">
      <p>
        <strong>{unchanged ? settings.importUnchanged : settings.imported}</strong>{" "}
        {settings.importSums(days, whole(visitors), whole(pageviews))} {`(${dateRange(from, to)})`}
      </p>
      {skipped && <p>{settings.importSkipped(skipped.days, dateRange(skipped.from, skipped.to))}</p>}
      {ignored && ignored.length > 0 && <p>{settings.importIgnored(listed(ignored, "conjunction"))}</p>}
    </div>
  );
}

/** `plausible` → Plausible */
function sourceOf(source: string): string {
  return source.charAt(0).toUpperCase() + source.slice(1);
}
